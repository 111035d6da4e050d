"""Our own pages in the LMS: who gets them, through its sessions, masquerades and CSRF."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

pytest.importorskip("lms.djangoapps.courseware", reason="there is no Open edX here")

from lms.djangoapps.courseware.tests.helpers import MasqueradeMixin
from xmodule.modulestore.tests.django_utils import SharedModuleStoreTestCase

from blended_xblock import api
from tests.openedx.people import (
    PASSWORD,
    all_rows,
    build_course,
    enrolled,
    everybody,
    invited,
    session,
)


class WebTest(SharedModuleStoreTestCase, MasqueradeMixin):
    """A course with a blended unit; the roll of its first session is open."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.course, cls.unit = build_course("WEB")
        cls.other, _unit = build_course("OTHER")

    def setUp(self) -> None:
        super().setUp()
        for course in (self.course, self.other):
            api.sync_course(str(course.id))
        self.ana = enrolled(self.course, username="ana")
        people = everybody(self.course, self.unit, self.other)
        self.staff = people["course staff"][1]()
        self.first = session(self.unit, 1)
        api.open_roll(self.first.pk, actor=self.staff)

    def log_in(self, user: Any) -> None:
        self.client.logout()
        if user is not None:
            assert self.client.login(username=user.username, password=PASSWORD)

    def panel(self, n: int = 1) -> str:
        return reverse("blended_xblock:panel", args=(session(self.unit, n).pk,))

    def record(self, **headers: str) -> Any:
        url = reverse("blended_xblock:act", args=(self.first.unit_id, "record"))
        marks = [{"user_id": self.ana.pk, "status": "P", "key": "k"}]
        body = json.dumps({"session": str(self.first.pk), "marks": marks})
        return self.client.post(url, body, "application/json", **headers)

    def test_the_panel_opens_to_those_who_take_this_roll(self) -> None:
        for name, (kind, make) in everybody(self.course, self.unit, self.other).items():
            user = make()
            self.log_in(user)
            answer = self.client.get(self.panel())
            expected = 200 if kind in {"trainer", "staff"} else 302 if user is None else 403
            assert (name, answer.status_code) == (name, expected)

    def test_a_visitor_is_sent_to_the_log_in_page_and_back(self) -> None:
        self.log_in(None)
        answer = self.client.get(self.panel())
        assert answer.url.startswith("/login?")
        assert self.panel() in answer.url

    def test_a_trainer_without_a_place_in_the_course_takes_the_roll(self) -> None:
        trainer = invited(self.unit, 1)
        self.log_in(trainer)
        page = self.client.get(reverse("blended_xblock:sessions")).content.decode()
        assert self.panel() in page
        assert self.panel(2) not in page
        html = self.client.get(self.panel()).content.decode()
        assert reverse("blended_xblock:act", args=(self.first.unit_id, "record")) in html
        assert self.record().status_code == 200
        assert self.first.records.get(user=self.ana).status == "P"

    def test_a_learner_records_nothing(self) -> None:
        self.log_in(self.ana)
        before = all_rows()
        assert self.record().status_code == 403
        assert all_rows() == before

    def test_whoever_is_logged_out_is_told_so(self) -> None:
        self.log_in(None)
        assert self.record().status_code == 401

    def test_staff_who_look_as_a_learner_write_nothing_here_either(self) -> None:
        self.log_in(self.staff)
        for who in ({"role": "student"}, {"role": "student", "username": "ana"}):
            assert self.update_masquerade(**who).json()["success"]
            before = all_rows()
            assert self.record().status_code == 403
            assert self.client.get(self.panel()).status_code == 403
            assert all_rows() == before
        assert self.update_masquerade(role="staff").json()["success"]
        assert self.record().status_code == 200

    def test_a_change_without_a_csrf_token_is_refused(self) -> None:
        before = all_rows()
        self.client = Client(enforce_csrf_checks=True)
        self.log_in(self.staff)
        assert self.record().status_code == 403
        assert all_rows() == before
        self.client.get(self.panel())
        token = self.client.cookies["csrftoken"].value
        assert self.record(HTTP_X_CSRFTOKEN=token).status_code == 200
