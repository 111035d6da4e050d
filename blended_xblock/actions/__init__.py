"""What each action of a block does once it is parsed: authorise, call one service, serialise.

The block's handlers (``block.py``) and the addresses of our own pages (``web/``) are two doors to
the same actions; who may do what stands in ``permissions.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from webob import Response

from blended_xblock.actions import (
    check_in,
    export,
    guests,
    imports,
    inbox,
    learner,
    own,
    readiness,
    roll,
    team,
    together,
)

ACTIONS: Final[Mapping[str, Callable[..., Response]]] = {
    action.__name__: action
    for module in (
        check_in,
        export,
        guests,
        imports,
        inbox,
        learner,
        own,
        readiness,
        roll,
        team,
        together,
    )
    for action in module.ACTIONS
}
"""By name; each takes the viewer and the data sent. Those of Studio: ``studio_actions``."""
