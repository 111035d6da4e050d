"""The runtime: people from the session, blocks from the store, events kept as on a platform."""

from __future__ import annotations

import json
from typing import Any

import pytest
import webob
from completion.models import BlockCompletion
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.utils import translation
from workbench.models import XBlockState
from xblock.exceptions import NoSuchUsage

from blended_xblock.workbench import seed
from blended_xblock.workbench.keys import COURSE_KEY, ROOT_KEY
from blended_xblock.workbench.outline import get_outline
from blended_xblock.workbench.runtime import CampusRuntime
from blended_xblock.workbench.scores import get_scores, record_score

QUESTION, READING = seed.PREWORK[2], seed.PREWORK[0]


def person(username: str) -> Any:
    return get_user_model().objects.get(username=username)


def post(runtime: CampusRuntime, usage_key: Any, handler: str, data: Any) -> Any:
    request = webob.Request.blank("/", method="POST", body=json.dumps(data).encode())
    return runtime.handle(runtime.get_block(usage_key), handler, request)


def test_a_stored_course_is_served_without_parsing_it_again(course: None) -> None:
    block = CampusRuntime().get_block(str(seed.UNIT_KEY))

    assert block.scope_ids.usage_id == seed.UNIT_KEY
    assert block.display_name == "Handling conflict"
    assert len(block.design["sessions"]) == 3
    assert block.parent.block_type == "vertical_demo"


def test_reading_the_whole_course_takes_one_query(
    course: None, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        root = get_outline()

    assert root is not None
    assert [node.title for node in root.children] == [
        "Before the workshop",
        "The workshop",
        "After the workshop",
        "One week later: look back",
        "Recording and written reflection",
    ]


@pytest.mark.parametrize(
    "usage_key", ["", "nothing", "block-v1:Blended+CONFLICT+demo+type@html_demo+block@never"]
)
def test_a_block_that_was_never_stored_does_not_exist(course: None, usage_key: str) -> None:
    with pytest.raises(NoSuchUsage):
        CampusRuntime().get_block(usage_key)


def test_the_root_has_no_parent_and_a_start(course: None) -> None:
    root = CampusRuntime().get_block(ROOT_KEY)

    assert root.parent is None
    assert root.start.utcoffset().total_seconds() == 0


def test_blocks_are_left_as_they_are(campus: None) -> None:
    runtime = CampusRuntime(person("maelle.tremblay"))
    block = runtime.get_block(seed.EXERCISE)

    page = runtime.render(block, "student_view", {})

    assert not hasattr(block, "location")
    assert not hasattr(block, "due")
    assert "DragAndDropBlock" in page.content


def test_looking_writes_nothing(campus: None) -> None:
    before = list(XBlockState.objects.order_by("id").values_list("id", "state"))
    runtime = CampusRuntime(person("lea.martin"))

    for usage_key in (READING, QUESTION):
        runtime.render(runtime.get_block(usage_key), "student_view", {})

    assert list(XBlockState.objects.order_by("id").values_list("id", "state")) == before
    assert not BlockCompletion.objects.filter(user=person("lea.martin"), block_key=QUESTION)


@pytest.mark.parametrize("user", [None, AnonymousUser()])
def test_nobody_sees_and_sends_nothing(course: None, user: Any) -> None:
    runtime = CampusRuntime(user)
    block = runtime.get_block(READING)

    with pytest.raises(PermissionDenied):
        runtime.render(block, "student_view", {})
    with pytest.raises(PermissionDenied):
        post(runtime, READING, "publish_completion", {})


@pytest.mark.parametrize("view", ["studio_view", "author_view"])
def test_an_authors_view_is_only_rendered_for_authors(campus: None, view: str) -> None:
    runtime = CampusRuntime(person("lea.martin"))

    with pytest.raises(PermissionDenied):
        runtime.render(runtime.get_block(seed.UNIT_KEY), view, {})


def test_a_handlers_address_names_no_person(campus: None) -> None:
    runtime = CampusRuntime(person("lea.martin"))
    block = runtime.get_block(seed.EXERCISE)

    address = runtime.handler_url(block, "drop_item", query="a=1")

    assert address == f"/handler/{seed.EXERCISE}/drop_item?a=1"
    with pytest.raises(ValueError, match="handler"):
        runtime.handler_url(block, "student_view")


def test_initial_data_cannot_end_its_script(campus: None) -> None:
    runtime = CampusRuntime(person("maelle.tremblay"))
    block = runtime.get_block(seed.EXERCISE)
    block.display_name = "</script><script>alert(1)</script>"

    page = runtime.render(block, "student_view", {})

    assert "<script>alert(1)" not in page.content


def test_a_wrong_answer_completes_and_scores_zero_then_a_right_one_scores(campus: None) -> None:
    user = person("lea.martin")

    wrong = post(CampusRuntime(user), QUESTION, "check", _answer("defend"))
    assert wrong.json["checkResults"] == {"verdict": False}
    assert get_scores(user)[str(QUESTION)] == (0, 1)
    assert BlockCompletion.objects.get(user=user, block_key=QUESTION).completion == 1.0

    runtime = CampusRuntime(user)
    page = runtime.render(runtime.get_block(QUESTION), "student_view", {})
    assert 'data-result="wrong">' in page.content
    assert 'data-result="right" hidden>' in page.content

    right = post(CampusRuntime(user), QUESTION, "check", _answer("ask"))
    assert right.json["checkResults"] == {"verdict": True}
    assert get_scores(user)[str(QUESTION)] == (1, 1)


def test_a_reflection_that_nobody_checks_is_done_once_it_is_written(campus: None) -> None:
    user = person("noah.oconnor")
    usage_key = COURSE_KEY.make_usage_key("problem_demo", "reflection")
    data = {"reflection": [{"name": "x", "value": "On Monday <b>I</b> heard"}]}

    assert post(CampusRuntime(user), usage_key, "check", data).status_code == 200

    assert BlockCompletion.objects.get(user=user, block_key=usage_key).completion == 1.0
    runtime = CampusRuntime(user)
    page = runtime.render(runtime.get_block(usage_key), "student_view", {})
    assert "On Monday &lt;b&gt;I&lt;/b&gt; heard" in page.content


@pytest.mark.parametrize("data", [[], {"other": "x"}, "text"])
def test_a_question_refuses_what_is_no_answer(campus: None, data: Any) -> None:
    assert post(CampusRuntime(person("lea.martin")), QUESTION, "check", data).status_code == 400


def test_only_reading_is_completed_by_viewing(campus: None) -> None:
    user = person("lukasz.wojcik")
    runtime = CampusRuntime(user)

    assert post(runtime, READING, "publish_completion", {}).status_code == 200
    assert post(runtime, QUESTION, "publish_completion", {}).status_code == 400
    assert post(runtime, seed.UNIT_KEY, "publish_completion", {}).status_code == 400

    completed = BlockCompletion.objects.filter(user=user).values_list("block_key", flat=True)
    assert list(completed) == [READING]


def test_a_better_score_is_kept_where_the_block_says_so(campus: None) -> None:
    user = person("lea.martin")

    record_score(user, seed.EXERCISE, 0.8, 1.0, only_if_higher=True)
    record_score(user, seed.EXERCISE, 0.4, 1.0, only_if_higher=True)
    assert get_scores(user)[str(seed.EXERCISE)] == (80, 100)

    record_score(user, seed.EXERCISE, 1, 5)
    assert get_scores(user)[str(seed.EXERCISE)] == (1, 5)


def test_in_studio_nothing_counts(campus: None) -> None:
    author = person("sofia.almeida")

    post(CampusRuntime(author, is_author_mode=True), QUESTION, "check", _answer("ask"))

    assert not BlockCompletion.objects.filter(user=author).exists()
    assert get_scores(author) == {}


def test_a_block_speaks_the_readers_language_from_its_own_catalogue(campus: None) -> None:
    runtime = CampusRuntime(person("lea.martin"))
    block = runtime.get_block(seed.EXERCISE)
    service = runtime.service(block, "i18n")

    assert service.get_javascript_i18n_catalog_url(block) is None
    with translation.override("fr"):
        address = service.get_javascript_i18n_catalog_url(block)

    assert address == "/resource/drag-and-drop-v2/public/js/translations/fr/text.js"


def test_the_user_service_describes_the_person_as_a_platform_does(campus: None) -> None:
    service = CampusRuntime(person("misaki.sato"))._services["user"]

    found = service.get_current_user()

    assert found.full_name == "佐藤 美咲 (Misaki Satō)"
    assert found.opt_attrs["edx-platform.username"] == "misaki.sato"
    assert found.opt_attrs["edx-platform.user_is_staff"] is False
    assert found.opt_attrs["edx-platform.user_preferences"]["time_zone"] == "Asia/Tokyo"


def _answer(value: str) -> dict[str, Any]:
    return {"reply": [{"name": "reply", "value": value}]}
