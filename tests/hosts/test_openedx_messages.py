"""Messages inside Open edX: real edx-ace and our templates, with the platform's own parts stood in.

What stands in behaves as the platform's does where that matters: an emulated request swallows what
is raised in it.
"""

from __future__ import annotations

import contextlib
import copy
import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core import mail

pytest.importorskip("edx_ace", reason="no edx-ace here; to run: pip install edx-ace")

from edx_ace.message import MessageType

from blended_xblock.errors import MessageNotSentError
from blended_xblock.hosts import openedx_messages
from blended_xblock.hosts.base import Message

COURSE = "course-v1:Blended+CONFLICT+demo"
BASES = {
    "base_head.html": "<title>ours</title>",
    "base_body.html": "{% block preview_text %}{% endblock %}{% block content %}{% endblock %}",
}


class BaseMessageType(MessageType):
    """As the platform's, without its site configuration."""


@contextlib.contextmanager
def emulate_http_request(**_options: Any) -> Iterator[None]:
    with contextlib.suppress(Exception):
        yield


class Rows:
    """A table of which only ``objects.filter(…).exists()`` is asked."""

    ACCOUNT_DISABLED = "disabled"

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.objects = self

    def filter(self, **wanted: Any) -> SimpleNamespace:
        said = {name: str(value) for name, value in wanted.items()}
        return SimpleNamespace(exists=lambda: said in self.rows)


@pytest.fixture
def platform(settings, monkeypatch, tmp_path) -> SimpleNamespace:
    standings, optouts = Rows(), Rows()
    site = SimpleNamespace(objects=SimpleNamespace(get_current=lambda: "site"))
    modules = {
        "django.contrib.sites.models": {"Site": site},
        "openedx.core.djangoapps.ace_common.message": {"BaseMessageType": BaseMessageType},
        "openedx.core.djangoapps.ace_common.template_context": {
            "get_base_template_context": lambda site: {"platform_name": "Our Academy"}
        },
        "openedx.core.lib.celery.task_utils": {"emulate_http_request": emulate_http_request},
        "common.djangoapps.student.models": {"UserStanding": standings},
        "lms.djangoapps.bulk_email.models": {"Optout": optouts},
    }
    for name, values in modules.items():
        parts = name.split(".")
        for i in range(1, len(parts)):
            parent = ".".join(parts[:i])
            if parent not in sys.modules:
                monkeypatch.setitem(sys.modules, parent, ModuleType(parent))
        module = ModuleType(name)
        vars(module).update(values)
        monkeypatch.setitem(sys.modules, name, module)
    folder = tmp_path / "ace_common/edx_ace/common"
    folder.mkdir(parents=True)
    for name, text in BASES.items():
        (folder / name).write_text(text)
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [*templates[0]["DIRS"], tmp_path]
    settings.TEMPLATES = templates
    settings.ACE_ENABLED_CHANNELS = ["django_email"]
    settings.ACE_CHANNEL_DEFAULT_EMAIL = settings.ACE_CHANNEL_TRANSACTIONAL_EMAIL = "django_email"
    settings.ACE_ENABLED_POLICIES = []
    settings.DEFAULT_FROM_EMAIL = "academy@example.org"
    return SimpleNamespace(standings=standings, optouts=optouts)


@pytest.fixture
def ana(db: None) -> Any:
    user = get_user_model().objects.create(username="ana", email="ana@example.org")
    user.set_password("x")
    user.save()
    return user


def message(user: Any, kind: Any = "prework_reminder", **changes: Any) -> Message:
    fields: dict[str, Any] = {
        "user_id": user.pk,
        "kind": kind,
        "course_key": COURSE,
        "language": "fr",
        "subject": "Avant “l'atelier” & après",
        "paragraphs": ("Bonjour Ana,", "Camille : <b>vite</b>\n• deux"),
        "link": "https://lms.example.org/x?a=1&b=2",
        "link_label": "Y aller",
    }
    return Message(**fields | changes)


@pytest.mark.parametrize("kind", ["prework_reminder", "alarm_digest"])
def test_a_message_is_rendered_with_the_platforms_frame(platform, ana, kind) -> None:
    assert openedx_messages.send(message(ana, kind))
    (sent,) = mail.outbox
    assert sent.to == ["ana@example.org"]
    assert sent.subject == "Avant “l'atelier” & après"
    assert "Camille : <b>vite</b>\n• deux" in sent.body
    assert "Y aller:\nhttps://lms.example.org/x?a=1&b=2" in sent.body
    html = sent.alternatives[0][0]
    assert "&lt;b&gt;vite&lt;/b&gt;<br>• deux" in html
    assert "<b>vite" not in html
    assert 'href="https://lms.example.org/x?a=1&amp;b=2"' in html


def test_whoever_wants_no_mail_from_the_course_gets_no_reminder(platform, ana) -> None:
    platform.optouts.rows.append({"user_id": str(ana.pk), "course_id": COURSE})
    assert openedx_messages.send(message(ana)) is False
    assert openedx_messages.send(message(ana, "alarm_digest")), "what they work with they get"
    assert openedx_messages.send(message(ana, course_key="course-v1:a+b+c"))


def test_a_shut_account_gets_none(platform, ana) -> None:
    ana.set_unusable_password()
    ana.save()
    assert openedx_messages.send(message(ana)) is False
    ana.set_password("x")
    ana.save()
    platform.standings.rows.append({"user": str(ana), "account_status": "disabled"})
    assert openedx_messages.send(message(ana)) is False
    assert mail.outbox == []


def test_what_a_server_refuses_is_told_though_nobody_raises_it(platform, ana, settings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.NoServer"
    with pytest.raises(MessageNotSentError):
        openedx_messages.send(message(ana))


class NoServer:
    """A mail server that is away."""

    def __init__(self, *_arguments: Any, **_options: Any) -> None:
        pass

    def send_messages(self, _messages: Any) -> int:
        raise ConnectionRefusedError
