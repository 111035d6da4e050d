"""What a publish makes of links: every descendant is gated, the way in is not."""

from __future__ import annotations

import pytest

from blended_xblock.models import GatedBlock, LinkedBlock
from tests import factories as f

pytestmark = pytest.mark.usefixtures("clock", "db")


def gated() -> dict[str, int]:
    """Return the delay of each gated block, by the last part of its key."""
    return {
        key.rpartition("@")[2]: days
        for key, days in GatedBlock.objects.values_list("usage_key", "delay_days")
    }


def test_every_descendant_is_gated() -> None:
    f.build_course()
    assert gated() == {"after": 0, "after-unit": 0, "apply": 0, "quiz": 0}


def test_a_block_added_below_a_follow_up_is_gated_by_the_next_publish() -> None:
    f.build_course()
    f.move("html_demo@reflect", "vertical_demo@after-unit")
    f.publish()
    assert "reflect" in gated()
    f.move("html_demo@reflect", "vertical_demo@later-unit")
    f.publish()
    assert "reflect" not in gated()


def test_a_follow_up_taken_away_opens() -> None:
    f.build_course()
    f.redesign(follow_ups=[{"block": "html_demo@apply"}])
    f.publish()
    assert gated() == {"apply": 0}
    f.redesign(follow_ups=[])
    f.publish()
    assert gated() == {}


def test_of_nested_follow_ups_the_longest_delay_counts() -> None:
    f.build_course(
        unit=f.design(
            follow_ups=[
                {"block": "html_demo@apply", "delay_days": 9},
                {"block": "sequence_demo@after", "delay_days": 7},
                {"block": "problem_demo@quiz", "delay_days": 2},
            ]
        )
    )
    assert gated() == {"after": 7, "after-unit": 7, "apply": 9, "quiz": 7}
    f.redesign(follow_ups=[{"block": "sequence_demo@after", "delay_days": 1}])
    f.publish()
    assert set(gated().values()) == {1}


@pytest.mark.parametrize(
    "link", ["sequence_demo@live", "vertical_demo@live-unit", "blended_unit@unit"]
)
def test_a_unit_never_shuts_itself_or_the_way_to_it(link) -> None:
    f.build_course(unit=f.design(follow_ups=[{"block": link}]), other=f.design(f.meeting(2)))
    report = f.publish()
    assert not set(gated()) & {"course", "live", "live-unit", "unit"}
    assert ("other" in gated()) == (link != "blended_unit@unit"), "its neighbour is a follow-up"
    assert any("“unit” stands inside its own follow-up" in text for text in report.warnings)
    assert len(report.warnings) == len(set(report.warnings))


def test_the_whole_course_as_follow_up_leaves_the_way_open() -> None:
    f.build_course(unit=f.design(follow_ups=[{"block": "course@course"}], prework=[]))
    assert not set(gated()) & {"course", "live", "live-unit", "unit"}
    assert {"after", "apply", "before", "read"} <= set(gated())


def test_prework_inside_a_follow_up_is_told() -> None:
    """Nobody can get ready for a session with what opens only after it."""
    f.build_course(
        unit=f.design(
            prework=[{"block": "html_demo@apply"}], follow_ups=[{"block": "sequence_demo@after"}]
        )
    )
    assert any("apply" in text for text in f.publish().warnings)


def test_a_link_that_leads_nowhere_is_told_and_gates_nothing() -> None:
    f.build_course(
        unit=f.design(
            prework=[{"block": "html_demo@gone"}],
            follow_ups=[{"block": "sequence_demo@gone"}, {"block": "html_demo@apply"}],
        )
    )
    report = f.publish()
    assert gated() == {"apply": 0}
    assert any("sequence_demo@gone" in text for text in report.warnings)
    assert LinkedBlock.objects.get(link="html_demo@gone").usage_key == ""


def test_a_link_that_is_mended_starts_to_gate() -> None:
    f.build_course(unit=f.design(follow_ups=[{"block": "html_demo@reflect"}]))
    f.move("html_demo@reflect", None)
    f.move("vertical_demo@later-unit", None)
    f.publish()
    assert gated() == {}
    f.move("html_demo@reflect", "vertical_demo@after-unit")
    f.publish()
    assert gated() == {"reflect": 0}


def test_links_keep_the_order_of_the_course_team() -> None:
    wanted = ["html_demo@watch", "sequence_demo@later", "html_demo@read"]
    f.build_course(unit=f.design(prework=[{"block": link} for link in wanted]))
    assert list(f.unit().links.filter(role="prework").values_list("link", flat=True)) == wanted
    f.redesign(prework=[{"block": link} for link in reversed(wanted)])
    f.publish()
    assert (
        list(f.unit().links.filter(role="prework").values_list("link", flat=True)) == wanted[::-1]
    )


def test_a_make_up_is_linked_and_not_gated() -> None:
    f.build_course(unit=f.design(make_ups=[{"block": "sequence_demo@instead", "within_days": 14}]))
    link = f.unit().links.get(role="make_up")
    assert (link.days, link.leaves) == (14, [f.key("html_demo@recording")])
    assert "instead" not in gated()
