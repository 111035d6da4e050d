"""What a publish compiled: units, sessions, links and gates; and who is invited or signed up."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from blended_xblock.design import Design
from blended_xblock.models.common import KEY_LENGTH, check


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

    def read_design(self) -> Design:
        """Return the design; read once for each value of the field, since that takes a while."""
        known = self.__dict__.get("_known_design")
        if known is None or known[0] is not self.design:
            known = self.__dict__["_known_design"] = (self.design, Design.from_dict(self.design))
        return known[1]


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
            check("blended_session_end_after_start", Q(ends_at__gt=F("starts_at"))),
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
