"""Pages for a support person: find what happened, change nothing by accident.

What a publish compiled and what people recorded is shown, not edited: a change made here would
have no history, and the next publish would undo it.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from blended_xblock import models


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows and lets nobody add, change or delete one."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(admin.TabularInline):
    """Shows related rows on the page of what they belong to."""

    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class SessionInline(ReadOnlyInline):
    model = models.Session
    fields = ("title", "starts_at", "timezone", "state", "roll_state")


class LinkedBlockInline(ReadOnlyInline):
    model = models.LinkedBlock
    fields = ("role", "order", "title", "link", "usage_key", "days")


class TrainerInline(ReadOnlyInline):
    model = models.SessionTrainer
    fk_name = "session"
    fields = readonly_fields = ("user", "invited_by", "invited_at", "revoked_at")


@admin.register(models.BlendedUnit)
class BlendedUnitAdmin(ReadOnlyAdmin):
    list_display = ("title", "course_key", "is_active", "sessions_count", "synced_at")
    list_filter = ("is_active",)
    search_fields = ("title", "usage_key", "course_key")
    inlines: ClassVar = [SessionInline, LinkedBlockInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.BlendedUnit]:
        return super().get_queryset(request).annotate(session_count=Count("sessions"))

    @admin.display(description=_("sessions"))
    def sessions_count(self, unit: Any) -> int:
        return int(unit.session_count)


@admin.register(models.Session)
class SessionAdmin(ReadOnlyAdmin):
    list_display = ("title", "unit", "starts_at", "timezone", "state", "roll_state")
    list_filter = ("state", "roll_state", "mode")
    list_select_related = ("unit",)
    search_fields = ("title", "unit__title", "unit__course_key", "id")
    date_hierarchy = "starts_at"
    inlines: ClassVar = [TrainerInline]


@admin.register(models.AttendanceRecord)
class AttendanceRecordAdmin(ReadOnlyAdmin):
    list_display = ("user", "session", "status", "minutes", "recorded_by", "recorded_at")
    list_filter = ("status", "source", "is_expected")
    list_select_related = ("user", "session", "recorded_by")
    search_fields = ("user__username", "user__email", "session__title", "session__id")


@admin.register(models.AttendanceChange)
class AttendanceChangeAdmin(ReadOnlyAdmin):
    list_display = (
        "user", "guest", "session", "before", "after", "actor", "source", "at", "is_applied",
    )  # fmt: skip
    list_filter = ("source", "is_applied")
    list_select_related = ("user", "guest", "session", "actor")
    search_fields = (
        "user__username", "user__email", "guest__name", "session__title", "request_key",
    )  # fmt: skip
    date_hierarchy = "received_at"


@admin.register(models.Standing)
class StandingAdmin(ReadOnlyAdmin):
    list_display = ("user", "unit", "is_met", "is_waived", "counted_from", "pending_from")
    list_filter = ("is_met", "is_waived")
    list_select_related = ("user", "unit")
    search_fields = ("user__username", "user__email", "unit__title", "unit__usage_key")


@admin.register(models.Waiver)
class WaiverAdmin(ReadOnlyAdmin):
    list_display = ("user", "unit", "granted_by", "granted_at", "revoked_at")
    list_select_related = ("user", "unit", "granted_by")
    search_fields = ("user__username", "user__email", "unit__title", "reason")


@admin.register(models.GatedBlock)
class GatedBlockAdmin(ReadOnlyAdmin):
    list_display = ("usage_key", "unit", "delay_days")
    list_select_related = ("unit",)
    search_fields = ("usage_key", "unit__title")


@admin.register(models.Registration)
class RegistrationAdmin(ReadOnlyAdmin):
    list_display = ("user", "session", "state", "queued_at")
    list_filter = ("state",)
    list_select_related = ("user", "session")
    search_fields = ("user__username", "user__email", "session__title")


@admin.register(models.ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    list_display = (
        "file_name", "format", "state", "session", "imported_by", "applied_at", "undone_at",
    )  # fmt: skip
    list_filter = ("state", "format")
    list_select_related = ("session", "imported_by")
    search_fields = ("file_name", "sha256", "session__title", "session__id")


@admin.register(models.ImportedPerson)
class ImportedPersonAdmin(ReadOnlyAdmin):
    list_display = ("name", "email", "user", "why", "decision", "outcome", "batch")
    list_filter = ("why", "decision", "outcome")
    list_select_related = ("user", "batch")
    search_fields = ("name", "email", "account", "user__username", "batch__file_name")


@admin.register(models.ImportAlias)
class ImportAliasAdmin(ReadOnlyAdmin):
    list_display = ("key", "user", "course_key", "confirmed_by", "confirmed_at")
    list_select_related = ("user", "confirmed_by")
    search_fields = ("key", "user__username", "course_key")


@admin.register(models.SessionFeedback)
class SessionFeedbackAdmin(ReadOnlyAdmin):
    list_display = ("session", "user", "rating", "given_at")
    list_select_related = ("session", "user")
    search_fields = ("user__username", "session__title", "comment")


@admin.register(models.BulkAction)
class BulkActionAdmin(ReadOnlyAdmin):
    list_display = ("session", "kind", "status", "actor", "at", "undone_at", "undone_by")
    list_filter = ("kind",)
    list_select_related = ("session", "actor", "undone_by")
    search_fields = ("session__title", "session__id", "actor__username", "request_key")


@admin.register(models.MarkConflict)
class MarkConflictAdmin(ReadOnlyAdmin):
    list_display = ("user", "session", "other_actor", "other_at", "settled_by", "settled_at")
    list_select_related = ("user", "session", "other_actor", "settled_by")
    search_fields = ("user__username", "user__email", "session__title", "session__id")


@admin.register(models.Guest)
class GuestAdmin(ReadOnlyAdmin):
    list_display = ("name", "email", "session", "status", "user", "added_by", "removed_at")
    list_filter = ("status",)
    list_select_related = ("session", "user", "added_by")
    search_fields = ("name", "email", "user__username", "session__title", "session__id")


@admin.register(models.CheckInDesk)
class CheckInDeskAdmin(ReadOnlyAdmin):
    """Whoever knows the secret can check anybody in: it is on no page."""

    exclude = ("secret",)
    list_display = ("session", "state", "changed_by", "changed_at")
    list_filter = ("state",)
    list_select_related = ("session", "changed_by")
    search_fields = ("session__title", "session__id", "session__unit__course_key")


@admin.register(models.CheckInAttempt)
class CheckInAttemptAdmin(ReadOnlyAdmin):
    list_display = ("user", "session", "at", "method", "outcome")
    list_filter = ("method", "outcome")
    list_select_related = ("user", "session")
    search_fields = ("user__username", "user__email", "session__title", "session__id")
    date_hierarchy = "at"


@admin.register(models.AbsenceNotice)
class AbsenceNoticeAdmin(ReadOnlyAdmin):
    list_display = ("user", "session", "announced_at", "withdrawn_at", "instead")
    list_select_related = ("user", "session", "instead")
    search_fields = ("user__username", "user__email", "session__title", "session__id")


@admin.register(models.Appeal)
class AppealAdmin(ReadOnlyAdmin):
    list_display = ("user", "session", "made_at", "state", "answered_by", "answered_at")
    list_filter = ("state",)
    list_select_related = ("user", "session", "answered_by")
    search_fields = ("user__username", "user__email", "session__title", "session__id")


@admin.register(models.SentMessage)
class SentMessageAdmin(ReadOnlyAdmin):
    list_display = ("kind", "user", "session", "sent_by", "queued_at", "sent_at", "error")
    list_filter = ("kind",)
    list_select_related = ("user", "session", "sent_by")
    search_fields = ("user__username", "user__email", "session__title", "request_key")


@admin.register(models.FailedJob)
class FailedJobAdmin(ReadOnlyAdmin):
    list_display = ("name", "course_key", "error", "times", "failed_at", "settled_at")
    list_filter = ("name",)
    search_fields = ("name", "course_key", "error")
