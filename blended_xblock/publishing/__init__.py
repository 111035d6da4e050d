"""Design to tables: what a publish of the course means for units, sessions, links and the gate."""

from blended_xblock.publishing.sync import SyncReport, retire_course, session_key, sync_course

__all__ = ["SyncReport", "retire_course", "session_key", "sync_course"]
