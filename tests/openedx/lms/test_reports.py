"""A report recorded inside the LMS: who is meant by single sign-on, and what opens and shuts."""

from __future__ import annotations

import base64
from typing import Any

import pytest

pytest.importorskip("lms.djangoapps.courseware", reason="there is no Open edX here")

from openedx.core.djangoapps.external_user_ids.models import ExternalId, ExternalIdType
from social_django.models import UserSocialAuth
from xmodule.modulestore.tests.django_utils import SharedModuleStoreTestCase

from blended_xblock import api, models
from blended_xblock.hosts.openedx import OpenEdxHost
from tests.openedx.people import PASSWORD, build_course, enrolled, everybody, session


class ReportsTest(SharedModuleStoreTestCase):
    """A course with a unit, two learners, and a report that names both."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.course, cls.unit = build_course("REPORTS")
        cls.other, _unit = build_course("ELSEWHERE")

    def setUp(self) -> None:
        super().setUp()
        api.sync_course(str(self.course.id))
        self.ana = enrolled(self.course, username="ana", email="ana@example.org")
        self.ben = enrolled(self.course, username="ben", email="ben@example.org")
        self.session = session(self.unit, 1)
        self.staff = everybody(self.course, self.unit, self.other)["course staff"][1]()
        self.client.login(username=self.staff.username, password=PASSWORD)

    def ask(self, action: str, **data: Any) -> Any:
        url = f"/blended/units/{self.session.unit_id}/{action}/"
        data |= {"session": str(self.session.pk)}
        if action in ("import_page", "imports", "import_state"):
            return self.client.get(url, data)
        return self.client.post(url, data, content_type="application/json")

    def test_a_report_opens_the_follow_up_and_taking_it_back_shuts_it(self) -> None:
        minutes = self.session.ends_at - self.session.starts_at
        rows = f"email,minutes\nana@example.org,{minutes.seconds // 60}\nben@example.org,1\n"
        sent = self.ask(
            "upload_import",
            key="k",
            name="report.csv",
            size=len(rows),
            number=0,
            data=base64.b64encode(rows.encode()).decode(),
        ).json()
        assert sent["state"] == "ready"
        number = sent["import"]
        assert self.ask("import_page", **{"import": number}).status_code == 200
        revision = models.ImportBatch.objects.get().revision
        done = self.ask("apply_import", **{"import": number}, revision=revision).json()
        assert done["applied"]["recorded"] == 2
        key = self.session.unit.usage_key
        outcomes = [api.get_standing(key, user.pk).outcome for user in (self.ana, self.ben)]
        assert outcomes == ["met", "not_met"]
        assert self.ask("undo_import", **{"import": number}).status_code == 200
        assert api.get_standing(key, self.ana.pk).outcome != "met"

    def test_single_sign_on_and_external_ids_tell_who_is_meant(self) -> None:
        UserSocialAuth.objects.create(user=self.ana, provider="tpa-saml", uid="acme:E-0042")
        kind = ExternalIdType.objects.create(name="lti", description="")
        known = ExternalId.objects.create(user=self.ben, external_id_type=kind)
        with self.assertNumQueries(2):
            ids = OpenEdxHost().external_ids([self.ana.pk, self.ben.pk, self.staff.pk])
        assert ids == {
            self.ana.pk: ("acme:E-0042", "E-0042"),
            self.ben.pk: (str(known.external_user_id),),
        }
        rows = b"username,minutes\nE-0042,100\n" + f"{known.external_user_id},100\n".encode()
        batch = api.receive_piece(
            self.session.pk,
            actor=self.staff,
            key="k",
            name="a.csv",
            size=len(rows),
            number=0,
            data=rows,
        )
        api.read_import(batch.pk)
        people = batch.people.values_list("why", "user__username")
        assert list(people) == [("account", "ana"), ("account", "ben")]
