"""Blocks of the campus: the course's root, and the workbench's sample question made usable.

The sample question has no labels and no sentence for right and wrong. These are the same blocks,
under the same tags, with pages that a keyboard and a screen reader can work.
"""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.templatetags.static import static
from sample_xblocks.basic.problem import CheckerBlock, EqualityCheckerBlock, ProblemBlock
from sample_xblocks.basic.problem import TextInputBlock as SampleTextInput
from web_fragments.fragment import Fragment
from xblock.completable import XBlockCompletionMode
from xblock.core import XBlock, XBlockMixin
from xblock.exceptions import JsonHandlerError
from xblock.fields import Boolean, DateTime, List, Scope, String
from xblock.run_script import run_script

# Containers whose insides learners see as pages of their own, not as parts of one exercise.
CONTAINERS = frozenset({"course", "sequence_demo", "vertical_demo"})
# What is done once it has been looked at; the page tells the server after a moment.
DONE_BY_VIEWING = frozenset({"html_demo"})
# Tags the campus serves with classes of its own; no entry point, so that nothing leaks out.
OWN_CLASSES: dict[str, type[XBlock]] = {}


class CampusMixin(XBlockMixin):
    """What a platform gives every block: a title, "graded", and being done by viewing."""

    display_name = String(scope=Scope.settings, default="")
    graded = Boolean(scope=Scope.settings, default=False)

    @property
    def url_name(self) -> str:
        """Return the block's id, the name some blocks ask a platform for."""
        return str(self.scope_ids.usage_id.block_id)

    @XBlock.json_handler
    def publish_completion(self, data: Any, suffix: str = "") -> dict[str, str]:
        """Record that the person has looked at a block which is done by looking at it."""
        if self.scope_ids.block_type not in DONE_BY_VIEWING:
            raise JsonHandlerError(400, "This block is not completed by viewing it.")
        self.runtime.publish(self, "completion", {"completion": 1.0})
        return {"result": "ok"}


class CourseBlock(XBlock):
    """The root of the course. It is never shown itself: the outline page is."""

    has_children = True
    completion_mode = XBlockCompletionMode.AGGREGATOR
    start = DateTime(scope=Scope.settings, default=None, enforce_type=True)


class Answer(SampleTextInput):
    """A choice among sentences, or a text: the part of a question that a learner fills in."""

    label = String(scope=Scope.content, default="")
    choices = List(scope=Scope.content, default=[])

    def problem_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Return the fields, labelled."""
        return Fragment(
            render_to_string(
                "blended_xblock/campus/question_answer.html",
                {
                    "name": self.name,
                    "field": f"{self.scope_ids.usage_id.block_id}-answer",
                    "label": self.label,
                    "choices": [{"value": value, "text": text} for value, text in self.choices],
                    "value": self.student_input,
                },
            )
        )


class Checker(EqualityCheckerBlock):
    """What decides whether the answer is right, and says why."""

    when_right = String(scope=Scope.content, default="")
    when_wrong = String(scope=Scope.content, default="")

    @classmethod
    def parse_xml(cls, node: Any, runtime: Any, keys: Any) -> Checker:
        """Take what to compare first: the sample would store it as the first learner's answer."""
        arguments = {side: node.attrib.pop(side) for side in ("left", "right")}
        block = super(CheckerBlock, cls).parse_xml(node, runtime, keys)
        block.arguments = arguments
        return block

    def check(self, left: Any, right: Any) -> bool:
        """Compare, and keep the outcome: the question saves itself and its fields, not this one."""
        is_right = bool(super().check(left, right))
        self.save()
        return is_right

    def problem_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Return the place where the result is said; empty until something was answered."""
        return Fragment(
            render_to_string(
                "blended_xblock/campus/question_result.html",
                {
                    "name": self.name,
                    "is_attempted": self.attempted,
                    "is_right": self.attempted and self.left == self.right,
                    "when_right": self.when_right,
                    "when_wrong": self.when_wrong,
                },
            )
        )


class Question(ProblemBlock):
    """A question with its answer and checker; without a checker, something to write down."""

    def calc_context(self, context: dict[str, Any]) -> dict[str, Any]:
        """Run the script. The sample draws a seed first and stores it: looking would write."""
        return {**context, **(run_script(self.script) if self.script else {})}

    def student_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Return the form around what the children show."""
        context = self.calc_context(context or {})
        page = Fragment()
        parts = []
        children = [self.runtime.get_block(child) for child in self.children]
        for child in children:
            part = self.runtime.render_child(child, "problem_view", context)
            page.add_fragment_resources(part)
            parts.append(part.body_html())
        page.add_content(
            render_to_string(
                "blended_xblock/campus/question.html",
                {
                    "parts": parts,
                    "is_checked": any("checker" in child._class_tags for child in children),
                    "is_answered": self.problem_attempted,
                },
            )
        )
        page.add_javascript_url(static("blended_xblock/campus/question.js"))
        page.initialize_js("CampusQuestion")
        return page

    @XBlock.json_handler
    def check(self, submissions: Any, suffix: str = "") -> dict[str, Any]:
        """Check what was answered; what nobody can check is done once it is written."""
        names = {self.runtime.get_block(child).name for child in self.children}
        if not isinstance(submissions, dict) or not set(submissions) <= names:
            raise JsonHandlerError(400, "Send one value for each field of the question.")
        result = ProblemBlock.check.__wrapped__(self, submissions, suffix)
        if not result["checkResults"]:
            self.runtime.publish(self, "completion", {"completion": 1.0})
        return result


OWN_CLASSES.update(
    {
        "course": CourseBlock,
        "problem_demo": Question,
        "textinput_demo": Answer,
        "equality_demo": Checker,
    }
)
