"""What we need from the system around us, so that all else runs with a platform or without.

Keys are text, without branch and version, as the learner sees them (a CCX learner's keys name the
CCX). Instants are aware and in UTC. A method takes a whole set where a page needs a set, so that no
caller is tempted to ask in a loop.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from blended_xblock.results.score import Score


@dataclass(frozen=True, slots=True)
class Learner:
    """One active enrolment of a course."""

    user_id: int
    username: str
    name: str
    email: str
    cohort: str = ""
    enrolled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody who can be written to: in which language, and by which clock (IANA), if they said.

    ``language`` is never empty: where the person chose none it is the site's.
    """

    user_id: int
    name: str
    language: str
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message to one person, written in ``language``; plain text, the host makes it fit to send.

    ``kind`` names the templates it is sent with. ``link`` is a whole address.
    """

    user_id: int
    kind: Literal["prework_reminder", "alarm_digest"]
    course_key: str
    language: str
    subject: str
    paragraphs: tuple[str, ...]
    link: str
    link_label: str


@dataclass(frozen=True, slots=True)
class OutlineNode:
    """A block of a course and what stands below it.

    ``state`` says what learners have of it: "published" as it stands, "draft" (an earlier version)
    or "unpublished" (nothing yet). ``due`` is when it must be done, in UTC.
    ``restriction`` is what the course team restricted it to, merged with its ancestors': group ids
    by partition id. What no group may see has one group that nobody is in.
    """

    usage_key: str
    block_type: str
    block_id: str
    title: str
    children: tuple[OutlineNode, ...] = ()
    graded: bool = False
    completable: bool = False
    restriction: Mapping[int, list[int]] = field(default_factory=dict)
    state: str = "published"
    due: datetime | None = None

    @property
    def link(self) -> str:
        """Return ``type@id``, the way a design names a block in any run of a course."""
        return f"{self.block_type}@{self.block_id}"

    def walk(self) -> Iterator[OutlineNode]:
        """Yield this node and every descendant, parents before children."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))


@dataclass(frozen=True, slots=True)
class PublishedUnit:
    """A ``blended_unit`` block of the published course, as its fields stand there."""

    usage_key: str
    title: str
    weight: float
    design: dict[str, Any]
    ancestors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StandIn:
    """A learner who does not exist, as whom staff look at a course ("View as: learner").

    ``cohort`` and ``group_id`` (a group of the partition ``partition_id``) are what they chose to
    look as, if anything.
    """

    cohort: str = ""
    partition_id: int | None = None
    group_id: int | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a block or posts to it, as the host's own session says, never a request's body.

    ``user`` is None for an anonymous visitor. ``is_author_mode`` is True in Studio, where nobody
    but an author has a role. ``is_masquerading`` is True while staff look through somebody else's
    eyes: nothing may be written then. These are another person's (``user`` is that person), or
    nobody's: then ``stand_in`` says whose they would be, and ``user`` is still who looks.
    ``timezone`` is the zone the person chose, if any (IANA). ``origin`` ("https://lms.example.org")
    and ``device`` (the number that the browser keeps for check-ins) are what the door saw of the
    request, where it is at hand.
    """

    user: Any | None
    course_key: str
    usage_key: str
    is_staff: bool = False
    is_learner: bool = False
    is_author: bool = False
    is_masquerading: bool = False
    is_author_mode: bool = False
    timezone: str | None = None
    stand_in: StandIn | None = None
    origin: str = ""
    device: str = ""


class Host(Protocol):
    """The questions we ask; ``hosts/openedx.py`` and ``hosts/workbench.py`` answer them."""

    def viewer(self, block: Any) -> Viewer:
        """Return who is looking at ``block`` and where it stands."""

    def viewer_of(self, request: Any, course_key: str, usage_key: str) -> Viewer:
        """Return who asks for one of our own pages about a block, outside the block itself."""

    def outline(self, course_key: str) -> OutlineNode | None:
        """Return the published course as a tree, or None where there is no such course."""

    def authored_outline(self, course_key: str) -> OutlineNode | None:
        """Return the course as its team sees it in Studio, drafts included; None without one.

        ``graded`` is then what an author means by it: a block with a score is graded where it
        counts, and a subsection or unit is where the team made it graded and something graded
        stands in it. Nothing is said of completion and restrictions. Cheap enough to be asked
        while somebody types, and never stale.
        """

    def cohorts(self, course_key: str) -> list[str]:
        """Return the names of the course's cohorts, sorted."""

    def published_units(self, course_key: str) -> list[PublishedUnit]:
        """Return every published ``blended_unit`` block of the course, in outline order."""

    def course_keys(self) -> list[str]:
        """Return every course there is, for commands that go through all of them."""

    def has_units(self, course_key: str) -> bool:
        """Tell whether the published course holds a blended unit, without reading its tree."""

    def course_start(self, course_key: str) -> datetime | None:
        """Return the instant the course starts, in UTC."""

    def learners(self, course_key: str, user_ids: Collection[int] | None = None) -> list[Learner]:
        """Return active learners (all, or those among ``user_ids``), ordered by name."""

    def names(self, user_ids: Collection[int]) -> dict[int, str]:
        """Return the names of these people, enrolled or not, by user id; one query."""

    def external_ids(self, user_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
        """Return by which ids other systems know these people, such as a number at their company.

        Whoever has none is left out; at most two queries.
        """

    def photos(self, course_key: str, user_ids: Collection[int]) -> dict[int, str]:
        """Return the address of a small square picture of each who has one; at most one query.

        Only what the host shows to everybody of a course anyway; most people have none.
        """

    def person(self, anonymous_id: str) -> Any | None:
        """Return the user whom scores know by this id, or None."""

    def is_enrolled(self, user: Any, course_key: str) -> bool:
        """Tell whether ``user`` has an active enrolment."""

    def is_course_staff(self, user: Any, course_key: str) -> bool:
        """Tell whether ``user`` is staff of this course (global staff included)."""

    def may_author(self, user: Any, course_key: str) -> bool:
        """Tell whether ``user`` may change this course here: in Studio, never in the LMS."""

    def completions(
        self, course_key: str, user_ids: Collection[int], usage_keys: Collection[str]
    ) -> dict[tuple[int, str], float]:
        """Return completion from 0 to 1 for each (user id, leaf block) that has any; one query."""

    def publish_score(
        self, course_key: str, usage_key: str, user_id: int, score: Score | None
    ) -> None:
        """Make this the learner's score in a block, and None take it away; again is harmless."""

    def publish_completion(
        self, course_key: str, usage_key: str, user_id: int, completion: float
    ) -> None:
        """Make this (0 to 1) the learner's completion of a block; again is harmless.

        Nothing is written for who has done nothing and never had.
        """

    def forget_navigation(self, course_key: str, user_id: int) -> None:
        """Let a learner's course outline be made anew, where the host keeps a copy of it."""

    def listen(self) -> None:
        """Connect what happens around us with ``signals``; called once, by the app."""

    def timezone_of(self, user: Any) -> str | None:
        """Return the IANA zone the person chose for themselves, or None."""

    def reading_url(self, block: Any, handler: str, suffix: str) -> str:
        """Return the address at which a handler answers and nothing of the block is stored after.

        Studio stores a block again after each call of its other address, as it was when the call
        began: what merely asks would put back what somebody saves meanwhile.
        """

    def block_url(self, course_key: str, usage_key: str) -> str:
        """Return the address at which a person of the course opens the block."""

    def logout_url(self, address: str) -> str:
        """Return where the person logs out, so that somebody else can log in at ``address``."""

    def site_url(self, path: str) -> str:
        """Return the whole address of one of our own pages, for a message."""

    def addressees(self, user_ids: Collection[int]) -> dict[int, Addressee]:
        """Return those of these people who have an active account, by user id; few queries."""

    def course_team(self, course_key: str) -> list[Addressee]:
        """Return the active people who give a course, ordered by name; few queries.

        Those who may do so for every course are not among them.
        """

    def send(self, message: Message) -> bool:
        """Send a message now, by the host's own means; tell whether it went out.

        False where the person wants none, or their account is shut: trying again changes nothing.
        Raises MessageNotSentError where it may succeed later.
        """
