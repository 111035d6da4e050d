"""Design to tables: what a publish of the course means for units, sessions, links and the gate."""

from blended_xblock.publishing.sync import SyncReport, session_key, sync_course

__all__ = ["SyncReport", "session_key", "sync_course"]
