"""The readiness board: a headline, three groups, and a list that is filtered, sorted and paged."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from blended_xblock.models import AbsenceNotice, Registration
from blended_xblock.pages.board import BoardPage, board_page
from tests import factories as f
from tests.ask import ask
from tests.reports.test_readiness import done

pytestmark = pytest.mark.django_db
BEFORE = datetime(2026, 5, 8, 8, tzinfo=UTC)


def page(**kwargs) -> BoardPage:
    return board_page(f.session(), sees_addresses=True, **kwargs)


def names(view: BoardPage) -> list[str]:
    return [row.name for row in view.rows]


@pytest.fixture
def people(clock) -> dict:
    clock.move_to(BEFORE)
    f.build_course(
        unit=f.design(prework=[{"block": "sequence_demo@before"}, {"block": "html_demo@recording"}])
    )
    wanted = {
        "chloe": ("Chloé", "D'Argent", "Paris"),
        "omer": ("Ömer", "Çelik", "Lyon"),
        "ada": ("Ada", "Benali", "Paris"),
        "sato": ("美咲", "佐藤", ""),
    }
    users = {
        name: f.person(name, cohort=cohort, first_name=first, last_name=last, email=f"{name}@x.org")
        for name, (first, last, cohort) in wanted.items()
    }
    done(users["ada"], "html_demo@read", "html_demo@watch", "html_demo@recording")
    done(users["omer"], "html_demo@read")
    done(users["chloe"], "html_demo@recording")
    return users


def test_the_headline_answers_and_the_groups_add_up(people) -> None:
    view = page()
    assert view.headline == "1 of 4 are ready for Tuesday."
    assert [(g.level, g.n, g.start) for g in view.groups] == [
        ("done", 1, 0),
        ("partly", 2, 1),
        ("not_started", 1, 3),
    ]
    assert [(i.done, i.partly, i.not_started) for i in view.item_counts] == [(1, 1, 2), (2, 0, 2)]
    assert view.weakest == "Most often missing: before (3 learners)."
    row = next(row for row in view.rows if row.name == "Ömer Çelik")
    assert [(item.sign, item.words) for item in row.items] == [
        ("1 of 2", "1 of 2"),
        ("–", "not started"),
    ]
    assert (row.done, row.total, row.level_label) == (0, 2, "Partly done")


@pytest.mark.parametrize(
    ("now", "headline"),
    [
        ("2026-05-11T22:30:00Z", "1 of 4 are ready for today."),
        ("2026-05-11T21:30:00Z", "1 of 4 are ready for tomorrow."),
        ("2026-05-06T08:00:00Z", "1 of 4 are ready for Tuesday."),
        ("2026-05-05T08:00:00Z", "1 of 4 are ready for Tue 12 May."),
        ("2026-05-12T07:00:00Z", "1 of 4 learners have done the prework."),
    ],
)
def test_the_headline_names_the_day_on_the_sessions_own_clock(people, now, headline) -> None:
    assert page(now=datetime.fromisoformat(now)).headline == headline


def test_what_it_says_where_there_is_nothing_to_say(people, clock) -> None:
    f.redesign(prework=[])
    f.publish()
    view = page()
    assert view.headline == "This unit asks for no prework."
    assert (view.groups, view.weakest, view.columns.items) == ((), "", ())
    f.redesign(sessions=[f.meeting(audience=["Nobody"])])
    f.publish()
    view = page()
    assert (view.headline, view.expected, view.pages) == (
        "Nobody is expected at this session.",
        0,
        1,
    )


@pytest.mark.parametrize(
    ("kwargs", "found"),
    [
        ({}, ["Ada Benali", "Chloé D'Argent", "Ömer Çelik", "美咲 佐藤"]),
        ({"query": "chloe"}, ["Chloé D'Argent"]),
        ({"query": "ada@x"}, ["Ada Benali"]),
        ({"cohort": "Paris"}, ["Ada Benali", "Chloé D'Argent"]),
        ({"only": "done"}, ["Ada Benali"]),
        ({"only": "partly"}, ["Chloé D'Argent", "Ömer Çelik"]),
        ({"only": "not_started"}, ["美咲 佐藤"]),
        ({"only": "signed_up"}, ["Chloé D'Argent"]),
        ({"only": "not_signed_up"}, ["Ada Benali", "Ömer Çelik", "美咲 佐藤"]),
        ({"only": "absent"}, ["Ömer Çelik"]),
        ({"only": "partly", "cohort": "Lyon"}, ["Ömer Çelik"]),
        ({"only": "nonsense"}, ["Ada Benali", "Chloé D'Argent", "Ömer Çelik", "美咲 佐藤"]),
        ({"sort": "readiness"}, ["美咲 佐藤", "Ömer Çelik", "Chloé D'Argent", "Ada Benali"]),
        ({"sort": "cohort"}, ["Ömer Çelik", "Ada Benali", "Chloé D'Argent", "美咲 佐藤"]),
        ({"sort": "nonsense"}, ["Ada Benali", "Chloé D'Argent", "Ömer Çelik", "美咲 佐藤"]),
    ],
)
def test_people_are_found_filtered_and_sorted(people, kwargs, found) -> None:
    session = f.session()
    now = timezone.now()
    Registration.objects.create(
        session=session, user=people["chloe"], state="registered", queued_at=now
    )
    Registration.objects.create(
        session=session, user=people["ada"], state="cancelled", queued_at=now
    )
    AbsenceNotice.objects.create(session=session, user=people["omer"], announced_at=now)
    view = page(**kwargs)
    assert names(view) == found
    assert (view.expected, view.groups[0].n) == (4, 1), "figures are of all"


def test_a_column_stands_only_where_something_stands_in_it(people) -> None:
    columns = page().columns
    assert (columns.registration, columns.absence, columns.remarks) == (False, False, False)
    assert [value for value, _label in page().onlys] == ["done", "partly", "not_started"]
    session = f.session()
    session.capacity = 12
    session.save()
    AbsenceNotice.objects.create(
        session=session, user=people["omer"], announced_at=timezone.now(), reason=""
    )
    view = page()
    assert (view.columns.registration, view.columns.absence, view.columns.remarks) == (True,) * 3
    assert [value for value, _label in view.onlys][3:] == ["signed_up", "not_signed_up", "absent"]


def test_pages_are_of_a_hundred_and_none_is_lost(people) -> None:
    f.crowd(246)
    pages = [page(page=n) for n in (1, 2, 3)]
    assert [len(view.rows) for view in pages] == [100, 100, 50]
    assert len({row.user_id for view in pages for row in view.rows}) == 250
    assert (page(page=0).page, page(page=99).page) == (1, 3)


def test_names_and_notes_are_shown_as_text(people, trainer) -> None:
    AbsenceNotice.objects.create(
        session=f.session(),
        user=people["omer"],
        announced_at=timezone.now(),
        reason="<script>alert(1)</script>" * 9,
    )
    html = ask(trainer, "board", {"session": str(f.session_id())}).text
    assert "<script" not in html
    assert "&lt;script&gt;" in html
