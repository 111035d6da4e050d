"""The block itself: which view somebody gets, what stands in it, and that OLX loses nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree
from xblock.completable import XBlockCompletionMode

import blended_xblock
from blended_xblock import api
from blended_xblock.block import BlendedUnitBlock
from blended_xblock.design import Design
from blended_xblock.models import BlendedUnit, Session, SessionTrainer
from blended_xblock.workbench.runtime import CampusRuntime
from tests import factories as f
from tests.ask import all_rows, ask
from tests.counting import Counted

pytestmark = pytest.mark.usefixtures("course")


def show(user, view: str = "student_view", name: str = "unit") -> str:
    runtime = CampusRuntime(user, is_author_mode=view in {"author_view", "studio_view"})
    return runtime.render(runtime.get_block(f.unit_key(name)), view).body_html()


def page(html: str) -> etree._Element:
    return etree.fromstring(html, etree.HTMLParser())


def shown(html: str) -> str:
    """Return which of our templates was rendered."""
    return page(html).xpath("//*[contains(@class, 'blended')]/@data-view")[0]


def test_the_block_asks_the_platform_for_who_is_there() -> None:
    """A service not declared is refused by every runtime but the campus's."""
    assert BlendedUnitBlock.service_declaration("user") == "want"


def test_each_person_gets_their_own_view(ana, trainer) -> None:
    guest = f.person("guest", f.Role.GUEST)
    SessionTrainer.objects.create(session=f.session(), user=guest)
    author = f.person("author", f.Role.AUTHOR)
    assert shown(show(ana)) == "learner"
    assert shown(show(trainer)) == "instructor"
    assert shown(show(guest)) == "instructor"
    assert shown(show(author, "author_view")) == "author"
    assert shown(show(author, "studio_view")) == "studio"


def test_somebody_of_no_role_is_asked_to_enrol(trainer) -> None:
    """The campus keeps strangers out itself; a platform may let an auditor look."""
    stranger = f.person("stranger", f.Role.LEARNER, course=f.OTHER_COURSE)
    block = CampusRuntime(stranger).get_block(f.unit_key())
    for fragment in (block.student_view(), block.public_view()):
        assert "Enrol in this course" in fragment.body_html()
        assert "Workshop 1" not in fragment.body_html()


def test_the_first_look_at_a_unit_not_synced_yet_syncs_it(ana) -> None:
    Session.objects.all().delete()
    BlendedUnit.objects.all().delete()
    assert shown(show(ana)) == "learner"
    assert BlendedUnit.objects.filter(usage_key=f.unit_key()).exists()


def test_a_course_that_leaves_a_unit_out_is_not_read_for_each_learner(ana, ben, clock) -> None:
    Session.objects.all().delete()
    BlendedUnit.objects.all().delete()
    f.redesign(rule={"kind": "magic"})
    with Counted() as first:
        assert "not published yet" in show(ana)
    with Counted() as second:
        assert "not published yet" in show(ben)
    assert second.n < first.n
    clock.tick(61)
    f.redesign(rule={"kind": "sessions", "at_least": 1})
    assert shown(show(ben)) == "learner"


def test_a_learner_gets_no_way_to_write_and_no_names(ana, ben, trainer, clock) -> None:
    clock.move_to("2026-05-12T06:00:00Z")
    f.take_roll(trainer, {ben: "P"})
    f.give(trainer, [api.Mark(ana.pk, "L", note="Argued.")])
    html = show(ana)
    handlers = ("open_roll", "record", "grant_waiver", "save_design", "studio_tool")
    for word in (*handlers, "Argued", "ben"):
        assert f"/{word}" not in html
    assert "Argued" not in html
    assert "/calendar" in html


def test_an_invited_trainer_sees_neither_other_sessions_nor_waivers(trainer) -> None:
    f.redesign(sessions=[f.meeting(1), f.meeting(2), f.meeting(3, title="Not theirs")])
    f.publish()
    guest = f.person("guest", f.Role.GUEST)
    for n in (1, 2):
        SessionTrainer.objects.create(session=f.session(n), user=guest)
    html = show(guest)
    assert "Workshop 1" in html
    assert "Not theirs" not in html
    assert "Not theirs" in show(trainer)
    f.take_roll(guest, {})
    roll = {"session": str(f.session_id())}
    assert "waive" not in ask(guest, "roll", roll).text.lower()


NASTY = "<script>alert(1)</script>\"'&<img src=x onerror=y>"


def test_nobodys_words_become_markup(trainer, ana) -> None:
    f.redesign(
        sessions=[f.meeting(title=NASTY, venue=NASTY, address=NASTY, audience=[NASTY])],
        objectives=[NASTY],
        statuses=[
            {"code": "<b>", "label": NASTY, "credit": 1.0, "attended": True, "counted": True},
        ],
    )
    f.publish()
    eve = f.person("eve", first_name=NASTY[:30], last_name="<u>eve", cohort=NASTY)
    f.take_roll(trainer, {})
    f.give(trainer, [api.Mark(eve.pk, "<b>", note=NASTY)])
    api.revoke_waiver(
        f.unit_key(),
        api.grant_waiver(f.unit_key(), eve.pk, actor=trainer, reason=NASTY).user_id,
        actor=trainer,
    )
    author = f.person("author", f.Role.AUTHOR)
    here = {"session": str(f.session_id())}
    pages = [
        show(eve),
        show(trainer),
        show(author, "author_view"),
        show(author, "studio_view"),
        ask(trainer, "roll", here | {"q": NASTY, "only": NASTY}).text,
        ask(trainer, "roll", here).text,
        ask(trainer, "history", here | {"user": eve.pk}).text,
    ]
    for html in pages:
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "<u>eve" not in html
        assert not page(html).xpath("//@onerror")


def test_looking_writes_nothing_and_the_first_look_at_a_new_unit_publishes_it(ana) -> None:
    before = all_rows()
    show(ana)
    assert all_rows() == before
    Session.objects.all().delete()
    BlendedUnit.objects.all().delete()
    assert shown(show(ana)) == "learner"
    assert f.unit().is_active


def test_a_broken_design_is_told_to_the_author_and_hidden_from_learners(ana) -> None:
    f.redesign(rule={"kind": "magic"})
    said = show(f.person("author", f.Role.AUTHOR), "author_view")
    assert "What counts: The kind of rule is “magic”" in said
    assert shown(show(ana)) == "learner", "what was published before still stands"


def test_a_broken_design_can_still_be_opened_in_the_editor() -> None:
    """The editor is where it is mended."""
    author = f.person("author", f.Role.AUTHOR)
    f.redesign(rule={"kind": "magic"})
    assert shown(show(author, "studio_view")) == "studio"


def test_the_block_leaves_completion_and_score_to_the_roll() -> None:
    assert BlendedUnitBlock.has_score
    assert BlendedUnitBlock.completion_mode == XBlockCompletionMode.COMPLETABLE
    # With a completion of its own, a learner's browser cannot publish one for it.
    assert BlendedUnitBlock.has_custom_completion
    assert not BlendedUnitBlock.has_children


def test_nothing_is_used_that_misbehaves_in_a_frame() -> None:
    """The learning front end shows a unit in a frame as high as its content."""
    ours = Path(blended_xblock.__file__).parent
    # Of our own pages two fill a screen, and stand in no frame.
    in_frames = {*ours.glob("static/blended_xblock/css/*.css")} - {
        ours / f"static/blended_xblock/css/{name}.css" for name in ("scan", "screen")
    }
    files = [
        *in_frames,
        *ours.glob("static/blended_xblock/js/**/*.js"),
        *ours.glob("templates/blended_xblock/*.html"),
        *ours.glob("templates/blended_xblock/parts/*.html"),
        *ours.glob("templates/blended_xblock/editor/*.html"),
    ]
    assert len(files) > 60
    for file in files:
        text = file.read_text()
        for word in (r"position:\s*fixed", r"\d[dsl]?vh\b", "<dialog", "showModal", r"\balert\("):
            assert not re.search(word, text), (file.name, word)
        for link in re.findall(r"<a\b[^>]*>", text.replace("->", "")):
            # The platform's own base leads every other link to the whole window as well.
            assert re.search(r"\btarget=|\bdownload\b", link), (file.name, link)


# OLX


def exported() -> etree._Element:
    block = CampusRuntime().get_block(f.unit_key())
    node = etree.Element("blended_unit")
    block.add_xml_to_node(node)
    return node


def test_what_is_exported_is_imported_the_same(trainer, ana) -> None:
    f.redesign(
        **f.design(
            f.meeting(1, audience=["Paris"], venue="Room 4", capacity=12),
            f.meeting(2, cancelled=True),
            objectives=["Listen", "Open"],
            rule={"kind": "occurrence", "percent": 75},
            gate={"when_unmarked": "open", "after_hours": 24},
        )
    )
    before = Design.from_dict(CampusRuntime().get_block(f.unit_key()).design)
    text = etree.tostring(exported(), encoding="unicode")
    key = CampusRuntime().parse_xml_string(
        text.replace("<blended_unit", '<blended_unit url_name="b"')
    )
    block = CampusRuntime().get_block(key)
    assert Design.from_dict(block.design) == before
    assert block.display_name == "unit"


def test_no_learner_leaves_with_an_export(trainer, ana) -> None:
    f.take_roll(trainer, {ana: "P"})
    text = etree.tostring(exported(), encoding="unicode")
    for word in ("ana", "trainer", str(f.session_id())):
        assert word not in text


# What the platform asks of a block


def test_a_search_finds_titles_objectives_and_sessions_and_nothing_only_some_may_know() -> None:
    secret = {"venue": "Room 4", "address": "1 Quiet Road", "join_url": "https://meet.example.org"}
    f.redesign(
        objectives=["Listen well", "Open up"],
        sessions=[
            f.meeting(1, **secret),
            f.meeting(2, title="Workshop 1"),
            f.meeting(3, title="Theirs", audience=["Client A"]),
        ],
    )
    index = CampusRuntime().get_block(f.unit_key()).index_dictionary()
    assert index["content_type"] == "Blended unit"
    assert index["content"] == {
        "display_name": "unit",
        "objectives": "Listen well Open up",
        "sessions": "Workshop 1",
    }


def test_a_broken_design_is_found_by_its_title() -> None:
    f.redesign(sessions=[{"no": "title"}], objectives="all")
    index = CampusRuntime().get_block(f.unit_key()).index_dictionary()
    assert index["content"] == {"display_name": "unit"}


def messages() -> list[tuple[str, str]]:
    found = CampusRuntime().get_block(f.unit_key()).validate().to_json()
    assert found["empty"] == (not found["messages"])
    return [(message["type"], message["text"]) for message in found["messages"]]


def test_studio_is_told_what_is_wrong_with_a_design() -> None:
    make_ups = [{"block": "sequence_demo@instead"}]
    f.redesign(sessions=[f.meeting(2, venue="Room 4")], make_ups=make_ups)
    assert messages() == []
    f.redesign(sessions=[], follow_ups=[])
    (kind, said), _other = messages()
    assert kind == "warning"
    assert said == "Sessions: There is none yet. Schedule a first session."
    f.redesign(sessions=[f.meeting() | {"timezone": "Mars/Olympus"}], rule={"kind": "magic"})
    found = messages()
    assert {kind for kind, _said in found} == {"error"}
    assert found[0][1].startswith("Session 1 “Workshop 1”: The time zone is “Mars/Olympus”")
    assert "magic" in repr(found)


def test_only_course_staff_see_who_is_invited(ana, trainer) -> None:
    guest = f.person("guest", f.Role.GUEST, first_name="Grace", last_name=NASTY[:30])
    api.invite_trainer(f.session_id(), "guest", actor=trainer)
    html = show(trainer)
    assert "Invited trainers: Grace" in " ".join(html.split())
    assert "<script>alert" not in html
    assert f'data-trainers="{f.session_id()}"' in html
    for somebody in (guest, ana):
        assert "data-trainers=" not in show(somebody)
        assert "Invite" not in show(somebody).replace("Invited trainers: {names}", "")
