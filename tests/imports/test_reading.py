"""Each tool in other languages, orders and encodings: read as it is meant, or refused."""

from __future__ import annotations

import pytest

from blended_xblock.imports.report import RefusedReportError
from tests.imports.files import POLISH, ROOMS, read, told, zoom

DAY_FIRST = "12/05/2026 09:00:00,12/05/2026 10:00:00,60"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_polish_teams_in_every_unicode(encoding) -> None:
    report = read(POLISH, encoding)
    assert report.format == "teams-v3"
    assert told(report) == {
        "Łukasz Wójcik": (180, ("12 09:00", "12 12:00")),
        "Żaneta Śliwińska": (180, ("12 09:10", "12 12:10")),
    }


def test_polish_teams_saved_by_a_spreadsheet_of_central_europe() -> None:
    assert "Żaneta Śliwińska" in told(read(POLISH.replace("\t", ";"), "cp1250"))


def test_a_western_spreadsheet_keeps_its_letters() -> None:
    report = read(zoom("Chloé Œuvré,c@example.org,12/05/2026 09:00,12/05/2026 10:00,60,"), "cp1252")
    assert list(told(report)) == ["Chloé Œuvré"]


def test_rooms_of_a_teams_meeting_are_one_stay_and_section_four_is_none() -> None:
    assert told(read(ROOMS, "utf-16")) == {"Hervé": (150, ("12 09:00", "12 11:30"))}


@pytest.mark.parametrize(
    ("header", "yes"),
    [
        ("Name (Originalname);Benutzer-E-Mail;Beitrittszeit;Verlassenszeit;Dauer (Minuten)", "Ja"),
        (
            "Nom (nom original);Adresse e-mail;Heure d’arrivée;Heure de départ;Durée (minutes)",
            "Oui",
        ),
        ("Nombre (nombre original);Correo electrónico;Hora para unirse;Hora para salir;D", "Sí"),
        ("Nome (nome original);E-mail;Ingressar na hora;Hora de saída;Duração (minutos)", "Sim"),
        ("Nome (nome originale);E-mail utente;Ora di ingresso;Ora di uscita;Durata", "Sì"),
        ("Naam (oorspronkelijke naam);E-mail;Deelnametijd;Vertrektijd;Duur (minuten)", "Ja"),
        ("Nazwa (oryginalna nazwa);E-mail;Czas dołączenia;Czas opuszczenia;Czas trwania", "Tak"),
        ("Name (Original Name);User Email;Join Time;Leave Time;Duration (Minutes)", "Yes"),
    ],
)
@pytest.mark.parametrize(
    "room",
    ["In waiting room", "Salle d’attente", "En sala de espera", "Im Warteraum", "W poczekalni"],
)
def test_zoom_in_eight_languages_without_its_waiting_room(header, yes, room) -> None:
    rows = [f"Ada;a@example.org;{DAY_FIRST};", f"Bo;b@example.org;{DAY_FIRST};{yes}"]
    report = read(zoom(*(row.replace(",", ";") for row in rows), header=f"{header};{room}"))
    assert told(report) == {"Ada": (60, ("12 09:00", "12 10:00"))}
    assert [(each.name, each.reason) for each in report.ignored] == [("Bo", "waiting-room")]


def test_columns_in_another_order_and_one_too_many() -> None:
    header = "Department,Guest,Leave Time,Join Time,User Email,Name (Original Name)"
    report = read(
        zoom("Sales,No,05/12/2026 10:30 AM,05/12/2026 09:30 AM,a@example.org,Ada", header=header)
    )
    assert told(report) == {"Ada": (60, ("12 09:30", "12 10:30"))}


def test_a_word_that_is_neither_yes_nor_no_refuses_the_file() -> None:
    header = "Name (Original Name),User Email,Join Time,Leave Time,In waiting room"
    with pytest.raises(RefusedReportError, match="Line 2: “maybe” should be yes or no"):
        read(zoom("Ada,,12/05/2026 09:00,12/05/2026 10:00,maybe", header=header))


def test_a_webinar_without_registration_and_with_telephones() -> None:
    text = (
        "Attendee Report\nTopic,Webinar ID\nX,1\nHost Details\n"
        "Attended,User Name (Original Name),Email,Join Time,Leave Time,Is Guest\n"
        "Yes,Ada,a@example.org,05/12/2026 09:00:00 AM,05/12/2026 10:00:00 AM,No\n"
        "Other Attended\nUser Name,Join Time,Leave Time\n"
        "33600000000,05/12/2026 11:00:00 AM,05/12/2026 12:00:00 PM\n"
    )
    assert told(read(text)) == {
        "Ada": (60, ("12 09:00", "12 10:00")),
        "33600000000": (60, ("12 11:00", "12 12:00")),
    }


def test_a_question_of_the_organiser_is_no_column_of_ours() -> None:
    header = "Attended,User Name (Original Name),Email,How did you join the waiting list?,"
    header += "Join Time,Leave Time,Time in Session (minutes)"
    row = "Yes,Ada,a@example.org,By mail,05/12/2026 09:00:00 AM,05/12/2026 10:00:00 AM,60"
    assert told(read(zoom(row, header=header)))["Ada"][0] == 60


def test_meet_in_french_with_first_and_last_name() -> None:
    text = "Prénom,Nom,Adresse e-mail,Durée,Heure d'arrivée,Heure de départ\n"
    report = read(text + "Ada,Exemple,a@example.org,1 h 2 min,09:10,10:12\n")
    assert report.format == "meet"
    assert told(report) == {"Ada Exemple": (62, ("12 09:10", "12 10:12"))}


def test_a_dashboard_with_quotes_commas_and_line_breaks() -> None:
    text = (
        "Nom,Modérateur,Score,Voix,Webcam,Messages,Réactions,Votes,Mains,Arrivée,Départ,Durée,"
        "Prêt, vraiment?\n"
        '"Ann "The Boss" Lee","FALSE","1.5","-","-","0","0","0","0","12/05/2026, 09:00:00",'
        '"12/05/2026, 10:00:00","01:00:59","Oui, bien"\n'
        '"Anonymous","","","","","","","","","","","","a\nb"\n'
    )
    report = read(text)
    assert (report.format, told(report)) == ("bbb", {'Ann "The Boss" Lee': (60,)})


def test_teams_events_in_german_and_french() -> None:
    german = (
        "Vollständiger Name\tBenutzeraktion\tZeitstempel\n"
        "Ada\tBeigetreten\t12.5.2026, 09:00:00\nAda\tVerlassen\t12.5.2026, 10:00:00\n"
        "Bo\tBereits vorher beigetreten\t12.5.2026, 09:00:00\n"
    )
    report = read(german, "utf-16")
    assert report.format == "teams-v1"
    assert told(report)["Ada"] == (60, ("12 09:00", "12 10:00"))
    assert told(report)["Bo"] == (210, ("12 09:00", "12 12:30"))
    assert report.participants[1].flags == ("open-ended",)
    french = german.replace("Beigetreten", "A rejoint").replace("Verlassen", "Parti")
    assert told(read(french.replace("2026, ", "2026 à "), "utf-16"))["Ada"][0] == 60


def test_an_action_nobody_knows_refuses_the_file() -> None:
    text = "Full Name\tUser Action\tTimestamp\nAda\tWaved\t5/12/2026, 9:00:00 AM\n"
    with pytest.raises(RefusedReportError, match="neither joining nor leaving"):
        read(text)


def test_two_devices_are_out_when_both_have_left() -> None:
    text = "Full Name\tUser Action\tTimestamp\n" + "".join(
        f"Ada\t{action}\t5/12/2026, {at}:00 AM\n"
        for action, at in [
            ("Joined", "9:00"),
            ("Joined", "9:30"),
            ("Left", "9:40"),
            ("Left", "10:00"),
        ]
    )
    assert told(read(text)) == {"Ada": (60, ("12 09:00", "12 10:00"))}


def test_a_report_without_the_times_of_each_stay_is_refused() -> None:
    text = POLISH.partition("3. ")[0]
    with pytest.raises(RefusedReportError, match="no section 3"):
        read(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("\ufeff \r\n", "empty"),
        ("<!doctype html><p>x", "web page"),
        (b"\x89PNG\r\n\x1a\n\0\0", "picture"),
        (b"PK\x03\x04\0\0", "workbook is damaged"),
        (b"Name,Email\0Duration\n", "not a text file"),
        ("Order,Item,Quantity\n1,Pens,3\n", "no attendance report"),
        ("Name,Price\nPen,2\n", "no attendance report"),
        (zoom(), "names nobody"),
        ('"Name (Original Name)","unclosed\n', "no attendance report"),
        ("a," * 600 + "\n", "larger than a report"),
        ("Name (Original Name),Join Time,Leave Time\n" + "x" * 30_000, "larger than a report"),
    ],
)
def test_what_is_no_report_is_refused_in_words(text, reason) -> None:
    with pytest.raises(RefusedReportError, match=reason):
        read(text)


def test_a_file_of_two_encodings_is_refused() -> None:
    one = zoom("Chloé,c@example.org,12/05/2026 09:00,12/05/2026 10:00,60,").encode()
    two = "Zoé,z@example.org,12/05/2026 09:00,12/05/2026 10:00,60,\n".encode("cp1252")
    with pytest.raises(RefusedReportError, match="two encodings"):
        read(one + two)


def test_a_cell_that_is_no_time_names_its_line() -> None:
    with pytest.raises(RefusedReportError, match="Line 3: “soon”"):
        read(zoom(f"Ada,a@example.org,{DAY_FIRST},", "Bo,b@example.org,soon,,,"))


def test_people_who_were_there_on_another_day_are_said_to_be() -> None:
    report = read(zoom("Ada,a@example.org,2026-05-13 09:00,2026-05-13 10:00,60,"))
    assert told(report)["Ada"][0] == 0
    assert "another one" in report.warnings[0].message
