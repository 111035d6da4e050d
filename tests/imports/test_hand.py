"""Tables that people make: in eight languages, with rows that cannot be read, and of many days."""

from __future__ import annotations

import pytest

from blended_xblock.imports.report import RefusedReportError
from tests.imports.files import read, told


@pytest.mark.parametrize(
    "header",
    [
        "Name;E-mail;Username;Status;Minutes;Note",
        "Nom;Courriel;Identifiant;Statut;Minutes;Remarque",
        "Name;E-Mail-Adresse;Benutzername;Anwesenheit;Minuten;Bemerkung",
        "Nombre;Correo;Usuario;Asistencia;Minutos;Comentario",
        "Nome;Endereço de e-mail;Utilizador;Presença;Minutos;Observação",
        "Nome e cognome;Indirizzo e-mail;Nome utente;Presenza;Minuti;Commento",
        "Naam;E-mailadres;Gebruikersnaam;Aanwezigheid;Minuten;Opmerking",
        "Imię i nazwisko;Adres e-mail;Login;Obecność;Minuty;Uwagi",
        "NAME ; email;User name;STATUS;Duration (minutes);Comments",
    ],
)
def test_marks_in_eight_languages(header) -> None:
    (ada,) = read(f"{header}\nAda Exemple;a@example.org;ada;Présent !;42,5;said so\n").participants
    assert (ada.name, ada.email, ada.account) == ("Ada Exemple", "a@example.org", "ada")
    assert (ada.status, ada.minutes, ada.note, ada.lines) == ("Présent !", 42, "said so", (2,))


@pytest.mark.parametrize(
    "header", ["Vorname;Nachname", "Prénom;Nom", "Nome;Cognome", "First name;Surname"]
)
def test_a_name_in_two_columns(header) -> None:
    (ada,) = read(f"{header};Status\nAda;Exemple;P\n").participants
    assert ada.name == "Ada Exemple"


def test_an_id_of_the_school_is_an_account_where_there_is_no_username() -> None:
    report = read("Matricule;Nom d’utilisateur;Statut\n00123;;P\n00124;ada;P\n")
    assert [(p.account, p.name) for p in report.participants] == [
        ("00123", "00123"),
        ("ada", "ada"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Produit;Nombre;Statut\nStylo;3;livré\n",
        "Name;Price\nPen;2\n",
        "Nom;Nom complet;Statut\nA;B;P\n",
        "Status;Minutes\nP;3\n",
        "Datum;Betrag\n1;2\n",
    ],
)
def test_a_word_of_another_language_or_two_of_one_column_make_no_table(text) -> None:
    with pytest.raises(RefusedReportError, match="no attendance report"):
        read(text)


def test_rows_that_cannot_be_read_are_listed_and_the_others_are_used() -> None:
    report = read(
        "email,name,status,minutes,join,leave\n"
        "a@example.org,Ada,P,soon,,\n"
        "b@example.org,Bo,P,,early,\n"
        ",,P,30,,\n"
        "c@example.org,Cy,P,,2026-05-12 10:00,2026-05-12 09:00\n"
        "d@example.org,Di,P,30,,\n"
        "e@example.org,Ed,P,,,\n"
        "e@example.org,Ed,A,,,\n"
        "d@example.org,Di,P,30,,\n"
    )
    assert [(p.line, p.message) for p in report.problems] == [
        (2, "Line 2: “soon” cannot be read as minutes."),
        (3, "Line 3: “early” cannot be read as a date and time."),
        (4, "Line 4 names nobody."),
        (5, "Line 5: Somebody leaves (“2026-05-12 09:00”) before they join."),
        (
            8,
            "Line 8 says “A” of Ed, and line 7 says something else. Leave one row for each person.",
        ),
    ]
    assert report.problems[1].remark.translated(lambda text: text.replace("Line", "Ligne")) == (
        "Ligne 3: “early” cannot be read as a date and time."
    )
    assert [(p.name, p.minutes) for p in report.participants] == [("Ada", None), ("Di", 30)]


def test_a_table_without_one_row_that_can_be_read_is_refused_with_the_first_reason() -> None:
    with pytest.raises(RefusedReportError, match="Line 2: “early” cannot be read") as refused:
        read("name,join\nAda,early\nBo,late\n")
    assert refused.value.translated(lambda text: "x") == "x"


def test_a_tools_report_is_still_refused_as_a_whole() -> None:
    text = "Name (Original Name),Join Time,Leave Time\nAda,2026-05-12 09:00,\nBo,soon,\n"
    with pytest.raises(RefusedReportError, match="Line 3: “soon”"):
        read(text)


def test_rows_of_stays_add_up_and_rows_of_marks_do_not() -> None:
    rows = "a@example.org,30\na@example.org,40\n"
    assert [p.minutes for p in read(f"email,minutes\n{rows}").participants] == [70]
    marks = rows.replace(",", ",P,")
    with pytest.raises(RefusedReportError, match="line 2 says something else"):
        read(f"email,status,minutes\n{marks}")


def test_two_rows_of_one_person_may_name_them_in_other_ways() -> None:
    rows = ["a@example.org,ada,Ada,P", ",ADA,,A", "b@example.org,,Bo,P", ",,Bo,A", "c@x.org,,Cy,P"]
    report = read("email,username,name,status\n" + "\n".join(rows))
    assert [problem.line for problem in report.problems] == [3, 5]
    assert [p.name for p in report.participants] == ["Cy"]


def test_people_of_one_name_are_told_apart_by_their_accounts() -> None:
    report = read("username,name,status\nana1,Ana,P\nana2,Ana,A\n")
    assert [(p.account, p.status) for p in report.participants] == [("ana1", "P"), ("ana2", "A")]


def test_a_date_in_a_column_of_its_own_belongs_to_the_times_of_its_row() -> None:
    report = read(
        "Date;Nom;Arrivée;Départ\n"
        "12/05/2026;Ada;09:00;10:00\n13/05/2026;Bo;09:00;10:00\n12/05/2026;Cy;23:50;00:10\n"
    )
    assert told(report) == {
        "Ada": (60, ("12 09:00", "12 10:00")),
        "Cy": (0, ("12 23:50", "13 00:10")),
    }
    assert [(each.name, each.reason) for each in report.ignored] == [("Bo", "other-day")]


def test_a_register_of_another_day_is_refused() -> None:
    with pytest.raises(RefusedReportError, match="No row of the table is of the day"):
        read("Date,Name,Status\n2026-05-13,Ada,P\n")


def test_a_date_that_is_none_is_listed() -> None:
    report = read("Date,Name,Status\nsoon,Ada,P\n2026-05-12,Bo,P\n09:00,Cy,P\n")
    assert [p.message for p in report.problems] == [
        "Line 2: “soon” cannot be read as a date.",
        "Line 4: “09:00” cannot be read as a date.",
    ]
