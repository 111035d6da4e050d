"""What nobody would type: any JSON sent to the editor's handlers is answered, and never a crash."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blended_xblock.studio_actions import TOOLS, stored_version
from blended_xblock.workbench.runtime import CampusRuntime
from tests import designs
from tests import factories as f
from tests.ask import all_rows, ask

pytestmark = pytest.mark.django_db

# Each example asks the same course, which none of the answers may change.
hurried = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

_ODD = st.sampled_from(
    [
        None,
        True,
        -1,
        10**400,
        1e308,
        float("inf"),
        float("nan"),
        "",
        "\x00",
        "\ud800",
        "%(n)d {0} <b>&",
        "9999-12-31T23:59",
        "2026-03-29T02:30",
        "2100-12-31T23:00",
        "Europe/Paris",
        "../../etc/passwd",
        "id;title\n=1",
        "title,date,start,end\nA,2026-05-12,09:00,10:00",
        "<blended_unit/>",
        "sequence_demo@before",
    ]
)
_LEAVES = _ODD | st.integers() | st.text(max_size=20)
_KEYS = st.sampled_from(["block", "id", "start", "extra", "", "\ud800"]) | st.text(max_size=5)
ANYTHING = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def _spoiled(draw: st.DrawFn, whole: Any) -> Any:
    """Return a value of JSON with something in it replaced, added or left out."""
    spoiled = copy.deepcopy(whole)
    for _change in range(draw(st.integers(0, 3))):
        at = spoiled
        while isinstance(at, dict | list) and at:
            name = draw(st.sampled_from(list(at) if isinstance(at, dict) else range(len(at))))
            if isinstance(at[name], dict | list) and at[name] and draw(st.booleans()):
                at = at[name]
                continue
            if draw(st.integers(0, 5)) == 0:
                del at[name]
            else:
                at[name] = draw(ANYTHING)
            break
    return spoiled


def _sound() -> dict[str, Any]:
    """Return what each of the tools could be asked for in earnest, all in one."""
    design = designs.complete()
    version = {"title": "Unit", "weight": 10, "design": design}
    return {
        **version,
        "base": copy.deepcopy(version),
        "timezone": "America/Toronto",
        "model": "rotation",
        "options": {"stations": 3, "slots": 3, "groups": 3, "minutes": 45, "add_sessions": True},
        "first": "2027-03-02T09:00",
        "session": design["sessions"][0],
        "every": 2,
        "weekdays": [0, 3],
        "count": 5,
        "until": None,
        "holidays": ["2026-05-25"],
        "occurrence": "",
        "sessions": design["sessions"],
        "text": "title;date;start;end;cohorts\nA;12/05/2026;9h;10h;B",
        "olx": '<blended_unit><rule kind="minutes" at_least="9"/><from_minutes/></blended_unit>',
    }


@pytest.fixture
def author() -> Any:
    f.build_course(unit=f.design(f.meeting(1), f.meeting(2)))
    return f.person("author", f.Role.AUTHOR)


@hurried
@given(data=_spoiled(_sound()) | st.dictionaries(st.sampled_from(sorted(_sound())), ANYTHING))
@pytest.mark.parametrize("name", sorted(TOOLS))
def test_a_tool_answers_whatever_it_is_sent_and_writes_nothing(author, name, data) -> None:
    before = all_rows()
    answer = ask(author, "studio_tool", data, tool=name)
    assert answer.status_code in {200, 400}, answer.text
    assert answer.json
    assert all_rows() == before


@hurried
@given(data=_spoiled(_sound()))
def test_what_is_saved_is_valid_and_what_is_refused_is_not_stored(author, data) -> None:
    """The base is another version, so that what is valid is settled between two authors."""
    before = all_rows()
    answer = ask(author, "save_design", data)
    assert answer.status_code in {400, 409}, answer.text
    assert answer.json["message"]
    assert all_rows() == before


@hurried
@given(changes=_spoiled(designs.complete()))
def test_what_an_author_saved_can_be_opened_again(author, changes) -> None:
    block = CampusRuntime().get_block(f.unit_key())
    base = stored_version(block)
    answer = ask(author, "save_design", {**base, "design": changes, "base": base})
    assert answer.status_code in {200, 400}, answer.text
    page = CampusRuntime(author, is_author_mode=True)
    for view in ("studio_view", "author_view"):
        assert page.get_block(f.unit_key()).render(view).content


@hurried
@given(damaged=_spoiled(designs.complete()))
def test_a_damaged_unit_opens_in_the_editor_for_a_person_to_mend(author, damaged) -> None:
    block = CampusRuntime().get_block(f.unit_key())
    block.design = damaged if isinstance(damaged, dict) else {}
    block.save()
    page = CampusRuntime(author, is_author_mode=True)
    for view in ("studio_view", "author_view"):
        assert page.get_block(f.unit_key()).render(view).content
    assert page.get_block(f.unit_key()).validate() is not None


@pytest.mark.parametrize("name", ["save_design", *sorted(TOOLS)])
@pytest.mark.parametrize("deep", [900, 100_000])
def test_data_as_deep_as_a_well_is_no_crash(author, name, deep) -> None:
    well = b"[" * deep + b"]" * deep
    body = (
        b'{"title": "A", "text": "a", "olx": "a", "sessions": WELL, "design": {"sessions": WELL},'
        b' "base": {"design": {"objectives": WELL}}}'
    )
    handler = "studio_tool" if name in TOOLS else name
    answer = ask(author, handler, body=body.replace(b"WELL", well), tool=name)
    assert answer.status_code in {200, 400, 409}, answer.text
