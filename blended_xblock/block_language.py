"""The block's own translations: those its host's i18n service has, before those of the whole site.

A platform brings the translations of an XBlock to its i18n service only, newer ones than we ship.
Templates and services speak through Django, so for as long as a block answers, Django's active
catalogue asks the service first. What the service does not know stays with Django, where our own
catalogue is; texts said outside a block (mail, tasks) come from there too.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.utils import translation
from django.utils.translation import trans_real

Method = TypeVar("Method", bound=Callable[..., Any])


def in_the_blocks_language(method: Method) -> Method:
    """Make a method of a block speak from the block's own catalogue."""

    @functools.wraps(method)
    def speaking(self: Any, *args: Any, **kwargs: Any) -> Any:
        with block_catalogue(self):
            return method(self, *args, **kwargs)

    return speaking  # type: ignore[return-value]


@contextmanager
def block_catalogue(block: Any) -> Iterator[None]:
    """Ask the i18n service of ``block`` first for every text said in here."""
    service = block.runtime.service(block, "i18n")
    if service is None or service.gettext is translation.gettext:
        # A service without a catalogue of its own asks Django, which would ask it again.
        yield
        return
    # Django offers no way to set a catalogue, only a language; this is where it keeps the active.
    active = trans_real._active  # type: ignore[attr-defined]
    before = getattr(active, "value", None)
    active.value = _ServiceFirst(service, trans_real.catalog())
    try:
        yield
    finally:
        if before is None:
            del active.value
        else:
            active.value = before


class _ServiceFirst:
    """A catalogue of two; all but its texts (the language, its direction) is Django's."""

    def __init__(self, service: Any, catalogue: Any) -> None:
        self._service = service
        self._catalogue = catalogue

    def gettext(self, message: str) -> str:
        said: str = self._service.gettext(message)
        return said if said != message else str(self._catalogue.gettext(message))

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        said: str = self._service.ngettext(singular, plural, number)
        if said not in {singular, plural}:
            return said
        return str(self._catalogue.ngettext(singular, plural, number))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalogue, name)
