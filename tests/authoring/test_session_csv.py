"""A table of sessions says what it would change, names each bad row, and comes back as it went."""

from __future__ import annotations

import csv
import io
import uuid
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from blended_xblock.authoring.session_cells import COLUMNS
from blended_xblock.authoring.session_csv import Reading, read_sessions, write_sessions
from blended_xblock.design import Design
from blended_xblock.errors import InvalidInputError
from tests.designs import FIRST, SECOND, complete, session, texts, valid

PARIS = "Europe/Paris"
THIRD = "5d0b7c1e-8a4f-4a39-9c56-0a8be1f0d333"
HEADER = "title,date,start,end"


def canonical(*sessions: dict[str, Any]) -> list[dict[str, Any]]:
    return list(Design.from_dict({"sessions": list(sessions)}).to_dict()["sessions"])


def read(text: str, *existing: dict[str, Any], zone: str = PARIS) -> Reading:
    return read_sessions(text, existing=list(existing), zone=zone)


def table(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows])


def only(text: str, *existing: dict[str, Any]) -> dict[str, Any]:
    """Return the one session that a table without a bad row makes."""
    reading = read(text, *existing)
    assert [row.problems for row in reading.rows] == [()]
    (made,) = reading.sessions
    return made


def problems(text: str, *existing: dict[str, Any]) -> list[tuple[int, tuple[str, ...]]]:
    """Return the bad rows, by number; a bad row changes nothing."""
    reading = read(text, *existing)
    return [(row.number, row.problems) for row in reading.rows if row.effect == "bad"]


def effects(reading: Reading) -> list[str]:
    return [row.effect for row in reading.rows]


def cells_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


# Out and in again


@given(valid(), st.sampled_from([",", ";", "\t"]), st.sampled_from(["\r\n", "\n", "\r"]))
def test_what_was_written_reads_back_as_the_same(design, delimiter, line_break) -> None:
    sessions = canonical(*design["sessions"])
    if not sessions:
        return
    written = write_sessions(sessions)
    again = io.StringIO(newline="")
    # As another spreadsheet would save it; cells are quoted, for Python's writer knows no line
    # break in a cell but those of its own rows.
    writer = csv.writer(
        again, delimiter=delimiter, lineterminator=line_break, quoting=csv.QUOTE_ALL
    )
    writer.writerows(csv.reader(io.StringIO(written, newline="")))
    for text in (written, "\ufeff" + again.getvalue()):
        reading = read(text, *sessions)
        assert effects(reading) == ["same"] * len(sessions)
        assert reading.sessions == sessions


_AWKWARD = st.text(st.sampled_from("='+-@\"';,\t |x\uff1d"), min_size=1, max_size=6)


@given(
    _AWKWARD.filter(str.strip),
    _AWKWARD,
    st.lists(
        _AWKWARD.filter(str.strip) | texts(), max_size=4, unique_by=lambda t: " ".join(t.split())
    ),
)
def test_apostrophes_signs_and_separators_survive(title, venue, names) -> None:
    sessions = canonical(session(title=title, venue=venue, audience=names))
    text = write_sessions(sessions)
    reading = read(text, *sessions)
    assert (effects(reading), reading.sessions) == (["same"], sessions)
    # Without the sessions the same rows make others that say the same.
    (made,) = read(text).sessions
    assert made | {"id": FIRST} == sessions[0]


def test_the_columns_are_named_in_english_and_an_end_date_stands_only_where_it_differs() -> None:
    first, second = complete()["sessions"]
    with translation.override("fr"):
        text = write_sessions([first, second | {"end": "2026-05-13T12:00"}])
    assert text.splitlines()[0] == (
        "id,title,date,start,end_date,end,timezone,mode,occurrence,venue,address,join_url,"
        "capacity,cohorts,cancelled"
    )
    one, other = cells_of(text)
    assert one == {
        "id": FIRST,
        "title": "Workshop",
        "date": "2026-05-12",
        "start": "09:00",
        "end_date": "",
        "end": "12:30",
        "timezone": "Europe/Paris",
        "mode": "hybrid",
        "occurrence": "spring",
        "venue": "Room 4",
        "address": "12 rue des Lilas\nParis",
        "join_url": "https://meet.example.org/x",
        "capacity": "20",
        "cohorts": "Client A; Client B",
        "cancelled": "true",
    }
    assert (other["end_date"], other["end"], other["cancelled"]) == ("2026-05-13", "12:00", "")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff20"])
def test_no_cell_is_run_as_a_formula(sign) -> None:
    text = write_sessions([session(title=f"{sign}1+1", address=f"{sign}x", audience=[f"{sign}y"])])
    (row,) = cells_of(text)
    for name, value in (("title", "1+1"), ("address", "x"), ("cohorts", "y")):
        assert row[name] == f"'{sign}{value}"


@pytest.mark.parametrize("line_break", ["\n", "\r"])
def test_an_address_keeps_its_lines(line_break) -> None:
    sessions = canonical(session(address=f"12 rue des Lilas{line_break}Paris"))
    assert effects(read(write_sessions(sessions), *sessions)) == ["same"]


def test_an_apostrophe_of_the_text_s_own_stays() -> None:
    for title in ("'=x", "''=x", "'tis", "O'Neill"):
        (made,) = read(write_sessions([session(title=title)])).sessions
        assert made["title"] == title


def test_half_typed_sessions_are_written_as_they_are() -> None:
    half = {"id": FIRST, "title": 7, "start": "2026-05-12T", "end": None, "capacity": "many"}
    rows = cells_of(write_sessions([half, {"id": [], "start": {}, "audience": "x"}, {}]))
    assert (rows[0]["date"], rows[0]["start"], rows[0]["capacity"]) == ("2026-05-12", "", "many")
    assert rows[0]["title"] == "7"
    assert set(rows[1].values()) == set(rows[2].values()) == {""}


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from([*COLUMNS, "audience"]),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                lambda inner: st.lists(inner, max_size=2),
                max_leaves=3,
            ),
        ),
        max_size=3,
    )
)
def test_whatever_the_editor_holds_can_be_written_and_read(sessions) -> None:
    rows = len(sessions)
    assert len(cells_of(write_sessions(sessions))) == rows
    try:
        reading = read(write_sessions(sessions), *sessions)
    except InvalidInputError:
        return
    assert len(reading.rows) <= rows


# What a row does


def test_rows_replace_by_id_and_others_are_added_with_ids_of_their_own() -> None:
    stored = canonical(*complete()["sessions"])
    text = table(
        f"{SECOND},Third day,2026-05-14,09:00,12:30,Europe/Paris",
        f"{FIRST},Workshop,2026-05-12,09:00,12:30,Europe/Paris",
        ",Added,2026-06-01,09:00,10:00,",
        header="id,title,date,start,end,timezone",
    )
    reading = read(text, *stored, zone="America/Montreal")
    assert effects(reading) == ["changed", "same", "new"]
    assert [row.number for row in reading.rows] == [2, 3, 4]
    assert [row.title for row in reading.rows] == ["Third day", "Workshop", "Added"]
    first, second, added = reading.sessions
    assert first == stored[0]
    assert second == stored[1] | {
        "title": "Third day",
        "start": "2026-05-14T09:00",
        "end": "2026-05-14T12:30",
    }
    assert second["extra"] == {"room_type": "lab"}
    assert (added["title"], added["timezone"]) == ("Added", "America/Montreal")
    assert uuid.UUID(added["id"]).version == 4
    assert (
        Design.from_dict({"sessions": reading.sessions}).to_dict()["sessions"] == reading.sessions
    )


def test_a_cohort_s_unknown_xml_and_other_kept_things_survive() -> None:
    kept = {
        "audience": ["Client A"],
        "audience_xml": {"Client A": '<audience cohort="Client A" x="1"/>'},
        "extra_elements": ["<badge/>"],
        "extra": {"room_type": "lab"},
    }
    stored = canonical(session(**kept))
    text = write_sessions(stored).replace("Workshop", "Renamed")
    assert only(text, *stored) == stored[0] | {"title": "Renamed"}


def test_a_column_that_is_not_there_leaves_values_and_an_empty_cell_empties_them() -> None:
    stored = canonical(complete()["sessions"][0])
    header = "id,title,date,start,end"
    row = f"{FIRST},Workshop,2026-05-12,09:00,13:00"
    assert only(table(row, header=header), *stored) == stored[0] | {"end": "2026-05-12T13:00"}
    emptied = only(
        table(
            f"{row},,,,,,,,",
            header=f"{header},occurrence,venue,address,join_url,capacity,cohorts,cancelled,x",
        ),
        *stored,
    )
    assert emptied == stored[0] | {
        "end": "2026-05-12T13:00",
        "occurrence": "",
        "venue": "",
        "address": "",
        "join_url": "",
        "capacity": None,
        "audience": [],
        "cancelled": False,
    }


def test_zone_and_mode_are_never_empty_so_an_empty_cell_leaves_them() -> None:
    stored = canonical(session(timezone="Asia/Kolkata", mode="online"))
    text = table(f"{FIRST},Workshop,2026-05-12,09:00,12:30,,", header=f"id,{HEADER},timezone,mode")
    assert effects(read(text, *stored)) == ["same"]
    new = only(table(",W,2026-05-12,09:00,12:30,,", header=f"id,{HEADER},timezone,mode"))
    assert (new["timezone"], new["mode"]) == (PARIS, "in_person")


def test_without_a_column_for_the_last_day_a_session_stays_as_many_days_long() -> None:
    stored = canonical(session(end="2026-05-14T12:30"))
    text = table(f"{FIRST},Workshop,2026-06-01,09:00,12:30", header=f"id,{HEADER}")
    assert only(text, *stored)["end"] == "2026-06-03T12:30"
    text = table(f"{FIRST},Workshop,2026-06-01,09:00,12:30,", header=f"id,{HEADER},end_date")
    assert only(text, *stored)["end"] == "2026-06-01T12:30"


def test_an_id_of_another_unit_makes_a_new_session_and_is_mentioned() -> None:
    reading = read(write_sessions(canonical(session())))
    assert effects(reading) == ["new"]
    assert reading.sessions[0]["id"] != FIRST
    assert "1 row has an id that is not of this unit" in reading.notes[0]


def test_a_half_typed_session_can_be_mended_by_the_table() -> None:
    stored = {"id": FIRST, "title": "", "start": "", "capacity": "many", "extra": {"a": "b"}}
    text = table(f"{FIRST},Workshop,2026-05-12,9:00,12:30,4", header=f"id,{HEADER},capacity")
    (row,) = read(text, stored).rows
    assert row.effect == "changed"
    assert only(text, stored) == canonical(session(capacity=4, extra={"a": "b"}))[0]


def test_bad_rows_change_nothing_and_the_others_are_read() -> None:
    stored = canonical(session())
    text = table(
        f"{FIRST},Workshop,2026-05-12,09:00,08:00",
        ",Good,2026-05-13,09:00,10:00",
        header=f"id,{HEADER}",
    )
    reading = read(text, *stored)
    assert effects(reading) == ["bad", "new"]
    assert reading.sessions[0] == stored[0]
    assert [each["title"] for each in reading.sessions] == ["Workshop", "Good"]


# What people and spreadsheets write


def test_a_french_spreadsheet_s_file_is_read() -> None:
    text = (
        "\ufeffTitre;Date;Début;Fin;Date de fin;Fuseau horaire;Mode;Lieu;Adresse;Lien;Places;"
        "Cohortes;Annulé\r\n"
        '"Atelier; jour 1";12/05/2026;9h00;17h;13/05/2026;Europe/Paris;'
        'En salle ou en ligne;Salle 4;"12 rue des Lilas\r\nParis";'
        'https://meet.example.org/x;20;"Client A; ""B; C""";VRAI\r\n'
    )
    with translation.override("fr"):
        made = only(text)
    assert (
        made
        == canonical(
            session(
                id=made["id"],
                title="Atelier; jour 1",
                start="2026-05-12T09:00",
                end="2026-05-13T17:00",
                mode="hybrid",
                venue="Salle 4",
                address="12 rue des Lilas\nParis",
                join_url="https://meet.example.org/x",
                capacity=20,
                audience=["Client A", "B; C"],
                cancelled=True,
            )
        )[0]
    )


@pytest.mark.parametrize(
    "header",
    [
        "END,Start,DATE,Title",
        "end time,start time,start date,TITLE",
        "Heure de fin,Heure de début,Date de début,Intitulé",
        "fin,debut,jour,titre",
        '"End","Start","Date","Title"',
        "End\tStart\tDate\tTitle",
        "End;Start;Date;Title",
    ],
)
def test_headings_come_in_any_order_and_spelling(header) -> None:
    delimiter = next((each for each in "\t;" if each in header), ",")
    row = delimiter.join(["10:00", "09:00", "2026-05-12", "W"])
    made = only(table(row, header=header))
    assert (made["title"], made["start"]) == ("W", "2026-05-12T09:00")
    assert made["end"] == "2026-05-12T10:00"


def test_the_separator_is_that_of_the_headings_whatever_the_cells_hold() -> None:
    made = only(table("a, b, c, d;2026-05-12;09:00;10:00", header="title;date;start;end"))
    assert made["title"] == "a, b, c, d"


@pytest.mark.parametrize(
    ("written", "mode"),
    [
        ("in_person", "in_person"),
        ("In the room", "in_person"),
        ("présentiel", "in_person"),
        ("En salle", "in_person"),
        ("ONLINE", "online"),
        ("en ligne", "online"),
        ("hybrid", "hybrid"),
        ("in the room or online", "hybrid"),
        ("", "in_person"),
    ],
)
def test_a_mode_is_written_by_key_or_in_words(written, mode) -> None:
    made = only(table(f"W,2026-05-12,09:00,10:00,{written}", header=f"{HEADER},mode"))
    assert made["mode"] == mode


@pytest.mark.parametrize(
    ("written", "cancelled"),
    [("TRUE", True), ("x", True), ("oui", True), ("Yes", True), ("", False), ("FAUX", False)],
)
def test_cancelled_is_yes_or_no(written, cancelled) -> None:
    made = only(table(f"W,2026-05-12,09:00,10:00,{written}", header=f"{HEADER},cancelled"))
    assert made["cancelled"] is cancelled


@pytest.mark.parametrize(
    ("written", "clock"),
    [
        ("9:00", "09:00"),
        ("09:00", "09:00"),
        ("09:00:00", "09:00"),
        ("9h00", "09:00"),
        ("9h", "09:00"),
        ("9 h 30", "09:30"),
        ("9:00 AM", "09:00"),
        ("9:05\u202fam", "09:05"),
        ("9 a.m.", "09:00"),
        ("12:00 AM", "00:00"),
        ("12:15 pm", "12:15"),
        ("11:59 PM", "23:59"),
        ("1PM", "13:00"),
        ("9:00:00 PM", "21:00"),
        ("0:00", "00:00"),
    ],
)
def test_times_are_read_as_people_write_them(written, clock) -> None:
    made = only(
        table(f"W,2026-05-12,{written},2026-05-13,10:00", header="title,date,start,end_date,end")
    )
    assert made["start"] == f"2026-05-12T{clock}"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("", "is empty. Write the time"),
        ("9", "which is not a time of day"),
        ("24:00", "which is not a time of day"),
        ("9:60", "which is not a time of day"),
        ("9:5", "which is not a time of day"),
        ("13:00 PM", "which is not a time of day"),
        ("0:00 AM", "which is not a time of day"),
        ("noon", "which is not a time of day"),
        ("\u0669:\u0660\u0660", "which is not a time of day"),
        ("09:00:01", "Leave the seconds out"),
        ("9:00Z", "which is not a time of day"),
    ],
)
def test_a_time_that_cannot_be_read_says_so(written, words) -> None:
    ((number, said),) = problems(table(f"W,2026-05-12,{written},23:59"))
    assert number == 2
    assert len(said) == 1
    assert said[0].startswith("Column “start”: ")
    assert words in said[0]


@pytest.mark.parametrize(
    "written", ["2026-05-12", "2026-5-12", "12.05.2026", "12.5.2026", " 2026-05-12 "]
)
def test_days_are_read_as_people_write_them(written) -> None:
    assert only(table(f"W,{written},09:00,10:00"))["start"] == "2026-05-12T09:00"


@pytest.mark.parametrize(
    "written",
    ["", "2026-02-30", "32.01.2026", "12/05/26", "2026", "13/13/2026", "0000-01-01", "soon"],
)
def test_a_day_that_cannot_be_read_says_so(written) -> None:
    ((number, said),) = problems(table(f"W,{written},09:00,10:00"))
    assert (number, len(said)) == (2, 1)
    assert said[0].startswith("Column “date”: is ")
    assert "for example 2026-05-12." in said[0]


# Days and months in either order


def starts(*days: str) -> list[str]:
    reading = read(table(*(f"W,{day},09:00,10:00" for day in days)))
    return [
        row.effect if row.effect == "bad" else made
        for row, made in zip(reading.rows, _days_of(reading), strict=True)
    ]


def _days_of(reading: Reading) -> list[str]:
    made = iter(reading.sessions)
    return ["" if row.effect == "bad" else next(made)["start"][:10] for row in reading.rows]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        (["04/05/2026", "25/12/2026"], ["2026-05-04", "2026-12-25"]),
        (["04/05/2026", "12/25/2026"], ["2026-04-05", "2026-12-25"]),
        (["04/05/2026"], ["bad"]),
        (["04/05/2026", "2026-06-01"], ["bad", "2026-06-01"]),
        (["04/05/2026", "13.06.2026"], ["bad", "2026-06-13"]),
        (["05/05/2026"], ["2026-05-05"]),
        (["25/12/2026", "12/25/2026", "04/05/2026", "05/05/2026"], ["bad"] * 3 + ["2026-05-05"]),
    ],
)
def test_the_whole_file_tells_whether_the_day_comes_first(written, read_as) -> None:
    assert starts(*written) == read_as


def test_the_last_days_tell_the_order_too() -> None:
    header = "title,date,start,end_date,end"
    made = only(table("W,12/05/2026,09:00,13/05/2026,10:00", header=header))
    assert (made["start"], made["end"]) == ("2026-05-12T09:00", "2026-05-13T10:00")


@pytest.mark.parametrize(
    ("others", "reason"),
    [
        ([], "no row tells whether the day or the month comes first"),
        (["X,25/12/2026,9h,10h", "Y,12/25/2026,9h,10h"], "some rows write the day first"),
    ],
)
def test_an_unclear_day_says_why_and_what_to_write(others, reason) -> None:
    number, said = problems(table("W,04/05/2026,9h,10h", *others))[0]
    assert number == 2
    assert reason in said[0]
    assert "for example 2026-05-12" in said[0]


# Rows that are wrong


@pytest.mark.parametrize(
    ("changes", "column", "words"),
    [
        ({"title": ""}, "title", "is empty. Write a text."),
        ({"title": "x" * 256}, "title", "256 characters"),
        ({"title": "a\u0007b"}, "title", "invisible character U+0007"),
        ({"title": "a\ud800b"}, "title", "invisible character U+D800"),
        ({"end": "08:00"}, "end", "is not after the start"),
        ({"start": "02:30", "date": "2026-03-29"}, "start", "does not exist in Europe/Paris"),
        ({"end": "02:30", "end_date": "2027-03-28"}, "end", "does not exist in Europe/Paris"),
        ({"end_date": "soon"}, "end_date", "which is not a day"),
        ({"date": "1999-05-12"}, "date", "not in the years 2000 to 2100"),
        ({"end_date": "2101-05-12"}, "end_date", "not in the years 2000 to 2100"),
        ({"timezone": "Paris"}, "timezone", "for example Europe/Paris"),
        ({"mode": "by post"}, "mode", "is “by post”, which is not known"),
        ({"join_url": "http://x.example"}, "join_url", "starts with https://"),
        ({"capacity": "many"}, "capacity", "Write a whole number"),
        ({"capacity": "0"}, "capacity", "Write a whole number"),
        ({"capacity": "9" * 5000}, "capacity", "Write a whole number"),
        ({"cohorts": "A; A"}, "cohorts", "is the same as that of"),
        ({"cohorts": '"A; B'}, "cohorts", "quotation marks that do not close"),
        ({"cohorts": "x" * 256}, "cohorts", "256 characters"),
        ({"cancelled": "perhaps"}, "cancelled", "neither true nor false"),
        ({"cancelled": "?"}, "cancelled", "neither true nor false"),
        ({"id": "7"}, "id", "is “7”, which no session has"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_bad_cell_is_named_by_row_and_column(changes, column, words) -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    good = {"title": "Good", "date": "2026-05-12", "start": "09:00", "end": "12:30"}
    writer.writerows([good, {**good, **changes}])
    ((number, said),) = problems(text.getvalue())
    assert number == 3
    assert len(said) == 1, said
    assert said[0].startswith(f"Column “{column}”: ")
    assert words in said[0]


def test_every_problem_of_a_row_is_named_at_once_by_the_table_s_own_headings() -> None:
    text = table(";soon;late;;-1", header="Titre;Jour;Début;Fin;Places")
    ((_number, said),) = problems(text)
    assert [each.split("”")[0].removeprefix("Column “") for each in said] == [
        "Jour",
        "Début",
        "Fin",
        "Titre",
        "Places",
    ]


def test_rows_are_numbered_as_in_a_spreadsheet() -> None:
    text = table('"two', 'lines",2026-05-12,09:00,10:00', "", ",,,", "W,soon,09:00,10:00")
    reading = read(text)
    assert [(row.number, row.effect) for row in reading.rows] == [(2, "new"), (5, "bad")]


def test_a_row_with_more_cells_than_headings_is_bad() -> None:
    text = table("W,2026-05-12,09:00,10:00,,", "a, b,2026-05-12,09:00,10:00")
    ((number, said),) = problems(text)
    assert number == 3
    assert "more cells than there are headings" in said[-1]


def test_an_id_in_several_rows_is_bad_in_each_of_them() -> None:
    row = "W,2026-05-12,09:00,10:00"
    text = table(
        f"{FIRST},{row}", f"{THIRD},{row}", f"{FIRST.upper()},{row}", header=f"id,{HEADER}"
    )
    found = problems(text, session())
    assert [number for number, _said in found] == [2, 4]
    assert all("is in several rows" in said[0] for _number, said in found)


def test_a_problem_of_what_is_stored_beside_the_table_is_told() -> None:
    stored = session(join_url="http://x.example", surprise=1)
    text = table(f"{FIRST},W,2026-05-12,09:00,10:00", header=f"id,{HEADER}")
    ((_number, said),) = problems(text, stored)
    assert said[0].startswith("Column “join_url”: ")
    assert "surprise: is not a known name here" in said[1]


# Tables that are wrong as a whole


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "There is nothing to read"),
        ("\ufeff \r\n\t", "There is nothing to read"),
        (",,,\n,,", "There is nothing to read"),
        (7, "There is nothing to read"),
        (None, "There is nothing to read"),
        (HEADER, "There is no row under the headings"),
        (table(",,,", ""), "There is no row under the headings"),
        ("title\nW", "these are missing: date, start, end"),
        ("a,b\n1,2", "these are missing: title, date, start, end"),
        ("title;date;start;titre;end\nW;;;;", "“title” and “titre” mean the same"),
        (table("W,2026-05-12\0,09:00,10:00"), "This is no plain table"),
        (table("W" * 1_000_001), "larger than one megabyte"),
        (table("é" * 500_001), "larger than one megabyte"),
        (table(*["W,2026-05-12,09:00,10:00"] * 201), "The table has 201 rows"),
        (
            table("W,2026-05-12,09:00,10:00", '"W,2026-05-12,09:00,10:00', "X"),
            "Row 3 cannot be read",
        ),
        (table('"W" x,2026-05-12,09:00,10:00'), "Row 2 cannot be read"),
        (f'"{HEADER}', "Row 1 cannot be read"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_table_that_is_wrong_as_a_whole_is_refused(text, words) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read(text)
    assert words in caught.value.message


def test_the_refusal_of_missing_columns_shows_a_first_row_to_copy() -> None:
    with pytest.raises(InvalidInputError) as caught:
        read("a,b\n1,2")
    header = caught.value.message.rpartition("such as: ")[2]
    assert only(f"{header}\n,W,2026-05-12,09:00,,10:00")["title"] == "W"


def test_a_unit_takes_200_sessions_and_not_one_more() -> None:
    stored = [session(id=str(uuid.UUID(int=number))) for number in range(199)]
    row = "W,2026-05-12,09:00,10:00"
    assert len(read(table(row), *stored).sessions) == 200
    assert len(read(table(*[row] * 200)).sessions) == 200
    with pytest.raises(InvalidInputError, match="there would be 201 sessions"):
        read(table(row, row), *stored)


def test_sessions_that_are_none_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="Reload the page"):
        read_sessions(table("W,2026-05-12,09:00,10:00"), existing=[7], zone=PARIS)  # type: ignore[list-item]


# Notes


def test_columns_that_are_not_read_are_named() -> None:
    text = table("W,2026-05-12,09:00,10:00,Ana,tea,,x", header=f"{HEADER},Trainer,Snack,,")
    assert read(text).notes == (
        "These columns are not read, as sessions have nothing of these names: “Trainer”, “Snack”.",
        "Column 8 has no heading and is not read.",
    )
    assert read(table("W,2026-05-12,09:00,10:00,", header=f"{HEADER},")).notes == ()


def test_letters_that_were_lost_on_the_way_are_noticed() -> None:
    reading = read(table("D\ufffdbut,2026-05-12,09:00,10:00"))
    assert "Some letters were lost" in reading.notes[0]


# Anything at all


_LINES = st.lists(
    st.lists(
        st.sampled_from(["", '"', "W", FIRST, "2026-05-12", "04/13/2026", "09:00", "=x", "\ud800"]),
        max_size=6,
    ).map(",".join),
    max_size=4,
)


@given(st.text() | _LINES.map(lambda lines: table(*lines, header=f"id,{HEADER}")))
def test_any_text_is_refused_or_read_into_a_valid_design(text) -> None:
    stored = canonical(session())
    try:
        reading = read(text, *stored)
    except InvalidInputError:
        return
    Design.from_dict({"sessions": reading.sessions})
    for row in reading.rows:
        assert (row.effect == "bad") == bool(row.problems)
