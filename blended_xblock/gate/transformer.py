"""The platform's door to the gate: block structures are gated whichever process collects them.

Studio's process has no field overrides. What it collected would list gated blocks without their
gate: in outlines, block APIs and grades, until the next publish.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blended_xblock.gate.course_gates import gates_of
from blended_xblock.gate.groups import merge_access
from blended_xblock.gate.structure import has_blended_units, without_branch

if TYPE_CHECKING:
    BlockStructureTransformer: Any
else:
    try:
        from openedx.core.djangoapps.content.block_structure.transformer import (
            BlockStructureTransformer,
        )
    except ImportError:  # Without a platform nobody collects block structures.
        BlockStructureTransformer = object


class BlendedGateTransformer(BlockStructureTransformer):
    """Sees to it that the platform's own partition transformer has collected our gates.

    Transformers collect in no given order, so it is collected again after the gates are in place;
    what is collected with them already stays the same.
    """

    READ_VERSION = 1
    WRITE_VERSION = 1

    @classmethod
    def name(cls) -> str:
        """Return the name of the entry point."""
        return "blended_gate"

    @classmethod
    def collect(cls, block_structure: Any) -> None:
        """Put the gates into the blocks at hand; raise GateError where they cannot be read."""
        root_key = block_structure.root_block_usage_key
        root = block_structure.get_xblock(root_key)
        if not has_blended_units(root):
            return
        course_key = without_branch(root_key.course_key)
        access = gates_of(course_key).group_access
        if not access:
            return
        for key in block_structure.get_block_keys():
            gates = access.get((key.block_type, key.block_id))
            if gates is None:
                continue
            block = block_structure.get_xblock(key)
            both = merge_access(gates, block.group_access or {})
            if block.group_access != both:
                block.group_access = both
        from lms.djangoapps.course_blocks.transformers.user_partitions import (
            UserPartitionTransformer,
        )

        UserPartitionTransformer.collect(block_structure)

    def transform(self, usage_info: Any, block_structure: Any) -> None:
        """Do nothing: the platform's partition transformer decides."""
