"""Whose rows belong together, and under which name."""

from __future__ import annotations

import pytest

from blended_xblock.imports.names import read_name
from tests.imports.files import read, told, zoom

TIMES = "12/05/2026 09:00,12/05/2026 09:30"
LATER = "12/05/2026 10:00,12/05/2026 10:30"


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("  Ada   Example ", "Ada Example"),
        ("Ada Example (she/her)", "Ada Example"),
        ("Ada (elle/iel)", "Ada"),
        ("Ada (they / them / theirs)", "Ada"),
        ("Zed (Ada Example)", "Ada Example"),
        ("Zed (Ada Example) (she/her)", "Ada Example"),
        ("Zed (Ada Example (she/her))", "Ada Example"),
        ("iPhone (Ada (Client A))", "Ada (Client A)"),
        ("Zed ()", "Zed"),
        ('=1+1, "Ada"', '=1+1, "Ada"'),
    ],
)
def test_a_name_below_a_header_that_shows_the_original(cell, name) -> None:
    assert read_name(cell, is_original=True) == name


def test_other_parentheses_stay() -> None:
    assert read_name("Dora Sample (Guest)") == "Dora Sample (Guest)"
    assert read_name("Ada (Sales/Marketing)") == "Ada (Sales/Marketing)"


def test_rows_of_one_address_are_one_person_under_the_first_name() -> None:
    report = read(zoom(f"Ada,ADA@example.org,{TIMES},,", f"Ada E.,ada@example.org,{LATER},,"))
    assert told(report) == {"Ada": (60, ("12 09:00", "12 09:30"), ("12 10:00", "12 10:30"))}
    assert report.participants[0].email == "ADA@example.org"


def test_a_row_without_address_joins_the_only_one_of_its_name() -> None:
    report = read(zoom(f"Ada,,{TIMES},,", f"Ada,ada@example.org,{LATER},,"))
    assert [(p.name, p.email, p.minutes) for p in report.participants] == [
        ("Ada", "ada@example.org", 60)
    ]


def test_a_row_without_address_is_somebody_else_where_two_bear_its_name() -> None:
    report = read(
        zoom(f"Ada,a@example.org,{TIMES},,", f"Ada,b@example.org,{TIMES},,", f"Ada,,{LATER},,")
    )
    assert [p.email for p in report.participants] == ["a@example.org", "b@example.org", None]


def test_a_row_without_a_name_goes_by_its_address() -> None:
    assert list(told(read(zoom(f",a@example.org,{TIMES},,")))) == ["a@example.org"]


def test_unknown_is_never_zero() -> None:
    text = (
        "Name,Email,Duration\nAda,a@example.org,unknown\nBo,b@example.org,\nCy,c@example.org,0m\n"
    )
    assert told(read(text)) == {"Ada": (None,), "Bo": (None,), "Cy": (0,)}


def test_a_table_of_ones_own() -> None:
    text = "E-Mail ; Username;STATUS;Minutes\na@example.org;ada;P;42,5\n;bo;late;\n"
    report = read(text)
    assert report.format == "csv"
    assert [(p.name, p.email, p.minutes, p.status) for p in report.participants] == [
        ("ada", "a@example.org", 42, "P"),
        ("bo", None, None, "late"),
    ]


def test_accounts_tell_people_apart_and_put_rows_together() -> None:
    text = (
        "username;name;email;minutes\nada;Ada;;10\nada2;Ada;;20\nADA;A. Example;;5\n"
        "bo;Bo;b@example.org;1\nbo;B.;;2\n;Bo;;3\n;Ada;;4\n;Cy;c@example.org;1\ncy;Cy;;1\ncy2;Cy;;9\n"
    )
    assert [(p.account, p.email, p.minutes) for p in read(text).participants] == [
        ("ada", None, 15),
        ("ada2", None, 20),
        ("bo", "b@example.org", 6),
        ("", None, 4),
        ("cy", "c@example.org", 2),
        ("cy2", None, 9),
    ]
