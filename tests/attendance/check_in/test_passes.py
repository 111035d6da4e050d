"""A learner's own code: signed, of one session, and drawn so that any camera reads it."""

from __future__ import annotations

import pytest
from django.core.signing import Signer

from blended_xblock import api
from blended_xblock.attendance.check_in.passes import pass_of, read_pass
from blended_xblock.attendance.check_in.qr import qr_svg
from blended_xblock.errors import CheckInClosedError, NotEnrolledError, WrongCodeError
from blended_xblock.models import CheckInAttempt
from tests import factories as f


def test_a_pass_says_which_session_and_who(course, ana) -> None:
    text = pass_of(f.session(), ana.pk)
    assert read_pass(text) == (f.session_id(), ana.pk)
    assert read_pass(f" {text}\r\n") == (f.session_id(), ana.pk), "a scanner ends with Enter"
    assert pass_of(f.session(), ana.pk) == text
    assert len(text) < 90


def test_a_pass_that_was_changed_is_none(course, ana) -> None:
    text = pass_of(f.session(), ana.pk)
    other = pass_of(f.session(), ana.pk + 1)
    body, signature = other.split(":")[0], text.split(":")[1]
    changed = [f"{body}:{signature}", text[:-1], text.swapcase(), text.split(":")[0], "", ":", "é"]
    changed += ["x" * 10**6, "\0", "\ud800", Signer(salt="other").sign(text.split(":")[0])]
    for wrong in changed:
        assert read_pass(wrong) is None, wrong[:100]


@pytest.mark.parametrize("label", ["Your code", '"><script>alert(1)</script>'])
def test_a_drawing_is_dark_on_white_and_escapes_its_label(label) -> None:
    svg = qr_svg("https://lms.example.org/x?<y>", label)
    assert 'fill="#fff"' in svg
    assert "<script" not in svg
    assert "lms.example.org" not in svg


# The instructor reads it


def test_a_pass_read_by_an_instructor_records_the_learner(desk, ana, trainer) -> None:
    done = api.check_in_by_pass(f.session_id(), pass_of(f.session(), ana.pk), actor=trainer)
    assert (done.user_id, done.status.code, done.is_new) == (ana.pk, "P", True)
    record = f.record(ana)
    assert (record.source, record.recorded_by, record.modality) == ("pass", trainer, "room")
    again = api.check_in_by_pass(f.session_id(), pass_of(f.session(), ana.pk), actor=trainer)
    assert not again.is_new
    assert f.record(ana).revision == 1
    attempts = CheckInAttempt.objects.filter(user=ana)
    assert list(attempts.values_list("method", "outcome")) == [
        ("pass", "accepted"),
        ("pass", "already"),
    ]


@pytest.mark.parametrize(("minutes", "status"), [(-5, "P"), (12, "L"), (90, "L")])
def test_whom_a_person_sees_is_never_too_late(desk, ana, trainer, minutes, status) -> None:
    desk(minutes)
    text = pass_of(f.session(), ana.pk)
    done = api.check_in_by_pass(f.session_id(), text, actor=trainer)
    assert done.status.code == status


def test_a_mark_of_an_instructor_stands_against_a_pass(desk, ana, trainer) -> None:
    f.give(trainer, [api.Mark(ana.pk, "A")])
    done = api.check_in_by_pass(f.session_id(), pass_of(f.session(), ana.pk), actor=trainer)
    assert (done.status.code, done.is_new) == ("A", False)


def test_a_pass_of_another_session_names_whom_the_instructor_may_know(desk, ana, trainer) -> None:
    f.redesign(sessions=[f.meeting(1), f.meeting(2)])
    f.publish()
    stranger = f.person("stranger", course=f.OTHER_COURSE)
    with pytest.raises(WrongCodeError, match="ana"):
        api.check_in_by_pass(f.session_id(), pass_of(f.session(2), ana.pk), actor=trainer)
    with pytest.raises(WrongCodeError) as error:
        api.check_in_by_pass(f.session_id(), pass_of(f.session(2), stranger.pk), actor=trainer)
    assert "stranger" not in error.value.message
    with pytest.raises(NotEnrolledError) as refused:
        api.check_in_by_pass(f.session_id(), pass_of(f.session(), stranger.pk), actor=trainer)
    assert "stranger" not in refused.value.message
    assert not CheckInAttempt.objects.exists()


def test_a_pass_is_worth_nothing_while_the_desk_is_shut(desk, ana, trainer) -> None:
    text = pass_of(f.session(), ana.pk)
    api.set_desk(f.session_id(), "closed", actor=trainer)
    with pytest.raises(CheckInClosedError):
        api.check_in_by_pass(f.session_id(), text, actor=trainer)
    assert f.record(ana).status is None
    for wrong in ("", "x", text[:-1], text.split(":")[0]):
        with pytest.raises(WrongCodeError):
            api.check_in_by_pass(f.session_id(), wrong, actor=trainer)


def test_a_pass_of_somebody_deleted_is_nobodys(desk, trainer) -> None:
    with pytest.raises(NotEnrolledError):
        api.check_in_by_pass(f.session_id(), pass_of(f.session(), 10**9), actor=trainer)
