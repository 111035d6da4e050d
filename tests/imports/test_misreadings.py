"""What a reader could take for something else: it is read as it is meant, or refused."""

from __future__ import annotations

import pytest

from blended_xblock.imports.durations import read_duration, read_minutes
from blended_xblock.imports.report import RefusedReportError
from tests.imports.files import POLISH, read, told, zoom

HOUR = "12/05/2026 09:00:00,12/05/2026 10:00:00,60"
STAY = ("12 09:00", "12 10:00")
QUOTED = (
    '1. Summary\nTitle\t"A, B"\n\n2. Participants\nName\n\n3. In-Meeting Activities\n'
    "Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole\n"
    '"Example, Ada"\t"5/12/26, 9:00:00 AM"\t"5/12/26, 10:00:00 AM"\t1h\ta@example.org\tX\n'
)
EVENTS = "Full Name\tUser Action\tTimestamp\nAda\t{}\t5/12/2026, 9:00:00 AM\nAda\t{}\t{}\n"
WEBINAR = (
    "Report\nHost\n{0},Name (Original Name),Email,Join Time,Leave Time\n{1},Ada,a@example.org,"
    "12/05/2026 09:00,12/05/2026 10:00\nAttendees\n{0},Name (Original Name),Email,Join Time,"
    "Leave Time\n{2},Bo,b@example.org,--,--\n"
)
BOARD = (
    "Name,Moderator,Score,Talk,Webcam,Messages,Reactions,Votes,Hands,Join,Left,Duration\n"
    '"Ada","TRUE","{}","-","-","0","0","0","0","12/05/2026, 09:00:00","-","00:40:00"\n'
)


@pytest.mark.parametrize("room", ["Im Wartezimmer", "In wachtlokaal", "En salle d’attente"])
def test_a_waiting_room_by_another_word_is_one(room) -> None:
    header = f"Name (Originalname),E-Mail,Beitrittszeit,Verlassenszeit,Dauer (Minuten),{room}"
    report = read(zoom(f"Ada,,{HOUR},Nein", f"Bo,,{HOUR},Ja", header=header))
    assert (told(report), report.ignored[0].name) == ({"Ada": (60, STAY)}, "Bo")


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Name (Original Name),Email,Total Duration (Minutes)", "{},,60"),
        ("Attended,User Name (Original Name),Email,Join Time,Leave Time", f"Yes,{{}},,{HOUR[:-3]}"),
    ],
)
def test_a_waiting_room_counts_for_nothing_in_any_report(header, row) -> None:
    rows = [f"{row.format('Ada')},No", f"{row.format('Bo')},Yes"]
    report = read(zoom(*rows, header=f"{header},In waiting room"))
    assert told(report)["Ada"][0] == 60
    assert [(each.name, each.reason) for each in report.ignored] == [("Bo", "waiting-room")]


@pytest.mark.parametrize(
    ("join", "leave"),
    [("Beitritt um", "Verlassen um"), ("Deelnemen om", "Verlaten om"), ("Aankomst", "Vertrek")],
)
def test_times_that_nobody_knows_make_no_totals_of_stays(join, leave) -> None:
    header = f"Naam (oorspronkelijke naam),E-mail,{join},{leave},Duur (minuten),In wachtruimte"
    text = zoom(f"Ada,a@example.org,{HOUR},Nee", f"Bo,,{HOUR},Ja", header=header)
    if join == "Aankomst":
        with pytest.raises(RefusedReportError, match="no attendance report"):
            read(text)
    else:
        assert told(read(text)) == {"Ada": (60, STAY)}


@pytest.mark.parametrize(
    "text",
    [
        "Topic,Meeting ID,User Name,User Email,Start Time,End Time,Duration (Minutes)\n"
        "X,1,Ada,a@example.org,05/12/2026 08:55 AM,05/12/2026 12:40 PM,225\n",
        "Meeting-ID,Thema,Startzeit,Endzeit,Benutzer-E-Mail,Dauer (Minuten),Teilnehmer\n"
        "1,X,12.05.2026 08:55,12.05.2026 12:40,a@example.org,225,3\n",
        "Name,Attendee Email,Join Time,Leave Time,Attendance Duration\n"
        "Ada,a@example.org,2026-05-12 09:00,2026-05-12 10:00,60 mins\n"
        "Ada,b@example.org,2026-05-12 09:00,2026-05-12 11:00,120 mins\n",
        "Name,Joined,Stopped,Duration (minutes)\nAda,09:00,10:00,60\n",
        "name,join,leave,in waiting room\nAda,09:00,10:00,yes\n",
        "Name (Original Name),Join Time,Duration (Minutes)\nAda,05/12/2026 09:00 AM,60\n",
    ],
    ids=["meetings", "meetings-de", "webex", "half-a-stay", "waiting", "zoom"],
)
def test_a_report_of_another_tool_is_no_table_that_somebody_made(text) -> None:
    with pytest.raises(RefusedReportError, match="no attendance report"):
        read(text)


def test_an_address_in_the_place_of_the_role_tells_two_people_apart() -> None:
    text = QUOTED.replace('"', "").partition("Name\tJoin Time")[0]
    text += "Namn\tAnslöt\tLämnade\tLängd\tRoll\tAdress\n"
    for letter in "ab":
        text += f"Ada\t5/12/26, 9:00 AM\t5/12/26, 10:00 AM\t1h\tX\t{letter}@example.org\n"
    report = read(text, "utf-16")
    assert [p.email for p in report.participants] == ["a@example.org", "b@example.org"]


def test_a_column_of_addresses_is_the_email_whatever_it_is_called() -> None:
    header = "Name (Original Name),Adresa,Join Time,Leave Time,Duration (Minutes)"
    report = read(zoom(f"Ada,a@example.org,{HOUR}", f"Ada,b@example.org,{HOUR}", header=header))
    assert [p.email for p in report.participants] == ["a@example.org", "b@example.org"]


@pytest.mark.parametrize("host", ["Host Email", "E-mail de l’hôte", "Organisator", "Email host"])
def test_the_address_of_the_host_is_nobody_elses(host) -> None:
    header = f"Name (Original Name),Join Time,Leave Time,Duration (Minutes),{host}"
    rows = [f"{name},{HOUR},h@example.org" for name in ("Ada", "Bo")]
    assert told(read(zoom(*rows, header=header))) == {"Ada": (60, STAY), "Bo": (60, STAY)}


def test_a_whole_name_beside_its_parts_is_the_name() -> None:
    text = "name,first name,last name,minutes\nAda Example,Ada,Example,30\n"
    assert told(read(text)) == {"Ada Example": (30,)}


@pytest.mark.parametrize("parts", ["Prénom,Nom", "Nome,Cognome", "Name,Surname"])
def test_the_name_that_was_shown_goes_before_the_parts_of_one(parts) -> None:
    header = f"Attended,{parts},User Name (Original Name),Email,Join Time,Leave Time"
    report = read(zoom(f"Yes,A,E,Ada Example,,{HOUR[:-3]}", header=header))
    assert told(report) == {"Ada Example": (60, STAY)}


@pytest.mark.parametrize("unit", ["Hours", "Seconds"])
def test_totals_in_another_unit_are_no_minutes(unit) -> None:
    with pytest.raises(RefusedReportError, match="no attendance report"):
        read(zoom("Ada,,2", header=f"Name (Original Name),Email,Total Duration ({unit})"))


@pytest.mark.parametrize("cell", ["1,200", "1.200", "12,500", "1,200 min", "1.200 h"])
def test_what_may_part_thousands_is_unknown(cell) -> None:
    assert (read_minutes(cell), read_duration(cell)) == (None, None)


def test_one_or_two_decimals_are_decimals() -> None:
    assert (read_minutes("42,5"), read_minutes("0,125"), read_duration("1.25 h")) == (
        2_550,
        7.5,
        4_500,
    )


@pytest.mark.parametrize(
    ("stated", "at"),
    [("UTC", "07:00"), ("GMT", "07:00"), ("UTC+02:00", "09:00"), ("GMT-4", "03:00")],
)
def test_a_header_that_states_utc_is_believed(stated, at) -> None:
    times = f"2026-05-12 {at},2026-05-12 {at.replace(':00', ':30')}"
    expected = {"Ada": (30, ("12 09:00", "12 09:30"))}
    header = f"Name (Original Name),User Email,Join Time ({stated}),Leave Time ({stated})"
    assert told(read(zoom(f"Ada,,{times}", header=header))) == expected
    own = read(zoom(f"Ada,{times}", header=f"name,join ({stated}),leave ({stated})"))
    assert told(own) == expected
    for said in (stated, f"AM {stated}", f"({stated})"):
        cells = ",".join(f"{cell} {said}" for cell in times.split(","))
        assert told(read(zoom(f"Ada,,{cells}"))) == expected


@pytest.mark.parametrize(
    "join",
    ["Tuesday, May 12, 2026 9:00 AM", "2026-05-12 09 h 00 min 00 s", "12/05/2026 9 h 00"],
)
def test_moments_with_a_weekday_or_spaces(join) -> None:
    assert told(read(zoom(f'Ada,,"{join}",2026-05-12 10:00,,')))["Ada"] == (60, STAY)


def test_a_year_of_two_digits_that_may_come_first_is_refused() -> None:
    with pytest.raises(RefusedReportError, match="26-05-12 09:00"):
        read(zoom("Ada,,26-05-12 09:00,26-05-12 10:00,60,"))
    late = {"start": "2026-05-26T09:00", "end": "2026-05-26T12:00"}
    for day in ("26-05-26", "26/05/2026"):
        report = read(zoom(f"Ada,,{day} 09:00,{day} 10:00,60,"), **late)
        assert told(report)["Ada"][0] == 60


@pytest.mark.parametrize(
    ("attended", "yes", "no"),
    [("Teilnahme", "Ja", "Nein"), ("Deelgenomen", "Ja", "Nee"), ("Partecipazione", "Sì", "No")],
)
def test_who_only_registered_is_not_there_in_any_language(attended, yes, no) -> None:
    report = read(WEBINAR.format(attended, yes, no))
    assert (report.format, told(report)) == ("zoom-webinar", {"Ada": (60, STAY)})
    assert [(each.name, each.reason) for each in report.ignored] == [("Bo", "no-show")]


def test_a_webinar_of_which_nobody_knows_who_attended_is_refused() -> None:
    with pytest.raises(RefusedReportError, match="no attendance report"):
        read(WEBINAR.format("Osallistui", "Kyllä", "Ei"))


@pytest.mark.parametrize(
    ("joined", "left"),
    [
        ("Dołączono", "Opuszczono"),
        ("Teilgenommen", "Links"),
        ("Lid geworden", "Vertrokken"),
        ("Se ha unido", "Ha salido"),
        ("Aderiu", "Saiu"),
        ("Connecté", "Déconnecté"),
        ("Entrato", "Uscito"),
    ],
)
def test_joins_and_leaves_in_other_words(joined, left) -> None:
    text = EVENTS.format(joined, left, "5/12/2026, 10:00:00 AM")
    assert told(read(text, "utf-16")) == {"Ada": (60, STAY)}


def test_quotation_marks_of_a_spreadsheet_between_tabs_are_none_of_the_name() -> None:
    assert told(read(QUOTED, "utf-16")) == {"Example, Ada": (60, STAY)}
    own = EVENTS.format("Joined", "Left", "5/12/2026, 10:00:00 AM").replace("Ada", '"Ada"')
    assert told(read(own, "utf-16")) == {'"Ada"': (60, STAY)}


@pytest.mark.parametrize("score", ["-", "7,5", "", "\u0667\u066b\u0665"])
def test_a_dashboard_is_no_report_of_meet_whatever_the_score(score) -> None:
    report = read(BOARD.format(score))
    assert (report.format, told(report)) == ("bbb", {"Ada": (40,)})


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Name,Email,Duration", "Bo,,"),
        ("Name (Original Name),User Email,Total Duration (Minutes)", "Bo,,"),
        ("First name,Last name,Email,Duration", "Bo,,,"),
    ],
)
def test_somebody_whose_total_is_blank_is_there_and_a_remark_is_not(header, name) -> None:
    assert told(read(zoom(name, "Exported on Tuesday", header=header))) == {"Bo": (None,)}


@pytest.mark.parametrize(
    "name",
    ["Agnieszka Świętek", "Zofia Kuźma", "Jan Zieliński", "Marek Popović", "Ewa Ziębska", "Dvořák"],
)
def test_letters_of_central_europe_below_an_english_header(name) -> None:
    assert list(told(read(zoom(f"{name},,{HOUR}"), "cp1250"))) == [name]


@pytest.mark.parametrize(
    "name", ["Hervé Cœur", "François Œuvré", "Íñigo Muñoz", "Søren Ærø", "Inês Bêche", "L’Haÿ"]
)
def test_letters_of_western_europe_stay_what_they_are(name) -> None:
    assert list(told(read(zoom(f"{name},,{HOUR}"), "cp1252"))) == [name]


def test_the_code_page_of_a_macintosh_is_refused() -> None:
    with pytest.raises(RefusedReportError, match="damaged"):
        read(zoom(f"Chloé,,{HOUR}"), "mac_roman")


@pytest.mark.parametrize("sign", [";", "\t"])
def test_what_parts_no_cells_does_not_make_one_column_of_a_report(sign) -> None:
    header = "Name (Original Name),Join Time,Leave Time,Duration (Minutes)"
    own = read(zoom(f'"Ada{sign}Example",{HOUR}', header=header))
    assert (own.format, told(own)) == (
        "zoom-participants",
        {f"Ada{sign}Example".replace("\t", " "): (60, STAY)},
    )
    cells = [line.split("\t") for line in POLISH.splitlines()]
    text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in cells)
    teams = read(text.replace("Kurs", f"Kurs{sign}3"))
    assert (teams.format, len(teams.participants)) == ("teams-v3", 2)


@pytest.mark.parametrize("sign", ["|", "^"])
def test_cells_apart_by_another_sign_are_no_name(sign) -> None:
    with pytest.raises(RefusedReportError, match="no attendance report"):
        read(zoom(f"Ada,,{HOUR}").replace(",", sign))


@pytest.mark.parametrize(
    "header",
    [
        "Nome\tOra primo accesso\tOra ultima uscita\tDurata\tE-mail\tID (UPN)\tRuolo",
        "Nome\tHora da primeira entrada\tHora da última saída\tDuração\tE-mail\tID (UPN)\tFunção",
        "Nazwa\tGodzina pierwszego dołączenia\tGodzina ostatniego wyjścia\tCzas\tE-mail\tUPN\tRola",
        "Name\tFirst time joined\tLast time left\tDuration\tEmail\tID (UPN)\tRole",
        "Naam\tTijd eerste deelname\tTijd laatste vertrek\tDuur\tE-mail\tID (UPN)\tRol",
    ],
)
def test_the_first_join_and_the_last_leave_are_no_stay(header) -> None:
    row = "Ada\t5/12/26, 9:00:00 AM\t5/12/26, 12:00:00 PM\t1h\ta@example.org\ta\tX\n"
    with pytest.raises(RefusedReportError, match="no attendance report"):
        read(f"{header}\n{row}", "utf-16")


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Name,Email,Duration", "Example, Ada,a@example.org,1 hr"),
        ("Name (Original Name),User Email,Total Duration (Minutes)", "Example, Ada,,60"),
        ("Name (Original Name),Join Time,Leave Time", f"Ada,{HOUR}"),
    ],
)
def test_a_row_with_more_cells_than_columns_is_refused(header, row) -> None:
    with pytest.raises(RefusedReportError, match="Line 2 has more cells"):
        read(zoom(row, header=header))
