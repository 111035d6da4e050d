"""What both doors to an action share: its method, what was sent, and errors as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from webob import Response

from blended_xblock.actions.answers import as_json
from blended_xblock.actions.parse import Data
from blended_xblock.errors import BlendedError, DesignError, InvalidInputError, TooLargeError
from blended_xblock.roles import method_of


def answer(
    action: str,
    method: str,
    query: Mapping[str, Any],
    read_body: Callable[[], bytes],
    call: Callable[[Data], Response],
) -> Response:
    """Call an action with what was sent; what it refuses is JSON with a code and a sentence.

    The body is read only where the action takes one: a platform may have read a form's before us.
    """
    wanted = method_of(action)
    if method != wanted:
        return as_json({"code": "method", "message": f"Use {wanted}."}, 405)
    try:
        return call(_read(read_body) if wanted == "POST" else query)
    except DesignError as error:
        problems = [problem.message(_) for problem in error.problems]
        data = {"code": error.code, "message": "\n".join(problems), "problems": problems}
        return as_json(data, error.status)
    except BlendedError as error:
        return as_json(error.details | {"code": error.code, "message": error.message}, error.status)


def _read(read_body: Callable[[], bytes]) -> dict[str, Any]:
    try:
        data = json.loads(read_body().decode("utf-8") or "{}")
    except RequestDataTooBig as error:
        raise TooLargeError(_("That is more than can be sent at once. Send less.")) from error
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(_("What was sent is not JSON.")) from error
    if not isinstance(data, dict):
        raise InvalidInputError(_("What was sent is not a JSON object."))
    return data
