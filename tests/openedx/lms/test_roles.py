"""Every handler and every role of Open edX: real people, through the address the LMS serves."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

pytest.importorskip("lms.djangoapps.courseware", reason="there is no Open edX here")

from common.djangoapps.student.models import CourseEnrollment
from lms.djangoapps.courseware.tests.helpers import MasqueradeMixin
from xmodule.modulestore.tests.django_utils import SharedModuleStoreTestCase

from blended_xblock import api
from blended_xblock.block import BlendedUnitBlock
from tests.openedx.people import (
    PASSWORD,
    all_rows,
    build_course,
    enrolled,
    everybody,
    invited,
    session,
)

YES, NO = 200, 403
KINDS = ("nobody", "learner", "trainer", "trainer elsewhere", "staff", "looking as a learner")
# What each kind of person gets, in their order.
MATRIX: dict[str, tuple[int, ...]] = {
    "calendar": (NO, YES, YES, NO, YES, YES),
    "student_view_user_state": (NO, YES, YES, YES, YES, YES),
    "roll": (NO, NO, YES, NO, YES, NO),
    "open_roll": (NO, NO, YES, NO, YES, NO),
    "record": (NO, NO, YES, NO, YES, NO),
    "record_all": (NO, NO, YES, NO, YES, NO),
    "close_preview": (NO, NO, YES, NO, YES, NO),
    "close_roll": (NO, NO, YES, NO, YES, NO),
    "history": (NO, NO, YES, NO, YES, NO),
    "grant_waiver": (NO, NO, NO, NO, YES, NO),
    "revoke_waiver": (NO, NO, NO, NO, YES, NO),
    "invite_trainer": (NO, NO, NO, NO, YES, NO),
    "revoke_trainer": (NO, NO, NO, NO, YES, NO),
    "save_design": (NO, NO, NO, NO, NO, NO),
    "studio_tool": (NO, NO, NO, NO, NO, NO),
}
READS = {"calendar", "student_view_user_state", "roll", "close_preview", "history"}
# What else there is, by who is not refused; what it does is tested without a platform.
LEARNERS_READ = ("own_page", "own_history", "absence_options", "own_pass")
LEARNERS_WRITE = (
    "announce_absence",
    "withdraw_absence",
    "choose_alternative",
    "appeal",
    "withdraw_appeal",
    "check_in",
)
ROLL_READ = (
    "export_roll",
    "roll_changes",
    "board",
    "reminder_preview",
    "reminder_progress",
    "bulk_actions",
    "desk",
    "inbox",
    "find_people",
    "guests",
    "guest_history",
    "imports",
    "import_state",
    "import_page",
)
ROLL_WRITE = (
    "record_many",
    "undo_bulk",
    "reopen_roll",
    "settle_conflict",
    "set_desk",
    "scan_pass",
    "send_reminders",
    "answer_appeal",
    "add_walk_in",
    "remove_walk_in",
    "add_guest",
    "mark_guest",
    "edit_guest",
    "remove_guest",
    "restore_guest",
    "link_guest",
    "unlink_guest",
    "upload_import",
    "read_import",
    "settle_import",
    "apply_import",
    "undo_import",
    "check_import_again",
    "discard_import",
)
ALSO: dict[str, tuple[int, ...]] = {
    "alarms": (NO, NO, YES, YES, YES, NO),
    **dict.fromkeys(LEARNERS_READ, (NO, YES, NO, NO, NO, YES)),
    **dict.fromkeys(LEARNERS_WRITE, (NO, YES, NO, NO, NO, NO)),
    **dict.fromkeys((*ROLL_READ, *ROLL_WRITE), (NO, NO, YES, NO, YES, NO)),
}
GETS = READS | {"alarms", *LEARNERS_READ, *ROLL_READ}


class RolesTest(SharedModuleStoreTestCase, MasqueradeMixin):
    """Two courses with a blended unit each; a roll is open in the first."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.course, cls.unit = build_course("ROLES")
        cls.other, _unit = build_course("OTHER")

    def setUp(self) -> None:
        super().setUp()
        for course in (self.course, self.other):
            api.sync_course(str(course.id))
        self.ana = enrolled(self.course, username="ana")
        self.ben = enrolled(self.course, username="ben")
        staff = everybody(self.course, self.unit, self.other)["course staff"][1]()
        first = session(self.unit, 1)
        api.open_roll(first.pk, actor=staff)
        api.record_attendance(first.pk, [api.Mark(self.ana.pk, "P")], actor=staff)
        api.grant_waiver(first.unit.usage_key, self.ben.pk, actor=staff, reason="Was ill.")
        guest = invited(self.unit, 1)
        here = {"session": str(first.pk)}
        self.data: dict[str, dict[str, Any]] = {
            "calendar": here,
            "student_view_user_state": {},
            "roll": here,
            "open_roll": here,
            "record": here | {"marks": [{"user_id": self.ana.pk, "status": "A", "key": "k"}]},
            "record_all": here | {"status": "P", "key": "k"},
            "close_preview": here,
            "close_roll": here,
            "history": here | {"user": self.ana.pk},
            "grant_waiver": {"user": self.ana.pk, "reason": "Asked for it."},
            "revoke_waiver": {"user": self.ben.pk},
            "invite_trainer": here | {"person": "ben"},
            "revoke_trainer": here | {"user": guest.pk},
            "save_design": {"title": "Renamed", "design": {}, "base": {"design": {}}},
            "studio_tool": {"title": "Renamed", "design": {}},
        }
        self.staff = staff

    def ask(self, handler: str, data: dict[str, Any] | None = None, **headers: str) -> Any:
        url = reverse(
            "xblock_handler",
            kwargs={
                "course_id": str(self.course.id),
                "usage_id": str(self.unit.usage_key),
                "handler": handler,
            },
        )
        here = {"session": self.data["roll"]["session"]}
        data = self.data.get(handler, here) if data is None else data
        if handler in GETS:
            return self.client.get(url, data)
        return self.client.post(url, json.dumps(data), "application/json", **headers)

    def log_in(self, user: Any) -> None:
        self.client.logout()
        if user is not None:
            assert self.client.login(username=user.username, password=PASSWORD)

    def answers(self) -> tuple[dict[str, int], list[str]]:
        """Return what each handler answers, and which ones wrote where they should not or not."""
        before, got, wrong = all_rows(), {}, []
        for handler in MATRIX:
            with transaction.atomic():
                got[handler] = self.ask(handler).status_code
                is_unchanged = all_rows() == before
                transaction.set_rollback(True)
            # Opening an open roll again changes nothing.
            is_meant_to = got[handler] == YES and handler not in READS | {"open_roll"}
            if is_unchanged == is_meant_to:
                wrong.append(handler)
        return got, wrong

    def check(self, kind: str, name: str = "") -> None:
        got, wrong = self.answers()
        expected = {handler: row[KINDS.index(kind)] for handler, row in MATRIX.items()}
        assert (name, got) == (name, expected)
        assert (name, wrong) == (name, []), "refused but written, or accepted and not written"
        refused = {handler for handler, row in ALSO.items() if row[KINDS.index(kind)] == NO}
        assert (name, self.refused()) == (name, refused)

    def refused(self) -> set[str]:
        """Return which of the other handlers refuse the person, and have written nothing then."""
        found = set()
        for handler in ALSO:
            with transaction.atomic():
                before = all_rows()
                if self.ask(handler).status_code == NO:
                    assert all_rows() == before, handler
                    found.add(handler)
                transaction.set_rollback(True)
        return found

    def test_every_handler_has_a_row(self) -> None:
        handlers = {
            name
            for name, member in inspect.getmembers(BlendedUnitBlock)
            if getattr(member, "_is_xblock_handler", False)
        }
        assert set(MATRIX) == set(self.data)
        assert handlers == set(MATRIX) | set(ALSO)
        assert {len(row) for row in (*MATRIX.values(), *ALSO.values())} == {len(KINDS)}

    def test_each_role_may_do_what_the_table_says(self) -> None:
        for name, (kind, make) in everybody(self.course, self.unit, self.other).items():
            self.log_in(make())
            self.check(kind, name)

    def test_a_refusal_says_so_in_a_sentence(self) -> None:
        self.log_in(self.ana)
        answer = self.ask("open_roll")
        assert answer.status_code == 403
        assert answer.json()["message"] == "You are not allowed to do this here."

    def test_staff_who_look_as_a_learner_are_one_and_write_nothing(self) -> None:
        self.log_in(self.staff)
        assert self.update_masquerade(role="student").json()["success"]
        self.check("looking as a learner")
        assert "Leave that view" in self.ask("record").json()["message"]
        said = self.ask("student_view_user_state").json()
        assert (said["outcome"], said["records"]) == ("not_met", [])
        assert self.update_masquerade(role="staff").json()["success"]
        self.check("staff")

    def test_staff_who_look_as_one_learner_see_theirs_and_write_nothing(self) -> None:
        self.log_in(self.staff)
        assert self.update_masquerade(role="student", username="ana").json()["success"]
        self.check("looking as a learner")
        assert "Leave that view" in self.ask("record").json()["message"]
        said = self.ask("student_view_user_state").json()
        assert (said["outcome"], len(said["records"])) == ("met", 1)

    def test_staff_looked_at_by_staff_are_learners_too(self) -> None:
        colleague = everybody(self.course, self.unit, self.other)["instructor"][1]()
        CourseEnrollment.enroll(colleague, self.course.id)
        self.log_in(self.staff)
        assert self.update_masquerade(role="student", username=colleague.username)
        got, wrong = self.answers()
        # The course's team is expected at no session, so there is none for their calendar.
        allowed = {handler for handler, status in got.items() if status == YES}
        assert (allowed, wrong) == ({"student_view_user_state"}, [])

    def test_who_is_invited_in_the_lms_takes_that_roll_until_it_is_taken_back(self) -> None:
        trainer = enrolled(self.course)
        here = {"session": str(session(self.unit, 2).pk)}
        self.log_in(self.staff)
        assert self.ask("invite_trainer", here | {"person": trainer.email}).status_code == 200
        self.log_in(trainer)
        assert self.ask("roll", here).status_code == 200
        assert self.ask("roll").status_code == 403, "the other session is not theirs"
        self.log_in(self.staff)
        assert self.ask("revoke_trainer", here | {"user": trainer.pk}).json()["trainers"] == []
        self.log_in(trainer)
        assert self.ask("roll", here).status_code == 403

    def test_a_session_of_another_course_is_not_found(self) -> None:
        _course, abroad = build_course("ABROAD")
        api.sync_course(str(abroad.course_id))
        self.log_in(self.staff)
        for handler, data in self.data.items():
            if "session" in data:
                strange = data | {"session": str(session(abroad, 1).pk)}
                assert self.ask(handler, strange).status_code == 404, handler

    def test_a_change_without_a_csrf_token_is_refused(self) -> None:
        before = all_rows()
        self.client = Client(enforce_csrf_checks=True)
        self.log_in(self.staff)
        assert self.ask("close_roll").status_code == 403
        assert all_rows() == before
        self.client.get(reverse("render_xblock", args=[str(self.unit.usage_key)]))
        token = self.client.cookies["csrftoken"].value
        assert self.ask("close_roll", HTTP_X_CSRFTOKEN=token).status_code == 200
