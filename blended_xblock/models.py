"""The tables: what a publish compiled and what people recorded.

Keys are text without branch and version. Instants are UTC; a session's wall-clock time is
``starts_at`` seen in its own zone. Nothing here is ever deleted by a publish.
"""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

import django
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

KEY_LENGTH = 255
CODE_LENGTH = 3


def _check(name: str, condition: Q) -> models.CheckConstraint:
    """Return a constraint; Django 5.1 renamed the argument, and 4.2 knows the old name only."""
    argument = "condition" if django.VERSION >= (5, 1) else "check"
    arguments: dict[str, Any] = {"name": name, argument: condition}
    return models.CheckConstraint(**arguments)


class BlendedUnit(models.Model):
    """One placed ``blended_unit`` block, as last published.

    .. no_pii:
    """

    usage_key = models.CharField(max_length=KEY_LENGTH, unique=True)
    course_key = models.CharField(max_length=KEY_LENGTH, db_index=True)
    title = models.CharField(max_length=255)
    partition_id = models.PositiveIntegerField(
        help_text=_("Names this unit to the platform's access checks. Never changes.")
    )
    weight = models.FloatField(default=1.0)
    design = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    retired_statuses = models.JSONField(
        default=list,
        blank=True,
        help_text=_("Statuses the course team withdrew; records with one keep its meaning."),
    )
    is_active = models.BooleanField(
        default=True, help_text=_("False when the block is no longer published: no gate then.")
    )
    synced_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("blended unit")
        verbose_name_plural = _("blended units")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["course_key", "partition_id"], name="blended_unit_partition"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.usage_key})"


class Session(models.Model):
    """One dated live meeting of a blended unit.

    .. no_pii:
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft: dates to be confirmed")
        SCHEDULED = "scheduled", _("scheduled")
        CANCELLED = "cancelled", _("cancelled")
        REMOVED = "removed", _("removed from the course")

    class Roll(models.TextChoices):
        NOT_OPENED = "not_opened", _("not opened")
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey(BlendedUnit, on_delete=models.PROTECT, related_name="sessions")
    design_id = models.CharField(max_length=36, db_index=True)
    occurrence = models.CharField(max_length=255, blank=True)
    title = models.CharField(max_length=255)
    starts_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField()
    timezone = models.CharField(max_length=64)
    mode = models.CharField(max_length=16)
    venue = models.CharField(max_length=255, blank=True)
    address = models.TextField(blank=True)
    join_url = models.TextField(blank=True)
    capacity = models.PositiveIntegerField(null=True, blank=True)
    audience = models.JSONField(
        default=list, blank=True, help_text=_("Names of the cohorts expected; empty: everyone.")
    )
    revision = models.PositiveIntegerField(
        default=0, help_text=_("Raised when the calendar entry changes.")
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.SCHEDULED)
    roll_state = models.CharField(max_length=12, choices=Roll.choices, default=Roll.NOT_OPENED)
    roll_opened_at = models.DateTimeField(null=True, blank=True)
    roll_opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    roll_closed_at = models.DateTimeField(null=True, blank=True)
    roll_closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering: ClassVar = ["starts_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "design_id"], name="blended_session_design_id"),
            _check("blended_session_end_after_start", Q(ends_at__gt=F("starts_at"))),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_live(self) -> bool:
        """Tell whether people can be recorded at it (drafts, cancelled and removed are not)."""
        return self.state == self.State.SCHEDULED

    @property
    def occurrence_key(self) -> str:
        """Return what groups sessions into one running; one that stands alone is its own."""
        return self.occurrence or self.design_id


class SessionTrainer(models.Model):
    """A trainer whom course staff invited to one session; no other power follows from it.

    .. pii: who was invited by whom.
    .. pii_types: id
    .. pii_retirement: retained
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="trainers")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blended_invitations"
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    invited_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("invited trainer")
        verbose_name_plural = _("invited trainers")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "user"], name="blended_session_trainer")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.session_id}"


class ImportBatch(models.Model):
    """One conferencing report applied to one session, so that it can be undone as one.

    .. pii: the name of a file that a person chose, and who imported it.
    .. pii_types: id, other
    .. pii_retirement: retained
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="imports")
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64, db_index=True)
    format = models.CharField(max_length=32)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    imported_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.file_name


class AttendanceRecord(models.Model):
    """One learner at one session. A row with no status is a place on the frozen roster, unmarked.

    .. pii: attendance and a free-text note of an instructor about a learner.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    class Modality(models.TextChoices):
        ROOM = "room", _("in the room")
        REMOTE = "remote", _("online")
        RECORDING = "recording", _("from the recording")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="records")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blended_records"
    )
    is_expected = models.BooleanField(
        default=True, help_text=_("False for somebody who came without being on the roster.")
    )
    # None is "not marked yet"; an empty code would be a status nobody defined.
    status = models.CharField(max_length=CODE_LENGTH, null=True, blank=True)  # noqa: DJ001
    minutes = models.PositiveIntegerField(null=True, blank=True)
    modality = models.CharField(max_length=12, choices=Modality.choices, blank=True)
    note = models.TextField(blank=True)
    source = models.CharField(max_length=16, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    recorded_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("attendance record")
        verbose_name_plural = _("attendance records")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "user"], name="blended_record_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.session_id}: {self.status or '·'}"


class AttendanceChange(models.Model):
    """One line of the history; written with the change itself and never altered.

    ``before`` and ``after`` hold status, minutes, modality and note. A mark that lost against a
    newer one stands here too, with ``is_applied`` False. ``request_key`` makes a retried mark
    harmless: it is recorded once.

    .. pii: who recorded what about whom.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="changes")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blended_changes"
    )
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    source = models.CharField(max_length=16)
    batch = models.ForeignKey(
        ImportBatch, null=True, blank=True, on_delete=models.PROTECT, related_name="changes"
    )
    at = models.DateTimeField(help_text=_("When the mark was made, on the device it was made on."))
    received_at = models.DateTimeField(help_text=_("When the server recorded it."))
    request_key = models.CharField(max_length=64, null=True, blank=True, unique=True)
    is_applied = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("attendance change")
        verbose_name_plural = _("attendance changes")
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["session", "user"], name="blended_change_of_record")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.session_id}: {self.before} → {self.after}"


class Registration(models.Model):
    """A learner's place, or place in the queue, at a session with sign-up.

    .. pii: which session a learner signed up for.
    .. pii_types: id
    .. pii_retirement: retained
    """

    class State(models.TextChoices):
        REGISTERED = "registered", _("registered")
        WAITLISTED = "waitlisted", _("on the waiting list")
        CANCELLED = "cancelled", _("cancelled")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="registrations")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blended_registrations"
    )
    state = models.CharField(max_length=12, choices=State.choices)
    queued_at = models.DateTimeField()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering: ClassVar = ["queued_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "user"], name="blended_registration_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.session_id}: {self.state}"


class LinkedBlock(models.Model):
    """A block of the course that a blended unit links to, resolved when the course was published.

    .. no_pii:
    """

    class Role(models.TextChoices):
        PREWORK = "prework", _("prework")
        FOLLOW_UP = "follow_up", _("follow-up")
        MAKE_UP = "make_up", _("make-up")

    unit = models.ForeignKey(BlendedUnit, on_delete=models.CASCADE, related_name="links")
    role = models.CharField(max_length=12, choices=Role.choices)
    link = models.CharField(max_length=KEY_LENGTH, help_text=_("type@id, as in the design."))
    usage_key = models.CharField(
        max_length=KEY_LENGTH, blank=True, help_text=_("Empty when the link leads nowhere.")
    )
    order = models.PositiveIntegerField()
    title = models.CharField(max_length=255, blank=True)
    days = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("Delay of a follow-up; deadline of a make-up.")
    )
    leaves = models.JSONField(
        default=list, help_text=_("Usage keys of what can be completed below it.")
    )
    is_graded = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("linked block")
        verbose_name_plural = _("linked blocks")
        ordering: ClassVar = ["unit", "role", "order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "role", "link"], name="blended_link_once")
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.title or self.link}"


class GatedBlock(models.Model):
    """A follow-up or any block below one: shut until the learner took part.

    .. no_pii:
    """

    unit = models.ForeignKey(BlendedUnit, on_delete=models.CASCADE, related_name="gated_blocks")
    usage_key = models.CharField(max_length=KEY_LENGTH, db_index=True)
    delay_days = models.PositiveIntegerField(default=0)
    restriction = models.JSONField(
        default=dict,
        blank=True,
        help_text=_("Groups the course team restricted it to, by partition, ancestors' included."),
    )

    class Meta:
        verbose_name = _("gated block")
        verbose_name_plural = _("gated blocks")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "usage_key"], name="blended_gated_once")
        ]

    def __str__(self) -> str:
        return self.usage_key


class CourseGate(models.Model):
    """All gates of a course in one row, compiled from its gated blocks, for one query a request.

    .. no_pii:
    """

    course_key = models.CharField(max_length=KEY_LENGTH, primary_key=True)
    gates = models.JSONField(default=dict)
    compiled_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("gates of a course")
        verbose_name_plural = _("gates of courses")

    def __str__(self) -> str:
        return self.course_key


class Standing(models.Model):
    """A learner's outcome in a blended unit, in terms that time alone cannot make stale.

    Time changes an outcome without anybody writing: a session ends unmarked, a delay runs out. So
    the row holds the instants from which each thing is true, and a read compares them with now.

    .. pii: a learner's outcome.
    .. pii_types: id
    .. pii_retirement: retained
    """

    unit = models.ForeignKey(BlendedUnit, on_delete=models.CASCADE, related_name="standings")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blended_standings"
    )
    is_met = models.BooleanField(default=False)
    is_waived = models.BooleanField(default=False)
    counted_from = models.DateTimeField(
        null=True, blank=True, help_text=_("End of the session with which the rule was met.")
    )
    pending_from = models.DateTimeField(
        null=True, blank=True, help_text=_("From then on an unmarked session may decide.")
    )
    openings = models.JSONField(
        default=list, help_text=_("From when, and counted from which session, follow-ups open.")
    )
    zone = models.CharField(
        max_length=64, default="UTC", help_text=_("Zone of the session that decided, or may yet.")
    )
    figures = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("standing")
        verbose_name_plural = _("standings")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "user"], name="blended_standing_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.unit_id}: {'met' if self.is_met else 'not met'}"


class Waiver(models.Model):
    """A person's recorded decision to open the follow-ups for a learner anyway.

    .. pii: a free-text reason about a learner, and who gave it.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    unit = models.ForeignKey(BlendedUnit, on_delete=models.PROTECT, related_name="waivers")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blended_waivers"
    )
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.TextField()
    granted_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("waiver")
        verbose_name_plural = _("waivers")
        ordering: ClassVar = ["-granted_at"]
        indexes: ClassVar = [models.Index(fields=["unit", "user"], name="blended_waiver_of")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.unit_id}"


class SessionFeedback(models.Model):
    """What a learner says of a session afterwards.

    .. pii: a rating and a comment of a learner.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="feedback")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blended_feedback"
    )
    rating = models.PositiveSmallIntegerField()
    comment = models.TextField(blank=True)
    was_prepared = models.BooleanField(null=True)
    given_at = models.DateTimeField()

    class Meta:
        verbose_name = _("session feedback")
        verbose_name_plural = _("session feedback")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "user"], name="blended_feedback_once"),
            _check("blended_feedback_rating", Q(rating__gte=1, rating__lte=5)),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.session_id}: {self.rating}"
