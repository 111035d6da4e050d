"""The people of the demonstration. All of them are invented."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from blended_xblock.workbench.models import CampusEnrollment

Role = CampusEnrollment.Role

NORTHWIND: Final = "Client A – Northwind"
MERIDIAN: Final = "Client B – Meridian"
_DOMAINS: Final = {NORTHWIND: "northwind.example", MERIDIAN: "meridian.example"}
_MONTREAL: Final = "America/Toronto"
_PARIS: Final = "Europe/Paris"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the course, and what they have done by the day of seeding.

    ``prework`` counts from the first item. ``mark`` is what the trainer recorded at the session in
    Montréal, ``right`` how many sentences of the exercise they placed since (None: not begun).
    ``cannot_come`` is why they announced that they are absent today, ``appeal`` what they wrote
    about their mark.
    """

    username: str
    first_name: str
    last_name: str
    cohort: str = ""
    timezone: str = _PARIS
    language: str = ""
    role: str = Role.LEARNER
    persona: str = ""
    prework: int = 0
    mark: str = ""
    minutes: int | None = None
    note: str = ""
    right: int | None = None
    cannot_come: str = ""
    appeal: str = ""

    @property
    def email(self) -> str:
        return f"{self.username}@{_DOMAINS.get(self.cohort, 'campus.example')}"


def _a(username: str, first: str, last: str, **rest: object) -> Person:
    return Person(username, first, last, NORTHWIND, **{"timezone": _MONTREAL, **rest})  # type: ignore[arg-type]


def _b(username: str, first: str, last: str, **rest: object) -> Person:
    return Person(username, first, last, MERIDIAN, **rest)  # type: ignore[arg-type]


LEARNERS: Final = (
    _a("maelle.tremblay", "Maëlle", "Tremblay", persona="attended", prework=3, mark="P"),
    _a(
        "noah.oconnor",
        "Noah",
        "O'Connor",
        persona="excused",
        prework=2,
        mark="E",
        note="Client visit in Toronto, told us on Monday. Will join the online session.",
    ),
    _a("etienne.gagnon", "Étienne", "Gagnon", prework=3, mark="P", right=5),
    _a(
        "zoe.damours",
        "Zoé",
        "D'Amours",
        prework=3,
        mark="L",
        minutes=155,
        note="Joined at 09:25, the metro stood still.",
        right=5,
    ),
    _a("priya.raghunathan", "Priya", "Raghunathan", prework=3, mark="P", right=4),
    _a(
        "jf.cote",
        "Jean-François",
        "Côté",
        prework=1,
        mark="D",
        minutes=120,
        note="Left at 11:00 for a customer call.",
    ),
    _a("aaliyah.johnson", "Aaliyah", "Johnson-Baptiste", prework=3, mark="P", right=2),
    _a("siobhan.nibhriain", "Siobhán", "Ní Bhriain", prework=2, mark="L", minutes=165),
    _a("liam.macneil", "Liam", "MacNeil", prework=0, mark="A"),
    _a("maianh.nguyen", "Nguyễn", "Thị Mai Anh", prework=3, mark="P", right=5),
    _a(
        "carlos.hernandez",
        "Carlos",
        "Hernández Ibáñez",
        prework=1,
        mark="A",
        note="No news. Written to on the same day.",
        appeal=(
            "I was there from 09:20 on, in the last row. I had no badge, so I came up with the "
            "visitors and did not sign the list. Priya sat next to me."
        ),
    ),
    _b("lea.martin", "Léa", "Martin", persona="expected", prework=2, language="fr"),
    _b(
        "misaki.sato",
        "佐藤 美咲",
        "(Misaki Satō)",
        persona="remote",
        timezone="Asia/Tokyo",
        prework=3,
    ),
    _b(
        "leila.benaissa",
        "ليلى بن عيسى",
        "(Leïla Ben Aïssa)",
        timezone="Africa/Casablanca",
        prework=3,
    ),
    _b("chloe.dargent", "Chloé", "D'Argent", prework=2, language="fr"),
    _b("ada.benali", "Ada", "Benali", prework=3),
    _b("bjorn.akesson", "Björn", "Åkesson", timezone="Europe/Stockholm", prework=3),
    _b("lukasz.wojcik", "Łukasz", "Wójcik", timezone="Europe/Warsaw", prework=0),
    _b("ines.kouassi", "Inès", "Kouassi", prework=1, language="fr"),
    _b("matheo.lefevre", "Mathéo", "Lefèvre-Dubois", prework=3),
    _b(
        "omer.celik",
        "Ömer",
        "Çelik",
        timezone="Europe/Istanbul",
        prework=2,
        cannot_come="My flight is cancelled, and the next one lands in the evening.",
    ),
    _b("fatou.ndiaye", "Fatou", "N'Diaye", timezone="Africa/Dakar", prework=3),
    _b("joao.conceicao", "João", "Pereira da Conceição", timezone="Europe/Lisbon", prework=0),
    _b("helene.schmitt", "Hélène", "Schmitt", prework=3),
    _b("anders.joergensen", "Anders", "Jørgensen", timezone="Europe/Copenhagen", prework=3),
    _b("beatrix.vandenberg", "Beatrix", "van den Berg", timezone="Europe/Amsterdam"),
    _b("dilnoza.yusupova", "Dilnoza", "Yusupova", timezone="Asia/Tashkent", prework=3),
    _b("elena.popescu", "Elena", "Popescu-Ionescu", timezone="Europe/Bucharest", prework=3),
    _b("giulia.desanctis", "Giulia", "De Sanctis", timezone="Europe/Rome", prework=3),
    _b("hugo.lambert", "Hugo", "Lambert", prework=3),
    _b("jun.park", "박 준", "(Jun Park)", timezone="Asia/Seoul", prework=3),
    _b("kwame.asante", "Kwame", "Asante", timezone="Africa/Accra"),
    _b("marta.nowakowska", "Marta", "Nowakowska", timezone="Europe/Warsaw", prework=3),
    _b("sven.oberg", "Sven", "Öberg", timezone="Europe/Stockholm", prework=3),
)

STAFF: Final = (
    Person("camille.laurent", "Camille", "Laurent", role=Role.TRAINER, persona="trainer"),
    Person(
        "piotr.zielinski",
        "Piotr",
        "Zieliński",
        role=Role.GUEST,
        persona="guest",
        timezone="Europe/Warsaw",
    ),
    Person(
        "sofia.almeida",
        "Sofia",
        "Almeida",
        role=Role.AUTHOR,
        persona="author",
        timezone="Europe/Lisbon",
    ),
    Person(
        "robin.achterberg",
        "Robin",
        "Achterberg",
        role=Role.OPERATOR,
        persona="operator",
        timezone="Europe/Amsterdam",
    ),
)

WITH_FACES: Final = ("ada.benali", "maelle.tremblay", "omer.celik")
"""Who gave the campus a picture of themselves: ``campus/faces/<username>.svg``."""

_FIRST_NAMES: Final = [
    "Amélie",
    "Aleksander",
    "Beatriz",
    "Călin",
    "Dagny",
    "Elif",
    "Farid",
    "Gülşen",
    "Håkon",
    "Ioana",
    "Jérôme",
    "Khadija",
    "Léonie",
    "Mbali",
    "Nikos",
    "Oluwaseun",
    "Petra",
    "Quỳnh",
    "Raphaël",
    "Søren",
    "Tereza",
    "Uzma",
    "Věra",
    "Wanjirū",
    "Xavier",
    "Yusuf",
    "Zsófia",
]
_LAST_NAMES: Final = [
    "Almqvist",
    "Bouchard",
    "Căpraru",
    "D'Souza",
    "Eriksen",
    "Fernández",
    "García Márquez",
    "Horváth",
    "İnönü",
    "Jankowska",
    "Kovač",
    "Lindqvist",
    "Mac an Bhaird",
    "Nowak",
    "O'Shea",
    "Papadopoulos",
    "Quiñones",
    "Rousseau",
    "Šimić",
    "Tanaka",
    "Ullman",
    "Van den Berg",
    "Wiśniewska",
    "Yüksel",
]


def extra_learners(count: int) -> Iterator[Person]:
    """Yield as many more learners as wanted, the same ones every time."""
    for number in range(count):
        first = _FIRST_NAMES[number % len(_FIRST_NAMES)]
        last = _LAST_NAMES[(number // len(_FIRST_NAMES) + number) % len(_LAST_NAMES)]
        make = _a if number % 2 else _b
        yield make(f"learner.{number + 1:05d}", first, last, prework=number % 4)
