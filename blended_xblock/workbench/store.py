"""Fields of the course's blocks in the workbench's table, keyed by opaque keys.

The workbench's own store takes its ids apart at the dots, creates rows while reading and asks the
database for every field; this one does none of it.
"""

from __future__ import annotations

import copy
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q
from opaque_keys.edx.keys import UsageKey
from workbench.models import XBlockState, shorten_scope_name
from xblock.fields import Scope
from xblock.runtime import KeyValueStore

from blended_xblock.workbench.keys import COURSE_KEY

# Scope, id within the scope, person: one row of the table.
Place = tuple[str, str | None, str | None]


def _place(key: KeyValueStore.Key) -> Place:
    if key.scope in (Scope.parent, Scope.children):
        scope = shorten_scope_name(key.scope.attr_name)
    else:
        scope = shorten_scope_name(key.scope.block.attr_name)
    scope_id = None if key.block_scope_id is None else str(key.block_scope_id)
    return scope, scope_id, None if key.user_id is None else str(key.user_id)


def _to_stored(key: KeyValueStore.Key, value: Any) -> Any:
    if key.scope == Scope.children:
        return [str(child) for child in value]
    if key.scope == Scope.parent:
        return None if value is None else str(value)
    return value


def _from_stored(key: KeyValueStore.Key, value: Any) -> Any:
    if key.scope == Scope.children:
        return [UsageKey.from_string(child) for child in value]
    if key.scope == Scope.parent:
        return None if value is None else UsageKey.from_string(value)
    # Blocks change lists and dicts in place; what is unsaved must not be read by another block.
    return copy.deepcopy(value)


def _update(state: dict[str, Any], fields: dict[str, Any]) -> None:
    state.update(fields)


class CampusStore(KeyValueStore):
    """What one person reads and writes; the first read loads all of it with one query."""

    def __init__(self, user_id: int | None) -> None:
        self._user_id = None if user_id is None else str(user_id)
        self._loaded: dict[Place, dict[str, Any]] | None = None

    def get(self, key: KeyValueStore.Key) -> Any:
        return _from_stored(key, self._rows()[_place(key)][key.field_name])

    def has(self, key: KeyValueStore.Key) -> bool:
        return key.field_name in self._rows().get(_place(key), {})

    def set(self, key: KeyValueStore.Key, value: Any) -> None:
        self.set_many({key: value})

    def set_many(self, update_dict: Mapping[KeyValueStore.Key, Any]) -> None:
        changes: dict[Place, dict[str, Any]] = defaultdict(dict)
        for key, value in update_dict.items():
            changes[_place(key)][key.field_name] = _to_stored(key, value)
        for place, fields in changes.items():
            self._write(place, partial(_update, fields=fields))

    def delete(self, key: KeyValueStore.Key) -> None:
        if not self.has(key):
            raise KeyError(key.field_name)
        self._write(_place(key), lambda state: state.pop(key.field_name, None))

    def holds(self, usage_key: UsageKey) -> bool:
        """Tell whether the block was ever stored: parsing gives every block a parent, or none."""
        return ("parent", str(usage_key), None) in self._rows()

    def _rows(self) -> dict[Place, dict[str, Any]]:
        if self._loaded is None:
            mine = Q(user_id=None)
            if self._user_id is not None:
                mine |= Q(user_id=self._user_id)
            self._loaded = _merged(
                XBlockState.objects.filter(
                    Q(scenario=str(COURSE_KEY)) | Q(scenario=None), mine
                ).order_by("id")
            )
        return self._loaded

    def _write(self, place: Place, change: Callable[[dict[str, Any]], Any]) -> None:
        scope, scope_id, user_id = place
        is_of_course = scope not in ("type", "all")
        with transaction.atomic():
            # Read again: somebody else may have written another field of the row meanwhile.
            row = (
                XBlockState.objects.filter(scope=scope, scope_id=scope_id, user_id=user_id)
                .order_by("-id")
                .first()
            ) or XBlockState(
                scope=scope,
                scope_id=scope_id,
                user_id=user_id,
                scenario=str(COURSE_KEY) if is_of_course else None,
                tag=UsageKey.from_string(scope_id).block_type
                if is_of_course and scope_id
                else scope_id,
            )
            state = json.loads(row.state)
            change(state)
            row.state = json.dumps(state, sort_keys=True)
            row.save()
        if self._loaded is not None:
            self._loaded[place] = state


def _merged(rows: Iterable[XBlockState]) -> dict[Place, dict[str, Any]]:
    """Index the rows; of two that a race left for one place, the later one speaks last."""
    merged: dict[Place, dict[str, Any]] = {}
    for row in rows:
        merged.setdefault((row.scope, row.scope_id, row.user_id), {}).update(json.loads(row.state))
    return merged


def forget_course() -> None:
    """Remove the stored course: what was authored, not what people did in it."""
    XBlockState.objects.filter(scenario=str(COURSE_KEY), user_id=None).delete()
