"""Ids are opaque keys that say everything themselves, so that none has to be remembered."""

from __future__ import annotations

import pytest
from opaque_keys.edx.keys import UsageKey
from xblock.exceptions import NoSuchDefinition, NoSuchUsage

from blended_xblock.workbench.keys import COURSE_KEY, CampusIds, parse_usage_key

TEXT = "block-v1:Blended+CONFLICT+demo+type@html_demo+block@why-conflicts-escalate"


def test_a_usage_is_its_own_definition_and_knows_its_type() -> None:
    ids = CampusIds()

    definition = ids.get_definition_id(TEXT)

    assert definition == UsageKey.from_string(TEXT)
    assert ids.get_block_type(definition) == "html_demo"
    assert ids.create_usage(definition) == definition


def test_two_managers_agree_without_ever_having_met() -> None:
    made = CampusIds().create_definition("html_demo", "why-conflicts-escalate")

    assert CampusIds().get_definition_id(str(made)) == UsageKey.from_string(TEXT)


def test_a_definition_without_a_name_gets_one_of_its_own() -> None:
    ids = CampusIds()

    assert ids.create_definition("html_demo") != ids.create_definition("html_demo")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a-little-html.html.d0.u0",
        str(COURSE_KEY),
        "block-v1:Other+CONFLICT+demo+type@html_demo+block@x",
    ],
)
def test_what_is_no_block_of_the_course_is_refused(text: str) -> None:
    with pytest.raises(NoSuchUsage):
        parse_usage_key(text)
    with pytest.raises(NoSuchDefinition):
        CampusIds().get_block_type(text)


def test_there_are_no_asides() -> None:
    with pytest.raises(NoSuchUsage):
        CampusIds().get_usage_id_from_aside(TEXT)
    with pytest.raises(NoSuchDefinition):
        CampusIds().create_aside(TEXT, TEXT, "acid")
