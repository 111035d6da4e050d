"""Two catalogues: the block's own service speaks first, Django says what it does not know."""

from __future__ import annotations

import gettext
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.translation import gettext_lazy, ngettext, npgettext, pgettext

from blended_xblock.block import BlendedUnitBlock
from blended_xblock.block_language import block_catalogue
from blended_xblock.workbench.runtime import CampusRuntime
from tests import factories as f
from tests.ask import ask


class Service:
    """A host's i18n service with a catalogue of its own."""

    TEXTS = {  # noqa: RUF012
        "Not marked": "Pas encore noté",
        "follow-ups\x04locked": "sous clé",
        "Show": "Filtrer",
    }

    def gettext(self, message: str) -> str:
        return self.TEXTS.get(message, message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return "%(n)d min" if singular == "%(n)d minute" else (singular if number == 1 else plural)


def block(service: Any) -> Any:
    return SimpleNamespace(runtime=SimpleNamespace(service=lambda block, name: service))


def test_the_service_speaks_first_and_django_says_the_rest() -> None:
    lazy = gettext_lazy("Not marked")
    with translation.override("fr"):
        before = translation.gettext("Not marked")
        assert before != "Pas encore noté"
        with block_catalogue(block(Service())):
            assert translation.gettext("Not marked") == str(lazy) == "Pas encore noté"
            assert translation.gettext("Online") == "En ligne"
            assert pgettext("follow-ups", "locked") == "sous clé"
            assert pgettext("nowhere", "locked") == "locked"
            assert ngettext("%(n)d minute", "%(n)d minutes", 2) == "%(n)d min"
            assert ngettext("%(n)d thing", "%(n)d things", 2) == "%(n)d things"
            assert npgettext("nowhere", "one", "many", 2) == "many"
            assert translation.get_language() == "fr"
            template = Template("{% load i18n %}{% translate 'Show' %} {% trans 'Online' %}")
            assert template.render(Context()) == "Filtrer En ligne"
        assert translation.gettext("Not marked") == before


def test_what_was_active_is_active_again_whatever_happens() -> None:
    def fail() -> None:
        with block_catalogue(block(Service())):
            raise ValueError

    with translation.override("fr"):
        with pytest.raises(ValueError, match=r"^$"):
            fail()
        assert translation.gettext("Show") == "Afficher"
    translation.deactivate()
    with block_catalogue(block(Service())):
        assert translation.gettext("Show") == "Filtrer"
    assert translation.gettext("Show") == "Show"


@pytest.mark.parametrize("service", [None, translation, gettext.NullTranslations()])
def test_a_service_without_a_catalogue_changes_nothing(service: Any) -> None:
    with translation.override("fr"), block_catalogue(block(service)):
        assert translation.gettext("Online") == "En ligne"
        assert ngettext("%(n)d minute", "%(n)d minutes", 2) == "%(n)d minutes"


def test_a_block_speaks_its_own_language_on_pages_and_in_answers(course, ana, monkeypatch) -> None:
    assert BlendedUnitBlock.service_declaration("i18n") == "need"
    monkeypatch.setitem(Service.TEXTS, "Before you come", "Avant la rencontre")
    monkeypatch.setitem(Service.TEXTS, "You are not allowed to do this here.", "Non.")
    monkeypatch.setitem(Service.TEXTS, "%(place)s: %(text)s", "%(place)s? %(text)s")
    given = CampusRuntime.service
    monkeypatch.setattr(
        CampusRuntime,
        "service",
        lambda self, block, name: Service() if name == "i18n" else given(self, block, name),
    )
    f.redesign(sessions=[])
    block = CampusRuntime(ana).get_block(f.unit_key())
    assert "Avant la rencontre" in block.student_view().body_html()
    assert ask(ana, "open_roll", {"session": str(f.session_id())}).json["message"] == "Non."
    assert block.validate().messages[0].text.startswith("Sessions?")
