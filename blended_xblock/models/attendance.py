"""What is recorded of people at a session, and how it came to be so."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from blended_xblock.models.common import CODE_LENGTH, REQUEST_KEY_LENGTH, check
from blended_xblock.models.course import Session
from blended_xblock.models.imports import ImportBatch


class BulkAction(models.Model):
    """One press that marked many people at one session, so that it can be undone as one.

    ``kind``: ``everyone`` (all who were unmarked), ``selection``, ``close`` (absent when the roll
    was closed). ``request_key`` makes a retried press harmless.

    .. pii: who marked many people at once.
    .. pii_types: id
    .. pii_retirement: retained
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="bulk_actions")
    kind = models.CharField(max_length=16)
    # None takes marks back.
    status = models.CharField(max_length=CODE_LENGTH, null=True, blank=True)  # noqa: DJ001
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()
    request_key = models.CharField(
        max_length=REQUEST_KEY_LENGTH, null=True, blank=True, unique=True
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("bulk action")
        verbose_name_plural = _("bulk actions")
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} @ {self.session_id}: {self.status or '·'}"


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
    arrived_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
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

    ``before`` and ``after`` hold status, minutes, modality, note, arrived_at and left_at (ISO 8601,
    UTC). A mark that lost against a newer one stands here too, with ``is_applied`` False.
    ``request_key`` makes a retried mark harmless: it is recorded once. It is of a learner's record
    or of a guest's visit.

    .. pii: who recorded what about whom.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="changes")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="blended_changes",
    )
    guest = models.ForeignKey(
        "Guest", null=True, blank=True, on_delete=models.CASCADE, related_name="changes"
    )
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    source = models.CharField(max_length=16)
    reason = models.TextField(
        blank=True, help_text=_("Why it was corrected, in the words of who did.")
    )
    batch = models.ForeignKey(
        ImportBatch, null=True, blank=True, on_delete=models.PROTECT, related_name="changes"
    )
    bulk = models.ForeignKey(
        BulkAction, null=True, blank=True, on_delete=models.PROTECT, related_name="changes"
    )
    at = models.DateTimeField(help_text=_("When the mark was made, on the device it was made on."))
    received_at = models.DateTimeField(help_text=_("When the server recorded it."))
    request_key = models.CharField(
        max_length=REQUEST_KEY_LENGTH, null=True, blank=True, unique=True
    )
    is_applied = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("attendance change")
        verbose_name_plural = _("attendance changes")
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["session", "user"], name="blended_change_of_record")
        ]
        constraints: ClassVar = [
            # Never of both. Of neither for an instant only: where a database checks its keys at
            # once (MySQL), Django empties them before it deletes an account with all that is its.
            check("blended_change_of_one", Q(user__isnull=True) | Q(guest__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.session_id}: {self.before} → {self.after}"


class MarkConflict(models.Model):
    """Two marks of one learner, made without knowing of each other; a person settles which holds.

    ``change`` is the mark that came later to the server; whether it was applied stands there.
    ``other`` is what it met: a snapshot as in a change's ``before``.

    .. pii: who marked a learner otherwise than somebody else.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="conflicts")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blended_conflicts"
    )
    # With the learner both go; the line alone does not.
    change = models.OneToOneField(
        AttendanceChange, on_delete=models.RESTRICT, related_name="conflict"
    )
    other = models.JSONField(default=dict)
    other_actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    other_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("conflict of marks")
        verbose_name_plural = _("conflicts of marks")
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["session", "settled_at"], name="blended_conflict_open")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.session_id}"


class Guest(models.Model):
    """Somebody who came without an account; who they are in the course may be found out later.

    ``user`` is who they turned out to be; what was recorded of the guest stays here all the same,
    so that the link can be undone. ``link_change`` is the line of history that the link wrote into
    the learner's own record, None where their own mark stood already.

    .. pii: name, e-mail address and attendance of a visitor without an account.
    .. pii_types: name, email_address, other
    .. pii_retirement: local_api
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="guests")
    name = models.CharField(max_length=255)
    email = models.EmailField(max_length=254, blank=True)
    status = models.CharField(max_length=CODE_LENGTH, null=True, blank=True)  # noqa: DJ001
    minutes = models.PositiveIntegerField(null=True, blank=True)
    modality = models.CharField(
        max_length=12, choices=AttendanceRecord.Modality.choices, blank=True
    )
    arrived_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)
    source = models.CharField(max_length=16, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    recorded_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    added_at = models.DateTimeField()
    request_key = models.CharField(
        max_length=REQUEST_KEY_LENGTH, null=True, blank=True, unique=True
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="blended_visits",
    )
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    linked_at = models.DateTimeField(null=True, blank=True)
    link_change = models.ForeignKey(
        AttendanceChange, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    link_added = models.BooleanField(
        default=False,
        help_text=_("The link put the learner on the roll; undoing it takes them off."),
    )
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("guest")
        verbose_name_plural = _("guests")
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return f"{self.name} @ {self.session_id}"
