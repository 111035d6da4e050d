"""Ids of the campus: real opaque keys, stateless, so that nothing is parsed again at start."""

from __future__ import annotations

from typing import NoReturn
from uuid import uuid4

from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey, UsageKey
from xblock.exceptions import NoSuchDefinition, NoSuchUsage
from xblock.runtime import IdGenerator, IdReader

COURSE_KEY: CourseKey = CourseKey.from_string("course-v1:Blended+CONFLICT+demo")
ROOT_KEY: UsageKey = COURSE_KEY.make_usage_key("course", "course")


def parse_usage_key(text: object) -> UsageKey:
    """Return the key of a block of the campus's course; raise NoSuchUsage for anything else."""
    if isinstance(text, UsageKey):
        key = text
    else:
        try:
            key = UsageKey.from_string(str(text))
        except InvalidKeyError as error:
            raise NoSuchUsage(str(text)) from error
    if key.context_key != COURSE_KEY:
        raise NoSuchUsage(str(text))
    return key


class CampusIds(IdReader, IdGenerator):
    """A usage is its own definition and its key says its type: nothing needs to be remembered."""

    def get_definition_id(self, usage_id: object) -> UsageKey:
        return parse_usage_key(usage_id)

    def get_block_type(self, def_id: object) -> str:
        try:
            return parse_usage_key(def_id).block_type
        except NoSuchUsage as error:
            raise NoSuchDefinition(str(def_id)) from error

    def create_definition(self, block_type: str, slug: str | None = None) -> UsageKey:
        return COURSE_KEY.make_usage_key(block_type, slug or uuid4().hex)

    def create_usage(self, def_id: UsageKey) -> UsageKey:
        return def_id

    # The campus has no asides: whoever asks for one asks for something that does not exist.

    def create_aside(self, definition_id: object, usage_id: object, aside_type: str) -> NoReturn:
        raise NoSuchDefinition(aside_type)

    def get_usage_id_from_aside(self, aside_id: object) -> NoReturn:
        raise NoSuchUsage(str(aside_id))

    def get_definition_id_from_aside(self, aside_id: object) -> NoReturn:
        raise NoSuchDefinition(str(aside_id))

    def get_aside_type_from_definition(self, aside_id: object) -> NoReturn:
        raise NoSuchDefinition(str(aside_id))

    def get_aside_type_from_usage(self, aside_id: object) -> NoReturn:
        raise NoSuchUsage(str(aside_id))
