"""What every host must answer alike. A host joins by adding a case to ``CASES``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser

from blended_xblock.hosts.base import Host, Learner, Message


@dataclass(frozen=True)
class Case:
    """A host with a course in it, and how to bring people and completions into that course.

    The course has a subsection with a page that can be completed, and one blended unit below
    another subsection. ``join`` takes a username, a role (learner, staff, author, stranger), a
    name, a cohort and a zone; ``complete`` a user, a usage key and a value from 0 to 1.
    """

    host: Host
    course_key: str
    unit_key: str
    page_key: str
    join: Callable[..., Any]
    complete: Callable[[Any, str, float], None]
    block: Callable[[Any, str, bool], Any]
    speak: Callable[[Any, str], None]
    received: Callable[[Any], list[str]]


def workbench_case() -> Case:
    from opaque_keys.edx.keys import UsageKey

    from blended_xblock.hosts.workbench import WorkbenchHost
    from blended_xblock.workbench import seed
    from blended_xblock.workbench.keys import COURSE_KEY
    from blended_xblock.workbench.models import CampusEnrollment, CampusMail
    from blended_xblock.workbench.runtime import CampusRuntime
    from blended_xblock.workbench.scores import record_completion

    seed.seed_course()
    roles = {"learner": "learner", "staff": "trainer", "author": "author"}

    def join(username: str, role: str, name: str = "", cohort: str = "", zone: str = "") -> Any:
        first, _space, last = name.partition(" ")
        user = get_user_model().objects.create(
            username=username, first_name=first, last_name=last, email=f"{username}@example.com"
        )
        if role in roles:
            CampusEnrollment.objects.create(
                user=user,
                course_key=str(COURSE_KEY),
                role=roles[role],
                cohort=cohort,
                timezone=zone,
            )
        return user

    def received(user: Any) -> list[str]:
        return [
            "\n".join([mail.subject, *mail.paragraphs, mail.link, mail.link_label])
            for mail in CampusMail.objects.filter(user=user)
        ]

    return Case(
        host=WorkbenchHost(),
        course_key=str(COURSE_KEY),
        unit_key=str(seed.UNIT_KEY),
        page_key=str(seed.PREWORK[0]),
        join=join,
        complete=lambda user, key, value: record_completion(user, UsageKey.from_string(key), value),
        block=lambda user, key, is_author: CampusRuntime(user, is_author_mode=is_author).get_block(
            key
        ),
        speak=lambda user, code: user.campus_enrollments.update(language=code),
        received=received,
    )


CASES: dict[str, Callable[[], Case]] = {"workbench": workbench_case}
OTHER_COURSE = "course-v1:Nobody+HAS+this"


@pytest.fixture(params=sorted(CASES))
def case(request: pytest.FixtureRequest, db: None) -> Iterator[Case]:
    return CASES[request.param]()


def test_the_outline_is_a_tree_of_the_whole_course(case: Case) -> None:
    root = case.host.outline(case.course_key)

    assert root is not None
    keys = [node.usage_key for node in root.walk()]
    assert len(keys) == len(set(keys))
    assert keys[0] == root.usage_key
    assert {case.unit_key, case.page_key} <= set(keys)
    nodes = {node.usage_key: node for node in root.walk()}
    assert nodes[case.page_key].completable
    assert nodes[case.unit_key].completable
    assert not any(node.completable for node in root.walk() if node.children)
    assert all(node.title for node in root.walk())
    assert all(
        node.usage_key.endswith(f"type@{node.block_type}+block@{node.block_id}")
        for node in root.walk()
    )


def test_the_course_as_authored_says_of_each_block_what_learners_have_of_it(case: Case) -> None:
    published, authored = (
        read(case.course_key) for read in (case.host.outline, case.host.authored_outline)
    )

    assert published is not None
    assert authored is not None
    assert [(node.usage_key, node.title) for node in authored.walk()] == [
        (node.usage_key, node.title) for node in published.walk()
    ]
    for node in authored.walk():
        assert node.state == "published"
        assert node.due is None or node.due.tzinfo is UTC


def test_a_subsection_is_graded_to_its_authors_if_something_in_it_counts(case: Case) -> None:
    root = case.host.authored_outline(case.course_key)

    assert root is not None
    nodes = {node.usage_key: node for node in root.walk()}
    graded = [node for node in root.walk() if node.graded]
    assert [node for node in graded if node.children]
    assert all(any(child.graded for child in node.children) for node in graded if node.children)
    assert not nodes[case.page_key].graded
    assert not root.graded


def test_cohorts_are_named_once_and_in_order(case: Case, django_assert_num_queries: Any) -> None:
    for number, cohort in enumerate(["Client B", "", "Client A", "Client B"]):
        case.join(f"user{number}", "learner", cohort=cohort)

    with django_assert_num_queries(1):
        assert case.host.cohorts(case.course_key) == ["Client A", "Client B"]
    assert case.host.cohorts(OTHER_COURSE) == []


def test_units_are_published_with_their_design_and_ancestors(case: Case) -> None:
    (unit,) = case.host.published_units(case.course_key)
    root = case.host.outline(case.course_key)

    assert root is not None
    assert unit.usage_key == case.unit_key
    assert unit.weight == 10
    assert unit.design["sessions"]
    assert unit.ancestors[0] == root.usage_key
    above = {node.usage_key: node for node in root.walk()}
    for parent, child in zip(unit.ancestors, [*unit.ancestors[1:], unit.usage_key], strict=True):
        assert child in [node.usage_key for node in above[parent].children]


def test_a_course_that_does_not_exist_has_nothing_and_nobody(case: Case) -> None:
    staff = case.join("staff", "staff")

    assert case.host.outline(OTHER_COURSE) is None
    assert case.host.authored_outline(OTHER_COURSE) is None
    assert case.host.published_units(OTHER_COURSE) == []
    assert case.host.course_start(OTHER_COURSE) is None
    assert case.host.learners(OTHER_COURSE) == []
    assert not case.host.is_course_staff(staff, OTHER_COURSE)
    assert not case.host.may_author(staff, OTHER_COURSE)
    assert not case.host.is_enrolled(staff, OTHER_COURSE)
    assert case.host.completions(OTHER_COURSE, [staff.pk], [case.page_key]) == {}


def test_the_course_starts_at_an_instant(case: Case) -> None:
    start = case.host.course_start(case.course_key)

    assert start is not None
    assert start.tzinfo is UTC


def test_learners_come_in_the_order_of_their_names(
    case: Case, django_assert_max_num_queries: Any
) -> None:
    people = {
        name: case.join(f"user{number}", "learner", name, cohort="Client A")
        for number, name in enumerate(["Zoé D'Amours", "Émile Zola", "Ada Benali", "eve Young"])
    }
    case.join("staff", "staff", "Aaron Staff")
    case.join("stranger", "stranger", "Abel Stranger")

    with django_assert_max_num_queries(3):
        learners = case.host.learners(case.course_key)

    assert [each.name for each in learners] == [
        "Ada Benali", "Émile Zola", "eve Young", "Zoé D'Amours",
    ]  # fmt: skip
    first = learners[0]
    assert first == Learner(
        user_id=people["Ada Benali"].pk,
        username="user2",
        name="Ada Benali",
        email="user2@example.com",
        cohort="Client A",
        enrolled_at=first.enrolled_at,
    )
    assert first.enrolled_at is not None
    assert first.enrolled_at.tzinfo is not None


def test_only_the_learners_asked_for_are_returned(case: Case) -> None:
    wanted, other = case.join("a", "learner", "A"), case.join("b", "learner", "B")
    staff = case.join("staff", "staff")

    asked = [wanted.pk, staff.pk, 987654]
    assert [each.user_id for each in case.host.learners(case.course_key, asked)] == [wanted.pk]
    many = [wanted.pk, *range(1_000_000, 1_002_000)]
    assert [each.user_id for each in case.host.learners(case.course_key, many)] == [wanted.pk]
    assert case.host.learners(case.course_key, []) == []
    assert other.pk != wanted.pk


def test_who_has_no_active_account_is_no_learner(case: Case) -> None:
    user = case.join("gone", "learner", "Gone")
    user.is_active = False
    user.save()

    assert case.host.learners(case.course_key) == []
    assert not case.host.is_enrolled(user, case.course_key)


@pytest.mark.parametrize(
    ("role", "is_enrolled", "is_staff", "may_author"),
    [
        ("learner", True, False, False),
        ("staff", False, True, False),
        ("author", False, True, True),
        ("stranger", False, False, False),
    ],
)
def test_roles(case: Case, role: str, is_enrolled: bool, is_staff: bool, may_author: bool) -> None:
    user = case.join("somebody", role)

    assert case.host.is_enrolled(user, case.course_key) is is_enrolled
    assert case.host.is_course_staff(user, case.course_key) is is_staff
    assert case.host.may_author(user, case.course_key) is may_author


def test_nobody_is_nothing(case: Case) -> None:
    user = AnonymousUser()

    assert not case.host.is_enrolled(user, case.course_key)
    assert not case.host.is_course_staff(user, case.course_key)
    assert not case.host.may_author(user, case.course_key)


def test_global_staff_are_staff_of_every_course(case: Case) -> None:
    user = case.join("global", "stranger")
    user.is_staff = True
    user.save()

    assert case.host.is_course_staff(user, case.course_key)


def test_completions_of_many_cost_one_query(case: Case, django_assert_num_queries: Any) -> None:
    one, two, three = (case.join(name, "learner", name) for name in "abc")
    case.complete(one, case.page_key, 1.0)
    case.complete(two, case.page_key, 0.5)
    root = case.host.outline(case.course_key)
    assert root is not None
    keys = [node.usage_key for node in root.walk() if node.completable]

    with django_assert_num_queries(1):
        found = case.host.completions(case.course_key, [one.pk, two.pk, three.pk], keys)

    assert found == {(one.pk, case.page_key): 1.0, (two.pk, case.page_key): 0.5}
    assert case.host.completions(case.course_key, [one.pk], keys) == {(one.pk, case.page_key): 1.0}
    many = [two.pk, *range(1_000_000, 1_002_000)]
    assert case.host.completions(case.course_key, many, keys) == {(two.pk, case.page_key): 0.5}
    assert case.host.completions(case.course_key, [], keys) == {}
    assert case.host.completions(case.course_key, [one.pk], []) == {}


def test_the_zone_is_the_one_a_person_chose(case: Case) -> None:
    assert case.host.timezone_of(case.join("a", "learner", zone="Asia/Tokyo")) == "Asia/Tokyo"
    assert case.host.timezone_of(case.join("b", "learner")) is None
    assert case.host.timezone_of(case.join("c", "stranger")) is None


def test_a_picture_is_shown_of_nobody_who_gave_none(case: Case) -> None:
    ana, ben = case.join("ana", "learner", "Ana"), case.join("ben", "learner", "Ben")
    assert case.host.photos(case.course_key, [ana.pk, ben.pk]) == {}
    assert case.host.photos(case.course_key, []) == {}


def test_a_block_has_an_address_that_names_it(case: Case) -> None:
    address = case.host.block_url(case.course_key, case.unit_key)

    assert case.unit_key.rsplit("@", 1)[1] in address


def test_who_logs_out_is_led_on_to_where_somebody_else_logs_in(case: Case) -> None:
    address = urlsplit(case.host.logout_url("/blended/in/x~y/?a=1&b=2"))

    assert parse_qs(address.query) == {"next": ["/blended/in/x~y/?a=1&b=2"]}
    assert address.path.startswith("/")


@pytest.mark.parametrize("is_author", [False, True])
def test_the_viewer_is_the_person_of_the_session(case: Case, is_author: bool) -> None:
    user = case.join("author", "author")

    viewer = case.host.viewer(case.block(user, case.unit_key, is_author))

    assert viewer.user == user
    assert viewer.course_key == case.course_key
    assert viewer.usage_key == case.unit_key
    assert viewer.is_author_mode is is_author
    assert viewer.is_masquerading is False


def test_a_block_of_nobody_has_no_viewer(case: Case) -> None:
    assert case.host.viewer(case.block(None, case.unit_key, False)).user is None


def test_people_are_written_to_in_their_language_and_by_their_clock(
    case: Case, django_assert_max_num_queries: Any
) -> None:
    tokyo = case.join("a", "learner", "Ada Benali", zone="Asia/Tokyo")
    plain, gone = case.join("b", "learner"), case.join("c", "learner")
    case.speak(tokyo, "fr")
    gone.is_active = False
    gone.save()

    with django_assert_max_num_queries(3):
        found = case.host.addressees([tokyo.pk, plain.pk, gone.pk, 987654])

    assert found.keys() == {tokyo.pk, plain.pk}
    one, other = found[tokyo.pk], found[plain.pk]
    assert (one.name, one.language, one.timezone) == ("Ada Benali", "fr", "Asia/Tokyo")
    assert (other.name, other.timezone) == ("b", None)
    assert other.language == settings.LANGUAGE_CODE
    assert case.host.addressees([]) == {}


def test_the_team_of_a_course_are_its_staff_and_nobody_else(case: Case) -> None:
    case.join("learner", "learner", "Ada Benali")
    case.join("stranger", "stranger", "Abel Stranger")
    staff = case.join("staff", "staff", "Zoé Staff")
    author = case.join("author", "author", "Émile Author")

    team = case.host.course_team(case.course_key)

    assert [one.user_id for one in team] == [author.pk, staff.pk]
    assert case.host.course_team(OTHER_COURSE) == []


def test_a_message_goes_out_as_it_was_written(case: Case) -> None:
    user = case.join("a", "learner", "Ada Benali")
    message = Message(
        user_id=user.pk,
        kind="prework_reminder",
        course_key=case.course_key,
        language="fr",
        subject="Avant “l'atelier” & après",
        paragraphs=("Bonjour Ada,", "Une ligne\n• une autre <b>"),
        link=case.host.site_url("/blended/sessions/"),
        link_label="Voir",
    )

    assert case.host.send(message)

    (text,) = case.received(user)
    for part in (message.subject, *message.paragraphs, message.link, message.link_label):
        assert part in text


def test_whoever_has_no_active_account_gets_no_message(case: Case) -> None:
    user = case.join("gone", "learner")
    user.is_active = False
    user.save()
    message = Message(
        user_id=user.pk,
        kind="alarm_digest",
        course_key=case.course_key,
        language="en",
        subject="x",
        paragraphs=("x",),
        link="/",
        link_label="x",
    )

    assert case.host.send(message) is False
    assert case.host.send(replace(message, user_id=987654)) is False
    assert case.received(user) == []
