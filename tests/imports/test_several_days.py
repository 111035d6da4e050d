"""Files of several days and several files of one person: each session gets its own minutes."""

from __future__ import annotations

from dataclasses import MISSING, fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blended_xblock.imports.people import merge, split, union
from blended_xblock.imports.reading import read_report
from blended_xblock.imports.report import OPEN_ENDED, Mark, Participant, RefusedReportError, Window
from tests.imports.files import read, told, window, zoom

PARIS = "Europe/Paris"
EVENTS = "Full Name\tUser Action\tTimestamp\n"


def of_days(*days: str, own: int = 0, hours: str = "09:00 12:30", zone: str = PARIS) -> Window:
    """Return the window of one of several sessions, each on its day at the same hours."""
    start, end = hours.split()
    all_of_them = [window(f"{day}T{start}", f"{day}T{end}", zone) for day in days]
    also = tuple((each.start, each.end) for i, each in enumerate(all_of_them) if i != own)
    return replace(all_of_them[own], also=also)


def read_days(text: str, session: Window):
    return read_report(text.encode(), session)


def shares(person: Participant, session: Window) -> list[tuple[object, ...]]:
    """Return minutes, join and leave in each session, in their order; the file is the window's."""
    own = (session.start, session.end)
    found = []
    for start, end in sorted((own, *session.also)):
        minutes, *times = split(person, start, end, is_own=(start, end) == own)
        on_clocks = [at and at.astimezone(session.zone).strftime("%d %H:%M") for at in times]
        found.append((minutes, *on_clocks))
    return found


ROWS = (
    "Ada,a@example.org,05/12/2026 08:50:00 AM,05/12/2026 10:00:00 AM,,No",
    "Ada,a@example.org,05/12/2026 11:00:00 AM,05/12/2026 01:00:00 PM,,No",
    "Ada,a@example.org,05/13/2026 09:30:00 AM,05/13/2026 10:00:00 AM,,No",
    "Bo,b@example.org,05/14/2026 09:00:00 AM,05/14/2026 12:30:00 PM,,No",
)


@pytest.mark.parametrize("own", [0, 1, 2])
def test_a_file_of_three_days_is_split_whichever_it_was_given_for(own) -> None:
    session = of_days("2026-05-12", "2026-05-13", "2026-05-14", own=own)
    ada, bo = read_days(zoom(*ROWS), session).participants
    assert shares(ada, session) == [
        (150, "12 08:50", "12 13:00"),
        (30, "13 09:30", "13 10:00"),
        (0, None, None),
    ]
    assert shares(bo, session) == [
        (0, None, None),
        (0, None, None),
        (210, "14 09:00", "14 12:30"),
    ]
    assert [ada.minutes, bo.minutes] == [[150, 0], [30, 0], [0, 210]][own]


def test_teams_and_tables_of_several_days() -> None:
    teams = (
        "1. Summary\nMeeting title\tX\n\n2. Participants\nName\tFirst Join\n\n"
        "3. In-Meeting Activities\nName\tJoin Time\tLeave Time\tDuration\tEmail\tRole\n"
        "Ada\t5/12/26, 9:00:00 AM\t5/12/26, 10:00:00 AM\t1h\ta@example.org\tPresenter\n"
        "Ada\t5/13/26, 9:00:00 AM\t5/13/26, 9:30:00 AM\t30m\ta@example.org\tPresenter\n"
    )
    table = (
        "name;join;leave\nAda;12/05/2026 09:00;12/05/2026 10:00\n"
        "Ada;13/05/2026 09:00;13/05/2026 09:30\n"
    )
    session = of_days("2026-05-12", "2026-05-13", own=1)
    for text in (teams, table):
        (ada,) = read_days(text, session).participants
        assert [each[0] for each in shares(ada, session)] == [60, 30]


def test_the_other_days_tell_day_and_month_where_nobody_came_on_this_one() -> None:
    rows = ["Ada,a@example.org,05/06/2026 09:00,05/06/2026 10:00,,"]
    with pytest.raises(RefusedReportError, match="It cannot be told"):
        read_days(zoom(*rows), of_days("2026-07-07"))
    for other, minutes in (("2026-06-05", 60), ("2026-05-06", 60)):
        session = of_days("2026-07-07", other)
        (ada,) = read_days(zoom(*rows), session).participants
        assert (0, None, None) in shares(ada, session)
        assert minutes in [each[0] for each in shares(ada, session)]


def test_the_sessions_own_day_comes_before_the_others() -> None:
    """05/06 is the fifth of June: that the sixth of May is a session too does not count."""
    session = of_days("2026-06-05", "2026-05-06")
    rows = ["Ada,a@example.org,05/06/2026 09:00,05/06/2026 10:00,,"]
    assert read_days(zoom(*rows), session).participants[0].minutes == 60
    session = of_days("2026-05-06", "2026-06-05")
    assert read_days(zoom(*rows), session).participants[0].minutes == 60


def test_a_day_that_is_the_same_both_ways_leaves_it_to_the_others() -> None:
    """Of the fourth, fifth and sixth of May the middle one is 05/05 either way."""
    rows = [
        f"Ada,a@example.org,0{day}/05/2026 09:00,0{day}/05/2026 10:00,,"  # day first
        for day in (4, 5, 6)
    ]
    session = of_days("2026-05-04", "2026-05-05", "2026-05-06", own=1)
    (ada,) = read_days(zoom(*rows), session).participants
    assert [each[0] for each in shares(ada, session)] == [60, 60, 60]
    with pytest.raises(RefusedReportError):
        read_days(zoom(*rows), of_days("2026-05-05"))


@pytest.mark.parametrize(
    ("join", "minutes"),
    [
        ("12/05/2026 12:00", [30, 0]),
        ("13/05/2026 08:30", [0, 210]),
        ("13/05/2026 12:00", [0, 30]),
        ("12/05/2026 13:00", [0, 0]),
        ("13/05/2026 20:00", [0, 0]),
    ],
)
@pytest.mark.parametrize("own", [0, 1])
def test_an_open_end_is_that_of_its_own_day(join, minutes, own) -> None:
    rows = [f"Ada,a@example.org,{join},,,", "Bo,b@example.org,12/05/2026 09:00,12/05/2026 10:00,,"]
    session = of_days("2026-05-12", "2026-05-13", own=own)
    ada = read_days(zoom(*rows), session).participants[0]
    assert ada.flags == (OPEN_ENDED,)
    assert [each[0] for each in shares(ada, session)] == minutes


def test_somebody_who_never_left_in_a_list_of_events_was_not_there_all_night() -> None:
    text = (
        f"{EVENTS}Ada\tJoined\t5/12/2026, 9:00:00 AM\nAda\tJoined\t5/13/2026, 10:00:00 AM\n"
        "Ada\tLeft\t5/13/2026, 11:00:00 AM\n"
    )
    session = of_days("2026-05-12", "2026-05-13")
    (ada,) = read_days(text, session).participants
    assert shares(ada, session) == [(210, "12 09:00", "12 12:30"), (60, "13 10:00", "13 11:00")]
    assert ada.flags == (OPEN_ENDED,)


def test_two_sessions_of_one_day_share_a_stay() -> None:
    text = f"{EVENTS}Ada\tJoined\t5/12/2026, 9:00:00 AM\nAda\tLeft\t5/12/2026, 4:00:00 PM\n"
    morning = window("2026-05-12T09:00", "2026-05-12T12:00")
    afternoon = window("2026-05-12T14:00", "2026-05-12T17:00")
    session = replace(morning, also=((afternoon.start, afternoon.end),))
    (ada,) = read_days(text, session).participants
    assert shares(ada, session) == [
        (180, "12 09:00", "12 16:00"),
        (120, "12 09:00", "12 16:00"),
    ]
    assert ada.flags == ()


def test_times_without_a_date_stay_with_the_session() -> None:
    text = "Name,Email,Duration,Time joined,Time exited\nAda,a@example.org,1 hr,09:00,10:00\n"
    session = of_days("2026-05-12", "2026-05-13", own=1)
    (ada,) = read_days(text, session).participants
    assert [each[0] for each in shares(ada, session)] == [0, 60]


def test_a_total_counts_only_for_the_session_of_the_file() -> None:
    text = "Name,Email,Duration\nAda,a@example.org,1 hr\nBo,b@example.org,soon\n"
    session = of_days("2026-05-12", "2026-05-13", own=1)
    ada, bo = read_days(text, session).participants
    assert shares(ada, session) == [(None, None, None), (60, None, None)]
    assert shares(bo, session) == [(None, None, None), (None, None, None)]


@pytest.mark.parametrize(
    ("day", "hours", "rows", "minutes"),
    [
        # 25 October 2026: three o'clock in summer is two o'clock in winter.
        ("2026-10-25", "00:00 06:00", ["25/10/2026 00:00,25/10/2026 06:00"], 420),
        ("2026-10-25", "00:00 06:00", ["25/10/2026 02:30,25/10/2026 03:00"], 90),
        ("2026-10-25", "00:00 06:00", ["25/10/2026 02:50,25/10/2026 02:10"], 20),
        # 29 March 2026: there is no time between two and three.
        ("2026-03-29", "00:00 06:00", ["29/03/2026 00:00,29/03/2026 06:00"], 300),
        ("2026-03-29", "00:00 06:00", ["29/03/2026 01:30,29/03/2026 03:30"], 60),
    ],
)
def test_nights_when_clocks_change(day, hours, rows, minutes) -> None:
    session = of_days(day, "2026-06-01", "2026-12-01", hours=hours)
    (ada,) = read_days(zoom(*(f"Ada,a@example.org,{row},," for row in rows)), session).participants
    assert sum(each[0] for each in shares(ada, session)) == minutes == ada.minutes


# Several rows, several files


START = datetime(2026, 5, 12, 7, tzinfo=UTC)
END = START + timedelta(hours=3, minutes=30)


def stay(start: int, end: int):
    return START + timedelta(minutes=start), START + timedelta(minutes=end)


def person(*stays, minutes: int | None = 0, **more) -> Participant:
    return Participant("Ada", None, minutes, intervals=union(stays), **more)


def test_files_of_one_person_add_up() -> None:
    tablet = person(stay(-10, 60), lines=(2,), flags=(OPEN_ENDED,))
    laptop = replace(person(stay(30, 90), stay(120, 130), is_host=True), email="a@example.org")
    total = person(seconds=600.0, minutes=10, account="ada", note="n", status="P", lines=(7,))
    one = merge([tablet, laptop, total])
    assert (one.email, one.account, one.note, one.status) == ("a@example.org", "ada", "n", "P")
    assert (one.is_host, one.flags, one.lines) == (True, (OPEN_ENDED,), (2, 7))
    assert split(one, START, END) == (110, stay(-10, 90)[0], stay(120, 130)[1])


def test_one_row_merged_is_itself() -> None:
    everything = Participant(
        name="Ada",
        email="a@example.org",
        minutes=60,
        intervals=(stay(0, 60),),
        flags=(OPEN_ENDED,),
        status="P",
        seconds=60.0,
        account="ada",
        note="n",
        is_host=True,
        lines=(2, 3),
        mark=Mark("Present"),
    )
    untouched = [each.name for each in fields(Participant) if each.default is not MISSING]
    assert all(getattr(everything, name) for name in untouched)
    assert merge([everything]) == everything


def test_totals_are_at_most_the_session() -> None:
    one = merge([person(seconds=9_000.0, minutes=150), person(seconds=9_000.0, minutes=150)])
    assert split(one, START, END)[0] == 210


def test_what_is_unknown_stays_so() -> None:
    one = merge([person(stay(0, 60), minutes=60), person(minutes=None)])
    assert one.minutes is None
    assert split(one, START, END) == (None, *stay(0, 60))


@given(
    st.lists(st.tuples(st.integers(-60, 300), st.integers(0, 90)), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_any_order_of_rows_is_the_same_person(pairs, random) -> None:
    rows = [person(stay(start, start + length)) for start, length in pairs]
    expected = {minute for start, length in pairs for minute in range(start, start + length)} & set(
        range(210)
    )
    mixed = rows[:]
    random.shuffle(mixed)
    assert split(merge(rows), START, END)[0] == len(expected)
    assert merge(mixed) == merge(rows)
    assert merge([merge(rows[:1]), *rows]) == merge(rows)


# Who is the host


def hosts(text: str, encoding: str = "utf-8") -> list[str]:
    return [each.name for each in read(text, encoding).participants if each.is_host]


@pytest.mark.parametrize(
    "role",
    [
        *("Organizer", "Organiser", "Co-organizer", "Organisateur", "Organisatrice"),
        *("Organisator", "Organisatorin", "Organizador", "Organizadora", "Organizzatore"),
        *("Organizator", "Organizatorka", "Организатор", "開催者"),
    ],
)
def test_the_role_of_teams(role) -> None:
    head = "Full Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole\tParticipant ID (UPN)\n"
    times = "5/12/2026, 9:00:00 AM\t5/12/2026, 10:00:00 AM\t1h"
    rows = f"Ada\t{times}\ta@example.org\t{role}\ta@x\nBo\t{times}\tb@example.org\tPresenter\tb@x\n"
    assert hosts(head + rows, "utf-16") == ["Ada"]
    head = "Name\tA\tB\tDauer\tE-Mail\tRolle\n"
    rows = "".join(row.rpartition("\t")[0] + "\n" for row in rows.splitlines())
    text = f"1. X\nY\tZ\n\n2. X\nY\tZ\n\n3. X\n{head}{rows}"
    assert hosts(text, "utf-16") == ["Ada"]


@pytest.mark.parametrize(
    "role", ["Presenter", "Attendee", "Referent", "Présentateur", "", "Uczestnik"]
)
def test_other_roles_are_no_hosts(role) -> None:
    head = "Full Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole\n"
    times = "5/12/2026, 9:00:00 AM\t5/12/2026, 10:00:00 AM\t1h"
    assert hosts(f"{head}Ada\t{times}\ta@example.org\t{role}\n", "utf-16") == []


@pytest.mark.parametrize(
    "mark", ["Host", "Co-host, me", "Hôte", "Gastgeber", "Anfitrión", "ホスト"]
)
def test_zoom_marks_the_host_behind_the_name(mark) -> None:
    row = "12/05/2026 09:00,12/05/2026 10:00,60,No"
    report = read(zoom(f'"Ada Example ({mark})",,{row}', f"Zed (Hosta Plant),,{row}"))
    assert [(each.name, each.is_host) for each in report.participants] == [
        ("Ada Example", True),
        ("Hosta Plant", False),
    ]


@pytest.mark.parametrize(
    "block",
    [
        "Topic,ID,Host,Start time\nWeek 3,812,Ada Example,05/12/2026 08:55 AM\n\n",
        "Sujet,N°,Animateur,Début\nX,812,Ada Example,12/05/2026 08:55\n\n",
        "Topic,User Email,Participants\nWeek 3,ADA@example.org,2\n\n",
    ],
)
def test_zoom_names_the_host_above(block) -> None:
    row = "12/05/2026 09:00,12/05/2026 10:00,60,No"
    rows = zoom(f"Ada Example,ada@example.org,{row}", f"Bo,bo@example.org,{row}")
    assert hosts(block + rows) == ["Ada Example"]
    total = "Name (Original Name),User Email,Total Duration (Minutes),Guest\n"
    assert hosts(f"{block}{total}Bo,b@example.org,9,No\nAda Example,ada@example.org,9,No\n") == [
        "Ada Example"
    ]


@pytest.mark.parametrize("heading", ["Host Details", "Détails de l’hôte", "Detalles del anfitrión"])
def test_a_webinar_has_a_section_of_hosts(heading) -> None:
    head = "Attended,User Name (Original Name),Email,Join Time,Leave Time\n"
    row = "05/12/2026 09:00:00 AM,05/12/2026 10:00:00 AM\n"
    text = (
        f"Attendee Report\n{heading},\n{head}Yes,Ada,a@example.org,{row}"
        f"Panelist Details,\n{head}Yes,Bo,b@example.org,{row}"
    )
    assert hosts(text) == ["Ada"]


def test_a_moderator_of_bigbluebutton_is_a_host() -> None:
    head = "Name,Moderator,Score,Talk,Cam,Messages,Reactions,Polls,Hands,Join,Left,Duration\n"
    rest = '"0","-","-","0","0","0","0","-","-","01:00:00"\n'
    assert hosts(f'{head}"Ada","TRUE",{rest}"Bo","FALSE",{rest}') == ["Ada"]


# Lines


def test_each_person_has_the_lines_of_the_file() -> None:
    row = "12/05/2026 09:00,12/05/2026 10:00,60,No"
    report = read(zoom(f"Ada,a@example.org,{row}", f"Bo,,{row}", f"Ada,a@example.org,{row}"))
    assert [each.lines for each in report.participants] == [(2, 4), (3,)]
    report = read("sep=;\nname;minutes\nAda;10\nBo;20\n")
    assert [each.lines for each in report.participants] == [(3,), (4,)]


def test_a_username_is_an_account() -> None:
    report = read("username;minutes\nada;10\n")
    assert [(each.name, each.account) for each in report.participants] == [("ada", "ada")]
    assert told(report) == {"ada": (10,)}


def test_a_dashboard_that_a_french_spreadsheet_saved_again_has_lines_and_a_host() -> None:
    head = "Nom,Modérateur,Score,Voix,Cam,Messages,Réactions,Votes,Mains,Arrivée,Départ,Durée,Q\n"
    rest = '"0","-","-","0","0","0","0","-","-","01:00:00","a\nb"\n'
    report = read(f'\n{head}"Ada","VRAI",{rest}"Bo","FAUX",{rest}')
    assert [(p.name, p.is_host, p.lines) for p in report.participants] == [
        ("Ada", True, (3,)),
        ("Bo", False, (5,)),
    ]
