"""The roll: who is expected, found by search, marked, and counted over the whole roll."""

from __future__ import annotations

from datetime import timedelta

import pytest
from completion.models import BlockCompletion
from opaque_keys.edx.keys import UsageKey

from blended_xblock import api
from blended_xblock.models import Session, SessionTrainer
from blended_xblock.pages.history import history_lines
from blended_xblock.pages.instructor import instructor_page
from blended_xblock.pages.roll import RollPage, initials, roll_page, roll_update
from blended_xblock.workbench.keys import COURSE_KEY
from tests import factories as f

pytestmark = pytest.mark.usefixtures("course")


def page(n: int = 1, **kwargs) -> RollPage:
    return roll_page(f.session(n), may_waive=True, sees_addresses=True, **kwargs)


def names(view: RollPage) -> list[str]:
    return [row.name for row in view.rows]


@pytest.fixture
def people(course) -> dict:
    wanted = {
        "chloe": ("Chloé", "D'Argent", "Paris"),
        "omer": ("Ömer", "Çelik", "Lyon"),
        "ada": ("Ada", "Benali", "Paris"),
        "sato": ("美咲", "佐藤", ""),
    }
    return {
        name: f.person(name, cohort=cohort, first_name=first, last_name=last, email=f"{name}@x.org")
        for name, (first, last, cohort) in wanted.items()
    }


def test_before_it_opens_the_roll_shows_todays_audience(people) -> None:
    view = page()
    assert names(view) == ["Ada Benali", "Chloé D'Argent", "Ömer Çelik", "美咲 佐藤"]
    assert (view.roll_state, view.expected_count, view.unmarked_count) == ("not_opened", 4, 4)
    assert (view.can_open, view.why_not) == (True, "")
    assert f.written()["AttendanceRecord"] == 0


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("chloe", ["Chloé D'Argent"]),
        ("CHLOÉ", ["Chloé D'Argent"]),
        ("celik omer", ["Ömer Çelik"]),
        ("d'arg", ["Chloé D'Argent"]),
        ("佐藤", ["美咲 佐藤"]),
        ("ada@x", ["Ada Benali"]),
        ("%", []),
        ("_", []),
        ("chloe benali", []),
        ("   ", ["Ada Benali", "Chloé D'Argent", "Ömer Çelik", "美咲 佐藤"]),
    ],
)
def test_people_are_found_as_people_search(people, query, found) -> None:
    assert names(page(query=query)) == found


def test_filters_keep_the_counts_of_the_whole_roll(people, trainer) -> None:
    f.take_roll(trainer, {people["ada"]: "P", people["omer"]: "A"})
    counts = {"P": 1, "L": 0, "D": 0, "E": 0, "A": 1}
    for kwargs, found in [
        ({"only": "P"}, ["Ada Benali"]),
        ({"only": "unmarked"}, ["Chloé D'Argent", "美咲 佐藤"]),
        ({"cohort": "Paris"}, ["Ada Benali", "Chloé D'Argent"]),
        ({"cohort": "Paris", "only": "unmarked"}, ["Chloé D'Argent"]),
        ({"only": "Z"}, []),
    ]:
        view = page(**kwargs)
        assert names(view) == found
        assert {c.status.code: c.n for c in view.counts} == counts
        assert (view.unmarked_count, view.expected_count) == (2, 4)
    assert page().cohorts == ("Lyon", "Paris")


def test_pages_are_of_a_hundred_and_none_is_lost() -> None:
    f.crowd(250)
    pages = [page(page=n) for n in (1, 2, 3)]
    assert [len(view.rows) for view in pages] == [100, 100, 50]
    seen = [row.user_id for view in pages for row in view.rows]
    assert len(set(seen)) == 250
    assert (pages[0].pages, pages[0].found) == (3, 250)
    assert page(page=0).page == 1
    assert page(page=99).page == 3


def test_readiness_is_told_for_each_and_for_all(people) -> None:
    for link in ("html_demo@read", "html_demo@watch"):
        block = UsageKey.from_string(f.key(link))
        BlockCompletion.objects.create(
            user=people["ada"],
            context_key=COURSE_KEY,
            block_key=block,
            block_type="html_demo",
            completion=1.0,
        )
    view = page()
    assert [(row.prework_done, row.prework_total) for row in view.rows] == [(1, 1)] + [(0, 1)] * 3
    assert "Ada Benali" not in names(page(only="not_ready"))


def test_who_left_and_who_walked_in_are_shown_as_such(people, trainer) -> None:
    f.take_roll(trainer, {people["ada"]: "P"})
    people["ada"].campus_enrollments.all().delete()
    walk_in = f.person("walk-in")
    f.give(trainer, [api.Mark(walk_in.pk, "P")])
    rows = {row.username: row for row in page().rows}
    assert (rows["ada"].is_enrolled, rows["ada"].is_expected) == (False, True)
    assert (rows["walk-in"].is_enrolled, rows["walk-in"].is_expected) == (True, False)
    assert page().expected_count == 4


def test_a_withdrawn_status_keeps_its_label(people, trainer) -> None:
    f.take_roll(trainer, {people["ada"]: "L"})
    yes = {"code": "Y", "label": "Was here", "credit": 1.0, "attended": True, "counted": True}
    f.redesign(statuses=[yes])
    f.publish()
    (row,) = page(query="ada").rows
    assert (row.status.label, row.status.kind) == ("Late", "late")
    assert "Late" in history_lines(f.session(), people["ada"].pk)[0].text


@pytest.mark.parametrize(
    ("moment", "can_open"),
    [
        ("2026-05-11T06:59:59Z", False),
        ("2026-05-11T07:00:00Z", True),
        ("2026-12-01T00:00:00Z", True),
    ],
)
def test_the_roll_can_be_opened_from_the_day_before(clock, moment, can_open) -> None:
    clock.move_to(moment)
    assert page().can_open is can_open
    assert bool(page().why_not) is not can_open


@pytest.mark.parametrize("state", ["draft", "cancelled", "removed"])
def test_a_session_that_is_not_live_says_why_it_cannot_open(state) -> None:
    Session.objects.update(state=state)
    assert page().can_open is False
    assert page().why_not


def test_the_update_after_a_write_counts_like_the_page(people, trainer) -> None:
    f.take_roll(trainer, {people["ada"]: "P", people["omer"]: "A"})
    walk_in = f.person("walk-in")
    f.give(trainer, [api.Mark(walk_in.pk, "P")])
    update, view = roll_update(f.session(), {people["ada"].pk}), page()
    assert {c["code"]: c["n"] for c in update["counts"]} == {
        c.status.code: c.n for c in view.counts
    }
    assert update["unmarked"] == view.unmarked_count
    assert [row["user_id"] for row in update["rows"]] == [people["ada"].pk]


def test_an_invited_trainer_sees_their_sessions_only(trainer) -> None:
    f.redesign(sessions=[f.meeting(1), f.meeting(2)])
    f.publish()
    guest = f.person("guest", f.Role.GUEST)
    SessionTrainer.objects.create(session=f.session(2), user=guest)
    view = instructor_page(f.unit(), only_sessions={f.session_id(2)}, may_waive=False)
    assert [tab.card.title for tab in view.sessions] == ["Workshop 2"]
    assert view.selected == str(f.session_id(2))


def test_the_session_that_runs_or_is_nearest_is_chosen(trainer, clock) -> None:
    f.redesign(sessions=[f.meeting(1), f.meeting(2), f.meeting(3, cancelled=True)])
    f.publish()
    for moment, n in [
        ("2026-05-01", 1),
        (f.FIRST_END - timedelta(hours=1), 1),
        (f.FIRST_END + timedelta(days=2), 1),
        (f.FIRST_END + timedelta(days=5), 2),
        ("2026-12-01", 2),
    ]:
        clock.move_to(moment)
        view = instructor_page(f.unit(), may_waive=True)
        assert view.selected == str(f.session_id(n)), moment


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ada Benali", "AB"),
        ("Ada", "A"),
        ("", "·"),
        ("  ", "·"),
        ("a b c d", "AD"),
        ("佐藤 美咲", "佐美"),
    ],
)
def test_initials(name, letters) -> None:
    assert initials(name) == letters


def test_numbers_and_what_can_be_selected_reach_beyond_a_page() -> None:
    f.crowd(150)
    first, second = page(), page(page=2)
    assert [row.number for row in second.rows] == list(range(101, 151))
    everybody = [row.user_id for view in (first, second) for row in view.rows]
    assert first.found_ids == second.found_ids == " ".join(map(str, everybody))


def test_when_somebody_came_and_left_is_told_on_the_sessions_clock(people, trainer) -> None:
    f.take_roll(trainer, {people["ada"]: "P"})
    came = f.FIRST_END - timedelta(minutes=95)
    f.give(trainer, [api.Mark(people["ada"].pk, "L", arrived_at=came, modality="remote")])
    (row,) = page(query="ada").rows
    assert (row.arrived_at, row.arrived, row.left) == (came, "10:25", "")
    # How most attend a session of this mode needs no sign.
    assert [value for value, _label in page().modalities] == ["remote", "recording"]
    f.redesign(sessions=[f.meeting(mode="hybrid")])
    f.publish()
    assert len(page().modalities) == 3


def test_what_times_mean_is_suggested_in_the_units_own_statuses(trainer) -> None:
    clock = page().clock
    assert (clock.late, clock.early, clock.late_after, clock.is_one_day) == ("L", "D", 10, True)
    assert (clock.zone, clock.starts_at) == ("Europe/Paris", "2026-05-12T07:00:00+00:00")
    here = {"code": "H", "label": "Here", "credit": 1.0, "attended": True, "counted": True}
    half = here | {"code": "HF", "label": "Half", "credit": 0.5}
    night = f.meeting(end="2026-05-13T01:00")
    f.redesign(statuses=[here, half], sessions=[night], check_in={"late_after": 5})
    f.publish()
    clock = page().clock
    assert (clock.late, clock.early, clock.late_after, clock.is_one_day) == ("HF", "", 5, False)


def test_a_picture_is_shown_of_whoever_has_one(people) -> None:
    f.person("ada.benali", first_name="Zoe")
    photos = {row.username: row.photo for row in page().rows}
    assert photos.pop("ada.benali").endswith("faces/ada.benali.svg")
    assert set(photos.values()) == {""}
