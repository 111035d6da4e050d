"""The platform's door to the gate: what a gated block's ``group_access`` is, told on reading it.

Nothing is written into anybody's blocks. The provider stands first in
``MODULESTORE_FIELD_OVERRIDE_PROVIDERS``, since only the first that answers is heard, and merges
what the course team and the other providers say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from blended_xblock.gate.course_gates import gates_of
from blended_xblock.gate.groups import merge_access
from blended_xblock.gate.structure import has_blended_units, without_branch

if TYPE_CHECKING:
    FieldOverrideProvider: Any
else:
    try:
        from lms.djangoapps.courseware.field_overrides import FieldOverrideProvider
    except ImportError:  # Without a platform there is nobody to ask for fields.
        FieldOverrideProvider = object

_FIELD: Final = "group_access"
_NOTHING: Final = object()


class BlendedGateOverride(FieldOverrideProvider):
    """Answers ``group_access`` of gated blocks, and nothing else."""

    def get(self, block: Any, name: str, default: Any) -> Any:
        """Return who may load a gated block; ``default`` for all else.

        Raises GateError where the gates of the course cannot be read: then nothing is opened, and
        nothing that would be kept is computed without them.
        """
        if name != _FIELD:
            return default
        key = block.location
        course_key = without_branch(key.course_key)
        gates = gates_of(course_key).group_access.get((key.block_type, key.block_id))
        return default if gates is None else merge_access(gates, self._said_by_others(block))

    @classmethod
    def enabled_for(cls, block: Any) -> bool:
        """Tell whether the course has blended units; the platform asks once a request."""
        return has_blended_units(block)

    def _said_by_others(self, block: Any) -> dict[int, list[int]]:
        from lms.djangoapps.courseware.field_overrides import OverrideModulestoreFieldData

        for provider in OverrideModulestoreFieldData.provider_classes or ():
            if issubclass(provider, BlendedGateOverride) or not provider.enabled_for(block):
                continue
            said = provider(self.user, self.fallback_field_data).get(block, _FIELD, _NOTHING)
            if said is not _NOTHING:
                return dict(said or {})
        return {}
