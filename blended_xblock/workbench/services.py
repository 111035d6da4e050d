"""Services that a platform's runtime hands to its blocks, answered from the campus."""

from __future__ import annotations

import gettext
import os
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, to_locale
from workbench.runtime import WorkbenchI18NService
from xblock.reference.user_service import UserService, XBlockUser

from blended_xblock.workbench.people import anonymous_id, place_of


class CampusUserService(UserService):
    """The person behind the Django session, described as a platform describes them."""

    def __init__(self, user: Any | None) -> None:
        super().__init__()
        self._django_user = user

    def get_current_user(self) -> XBlockUser:
        """Return the person; it costs one query, and only a block that asks pays for it."""
        user = self._django_user
        if user is None:
            nobody = XBlockUser(is_current_user=False)
            nobody.opt_attrs["edx-platform.is_authenticated"] = False
            return nobody
        place = place_of(user)
        is_staff = user.is_staff or bool(place and place.is_staff)
        person = XBlockUser(
            is_current_user=True, emails=[user.email], full_name=user.get_full_name()
        )
        person.opt_attrs.update(
            {
                "edx-platform.user_id": user.pk,
                "edx-platform.username": user.get_username(),
                "edx-platform.anonymous_user_id": anonymous_id(user.pk),
                "edx-platform.is_authenticated": True,
                "edx-platform.user_is_staff": is_staff,
                "edx-platform.user_role": "staff" if is_staff else "student",
                "edx-platform.user_preferences": {
                    "pref-lang": get_language(),
                    "time_zone": place.timezone if place else None,
                },
            }
        )
        return person


@lru_cache(maxsize=64)
def _catalogue(package: str, locale: str) -> gettext.NullTranslations | None:
    """Return the texts that a block's own package ships, as a platform looks for them."""
    module = sys.modules.get(package)
    if module is None or not module.__file__:
        return None
    place = os.path.join(os.path.dirname(module.__file__), "translations")
    try:
        return gettext.translation("text", place, languages=[locale])
    except OSError:
        return None


class CampusI18nService(WorkbenchI18NService):
    """Texts of a block: from its own catalogue where there is one, else from Django's."""

    def __init__(self, block: Any | None = None) -> None:
        super().__init__()
        self._package = "" if block is None else block.unmixed_class.__module__.split(".")[0]

    def __getattr__(self, name: str) -> Any:
        if name in ("gettext", "ngettext", "ugettext", "ungettext"):
            catalogue = _catalogue(self._package, to_locale(get_language() or "en"))
            name = name.removeprefix("u")
            if catalogue is not None:
                return getattr(catalogue, name)
        return super().__getattr__(name)

    def get_javascript_i18n_catalog_url(self, block: Any) -> str | None:
        """Return the address of the texts for a block's JavaScript, where its package has them."""
        namespace = getattr(block, "i18n_js_namespace", None)
        module = sys.modules.get(block.unmixed_class.__module__)
        locale = to_locale(get_language() or "en")
        # The texts are written in English: a catalogue of it would say everything twice.
        if not namespace or locale == "en" or module is None or not module.__file__:
            return None
        path = f"{getattr(block, 'public_dir', 'public')}/js/translations/{locale}/text.js"
        if not (Path(module.__file__).parent / path).is_file():
            return None
        return reverse("package_resource", args=(block.scope_ids.block_type, path))
