"""People of a report and of a course: what is certain, what a name suggests, what is remembered."""

from __future__ import annotations

from time import process_time
from unicodedata import combining, normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blended_xblock.imports.likeness import LEAST, Names
from blended_xblock.imports.matching import Candidate, alias_keys, match_people
from blended_xblock.imports.report import Participant


def who(name: str, email: str | None = None, **more) -> Participant:
    return Participant(name, email, 60, **more)


def people(*names: str) -> list[Candidate]:
    return [Candidate(number, f"u{number}", name) for number, name in enumerate(names, start=1)]


def match_one(participant, candidates, aliases=None):
    return match_people([participant], candidates, aliases or {})[0]


def suggested(participant, candidates) -> list[int]:
    found = match_one(participant, candidates)
    assert found.user_id is None
    return [each.user_id for each in found.suggestions]


ADA = Candidate(1, "ada", "Ada Example", ("ada@example.org",), ("E-17",))
BRUNO = Candidate(2, "bruno", "Bruno Sample", ("bruno@example.org", "b@example.com"))
TEAM = Candidate(3, "tess", "Tess Trainer", ("tess@example.org",), is_team=True)
COURSE = [ADA, BRUNO, TEAM]


@pytest.mark.parametrize(
    ("participant", "user_id", "why"),
    [
        (who("Zed", "ADA@Example.org"), 1, "email"),
        (who("Zed", "b@example.com"), 2, "email"),
        (who("Zed", "\uff41da@example.org"), 1, "email"),
        (who("Zed", account="BRUNO"), 2, "account"),
        (who("Zed", account="e-17"), 1, "account"),
        (who("Zed", account="ada@example.org"), 1, "account"),
        (who("Zed", "ada@example.org", account="e-17"), 1, "email"),
        (who("Ada Example"), None, "name"),
        (who("Ada Example", "ada@gmail.com"), None, "name"),
        (who("Somebody Else"), None, "unknown"),
        (who("ada"), None, "name"),
    ],
)
def test_what_is_certain(participant, user_id, why) -> None:
    found = match_one(participant, COURSE)
    assert (found.user_id, found.why) == (user_id, why)


def test_two_of_one_address_are_never_guessed() -> None:
    twins = [ADA, Candidate(9, "ada2", "Ada Example", ("Ada@Example.ORG",))]
    found = match_one(who("Ada Example", "ada@example.org"), twins)
    assert (found.user_id, found.why) == (None, "several")
    assert [each.user_id for each in found.suggestions] == [1, 9]


def test_an_address_and_an_account_of_two_people_are_nobody() -> None:
    found = match_one(who("Ada", "ada@example.org", account="bruno"), COURSE)
    assert (found.user_id, found.why) == (None, "several")
    assert {each.user_id for each in found.suggestions} == {1, 2}


def test_what_was_confirmed_is_remembered() -> None:
    by_mail, by_name = who("Zed", "zed@gmail.com"), who("Zed Zeppelin")
    aliases = {key: 2 for each in (by_mail, by_name) for key in alias_keys(each)}
    assert match_one(by_mail, COURSE, aliases).why == "alias"
    assert match_one(by_name, COURSE, aliases).user_id == 2
    assert match_one(who("ZED  Zeppelin"), COURSE, aliases).user_id == 2
    assert match_one(who("Zoe Zeppelin"), COURSE, aliases).user_id is None


def test_an_address_wins_over_what_was_confirmed() -> None:
    participant = who("Zed", "ada@example.org")
    aliases = dict.fromkeys(alias_keys(participant), 2)
    found = match_one(participant, COURSE, aliases)
    assert (found.user_id, found.why) == (1, "email")


def test_a_person_settles_who_of_two_with_one_address() -> None:
    twins = [ADA, Candidate(9, "ada2", "Ada Example", ("ada@example.org",))]
    participant = who("Ada", "ada@example.org")
    assert match_one(participant, twins, dict.fromkeys(alias_keys(participant), 9)).user_id == 9


def test_an_alias_of_somebody_who_has_left_is_none() -> None:
    participant = who("Zed Zeppelin")
    aliases = dict.fromkeys(alias_keys(participant), 77)
    assert match_one(participant, COURSE, aliases).why == "unknown"


def test_a_name_confirmed_is_only_suggested_beside_an_address_nobody_knows() -> None:
    aliases = dict.fromkeys(alias_keys(who("Zed Zeppelin")), 2)
    found = match_one(who("Zed Zeppelin", "zed@gmail.com"), COURSE, aliases)
    assert (found.user_id, found.why, found.suggestions[0].user_id) == (None, "name", 2)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "iPhone",
            "iPhone (2)",
            "iPad von Ada",
            "Ada's iPhone",
            "Galaxy S21",
            "SM-G991B",
            "PC-204",
        ),
        *("Participant", "Guest 3", "Invité", "Teilnehmer 12", "Gość", "Usuario de Zoom", "user"),
        *(
            "+33 6 12 34 56 78",
            "33600000000",
            "+49 30 ***-**12",
            "Ada",
            "Christopher",
            "美咲",
            "A. E.",
            "😀",
            "",
        ),
        *("Salle 204", "Otter.ai", "Call-in User_1"),
    ],
)
def test_what_may_be_anybodys_is_not_remembered(name) -> None:
    assert alias_keys(who(name)) == ()


@pytest.mark.parametrize(
    ("participant", "key"),
    [
        (who("iPhone", "Ada@Example.org"), "email:ada@example.org"),
        (who("Zed  ZEPPELIN"), "name:zed zeppelin"),
        (who("佐藤美咲"), "name:佐藤美咲#b21d61c70b41392d"),
        (who("ada_example"), "name:ada_example"),
        (who("Ada’s Example"), "name:ada's example"),
    ],
)
def test_what_is_remembered(participant, key) -> None:
    assert alias_keys(participant) == (key,)


def test_a_long_name_is_remembered_by_its_hash() -> None:
    one, other = alias_keys(who("Ada " * 90)), alias_keys(who("Ada " * 89 + "Ade"))
    assert len(one[0]) <= 255
    assert one != other


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("Ada Example", "Ada Example"),
        ("EXAMPLE Ada", "Ada Example"),
        ("Example, Ada", "Ada Example"),
        ("Zed (Ada Example)", "Ada Example"),
        ("Ada Example (Client A)", "Ada Example"),
        ("Ada Example - ACME", "Ada Example"),
        ("ACME | Ada Example", "Ada Example"),
        ("Ada | ACME", "Ada Example"),
        ("Ada - Example", "Ada Example"),
        ("Ada Example ACME", "Ada Example - ACME"),
        ("Ortega Gasset", "José Ortega y Gasset"),
        ("Ada (they) Example", "Ada Example"),
        ("Dr. Ada Example", "Ada Example"),
        ("Mme Ada EXAMPLE", "Ada Example"),
        ("A. Example", "Ada Example"),
        ("Ada E.", "Ada Example"),
        ("Ada M. Example", "Ada Marie Example"),
        ("Ada Exmaple", "Ada Example"),
        ("AdaExample", "Ada Example"),
        ("ada.example", "Ada Example"),
        ("ada_example99", "Ada Example"),
        ("Chloe Fictive", "Chloé Fictivé"),
        ("Lukasz Wojcik", "Łukasz Wójcik"),
        ("Joerg Mueller", "Jörg Müller"),
        ("Jorg Muller", "Jörg Müller"),
        ("Soren Aas", "Søren Ås"),
        ("Dora Strasse", "Dora Straße"),
        ("Irmak Yildiz", "Irmak Yıldız"),
        ("Dordevic Ana", "Ana Đorđević"),
        ("Siobhan OSample", "Siobhán O’Sample"),
        ("Siobhan Sample", "Siobhán O'Sample"),
        ("Jan Berg", "Jan van den Berg"),
        ("Jan Vandenberg", "Jan van den Berg"),
        ("Fiona McDonald", "Fiona Mac Donald"),
        ("Jean Pierre Dupont", "Jean-Pierre Dupont"),
        ("JP Dupont", "Jean-Pierre Dupont"),
        ("María García", "María del Carmen García López"),
        ("佐藤美咲", "佐藤 美咲"),
        ("美咲 佐藤", "佐藤美咲"),
        ("佐藤　美咲", "佐藤 美咲 (Misaki Satō)"),
        ("Misaki Sato", "佐藤 美咲 (Misaki Satō)"),
        ("SATO Misaki", "佐藤 美咲 (Misaki Satō)"),
        ("احمد الامين", "أحمد الأمين"),
        ("أحـــمد الأمين", "أحمد الأمين"),
        ("Иван Петров", "Ivan Petrov"),
        ("Giorgos Papas", "Γιώργος Παπάς"),
        ("Alex Example", "Alexandra Example"),
        ("Adelaide “Ada” Example", "Ada Example"),
        ("Ada's iPad", "Ada Example"),
    ],
)
def test_a_name_suggests_its_owner_first(shown, name) -> None:
    others = ("Bruno Sample", "Ana Ruiz", "Kenji Tanaka", "Omar Said", "Piotr Nowak", "Eva Lang")
    assert suggested(who(shown), people(*others, name))[0] == len(others) + 1


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("Bruno Example", "Ada Example"),
        ("Student 12", "Student 13"),
        ("Client A", "Ada Example"),
        ("iPhone", "Ada Example"),
        ("=1+1", "Ada Example"),
        ("", "Ada Example"),
        ("😀", "Ada Example"),
        ("Martin", "Ada Martini Bianchi Rossi"),
    ],
)
def test_what_is_not_alike_suggests_nobody(shown, name) -> None:
    assert suggested(who(shown), people(name)) == []


def test_an_address_is_evidence_for_a_name() -> None:
    others = people("Bruno Sample", "Ada Example")
    assert suggested(who("iPhone", "ada.example@gmail.com"), others) == [2]
    assert suggested(who("iPhone", "aexample7@gmail.com"), others) == [2]
    assert suggested(who("ada", "ada@gmail.com"), [ADA, BRUNO]) == [1]


def test_two_equally_good_are_both_suggested() -> None:
    assert suggested(who("Ada Example"), people("Ada Example", "Example Ada", "Ada Example")) == [
        1,
        3,
        2,
    ]


def test_a_first_name_of_many_suggests_nobody() -> None:
    assert suggested(who("Maria"), people(*(f"Maria Sample{chr(97 + n)}" for n in range(6)))) == []


def test_a_company_behind_the_name_is_nobody() -> None:
    staff = people(
        "Ada Example - ACME", "Bruno Sample (ACME)", "Cy Nobel | Big Corp", "Bo Li - Big Corp"
    )
    assert suggested(who("Zed - ACME"), staff[1:2]) == [2]
    found = match_one(who("Zed Foo - ACME"), staff)
    assert [each.score for each in found.suggestions] == [66, 66]
    assert [each.score for each in match_one(who("Zed (Big Corp)"), staff).suggestions] == [66, 66]
    assert suggested(who("Ada Example (Big Corp)"), staff)[0] == 1


def test_an_initial_tells_two_first_names_apart() -> None:
    assert suggested(who("Ada E."), people("Ada Sample", "Ada Example")) == [2]


def test_a_second_device_ranks_after_an_equally_good_one() -> None:
    twins = [ADA, Candidate(9, "ada2", "Ada Example")]
    first, second = match_people([who("Ada", "ada@example.org"), who("Ada Example")], twins, {})
    assert first.user_id == 1
    assert [(each.user_id, each.score) for each in second.suggestions] == [(9, 100), (1, 100)]


# Among five hundred people

# ruff: noqa: RUF001 - letters that look like others are the point here.
_GIVEN = (
    "Ada Bruno Chloé Hervé Aurélie Jörg Änne Käthe María José Íñigo Lucía João Conceição Łukasz "
    "Żaneta Stanisław Siobhán Pádraig Søren Åse Bjørn Irmak Çağrı Şule Đorđe Ana-Marija Zsófia "
    "Giulia Niccolò Wouter Anke Иван Ольга Γιώργος Ελένη 美咲 大翔 花子 أحمد فاطمة إيمان 민준 서연"
)
_FAMILY = (
    "Example,Sample,Fictive,D’Exemple,Dupont-Martin,Müller,Weiß,García López,Muñoz,de la Cruz,"
    "Gonçalves,dos Santos,Wójcik,Śliwińska,O'Sample,Mac Donald,Ødegård,Sørensen,Yıldız,Öztürk,"
    "Đorđević,Nagy,D'Angelo,van den Berg,de Vries,Петров,Смирнова,Παπάς,佐藤,例田,الأمين,مثال,김,이"
)
GIVEN, FAMILY = _GIVEN.split(), _FAMILY.split(",")
NAMES = [f"{GIVEN[n % len(GIVEN)]} {FAMILY[(n * 7) % len(FAMILY)]}" for n in range(500)]
ROSTER = [
    Candidate(n, f"user{n}", name, (f"p{n}@example.org",)) for n, name in enumerate(NAMES, start=1)
]
INDEX = Names((each.user_id, each.name, [each.username]) for each in ROSTER)


def without_accents(text: str) -> str:
    return "".join(c for c in normalize("NFKD", text) if not combining(c))


@st.composite
def renamed(draw) -> tuple[int, str]:
    """Draw somebody of the roster and their name as it might be shown."""
    number = draw(st.integers(1, len(NAMES)))
    name = NAMES[number - 1]
    given, _space, family = name.partition(" ")
    name = draw(st.sampled_from([name, f"{family} {given}", f"{family}, {given}"]))
    for change in draw(st.permutations([without_accents, str.upper, str.title, str.lower]))[:2]:
        name = change(name)
    around = ["{}", "  {} ", "Dr. {}", "{} - ACME", "Zed ({})", "{} (Client A)", "{} (iPhone)"]
    return number, draw(st.sampled_from(around)).format(name)


@given(renamed())
def test_a_name_changed_always_suggests_its_owner(drawn) -> None:
    number, shown = drawn
    owners = {n for n, name in enumerate(NAMES, start=1) if name == NAMES[number - 1]}
    found = INDEX.suggest(shown)
    assert owners & {each.user_id for each in found}, (shown, NAMES[number - 1])
    assert found[0].score >= 85


@given(st.text(max_size=40) | renamed().map(lambda drawn: drawn[1]) | st.sampled_from(NAMES))
def test_nobody_is_accepted_by_name(name) -> None:
    found = match_one(who(name), ROSTER[::10])
    assert found.user_id is None
    assert found.why in {"name", "unknown", "bot", "room"}
    assert len(found.suggestions) <= 5
    assert all(LEAST <= each.score <= 100 for each in found.suggestions)


@given(st.text(max_size=400), st.none() | st.text(max_size=40), st.booleans())
def test_a_key_is_short_and_stable(name, email, is_host) -> None:
    keys = alias_keys(who(name, email, is_host=is_host))
    assert keys == alias_keys(who(f" {name}\u200b ", email))
    assert all(len(key) <= 255 for key in keys)


@settings(max_examples=25)
@given(st.lists(renamed(), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_the_file_and_of_the_course_changes_nothing(drawn, random) -> None:
    rows = [who(shown, f"p{number}@example.org" if number % 2 else None) for number, shown in drawn]
    roster = ROSTER[:60]
    expected = match_people(rows, roster, {})
    places = list(range(len(rows)))
    random.shuffle(places)
    random.shuffle(roster)
    found = match_people([rows[place] for place in places], roster, {})
    assert found == [expected[place] for place in places]


def test_many_without_an_address_are_matched_in_time() -> None:
    """Each of 1 500 names among 1 500 people is found without comparing all with all."""
    roster = people(*(f"Given{chr(97 + n % 26) * 3} Family{n:04}" for n in range(1500)))
    begun = process_time()
    found = match_people([who(each.name) for each in roster], roster, {})
    assert process_time() - begun < 5
    assert [each.suggestions[0].user_id for each in found] == [each.user_id for each in roster]


def test_what_was_confirmed_gives_way_where_the_file_names_others() -> None:
    twins = [ADA, Candidate(9, "ada2", "Ada Example", ("ada@example.org",)), BRUNO]
    participant = who("Ada", "ada@example.org")
    aliases = dict.fromkeys(alias_keys(participant), 2)
    assert match_one(participant, twins, aliases).why == "several"
    host = who("Ada", "ada@example.org", is_host=True)
    found = match_one(host, COURSE, aliases)
    assert (found.why, [each.user_id for each in found.suggestions]) == ("host", [1])
