"""Work that goes on by itself: messages that were sent, and jobs that failed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from blended_xblock.models.common import KEY_LENGTH, REQUEST_KEY_LENGTH
from blended_xblock.models.course import Session


class SentMessage(models.Model):
    """One message to one person, kept so that nobody gets it twice and a trainer sees it went out.

    ``kind`` is ``prework_reminder`` or ``alarm_digest``; ``request_key`` is of the press (or the
    day) that sent it. ``sent_at`` is None while it waits.

    .. pii: who was written to, when, and why; not what was written. An error may name an address.
    .. pii_types: id, email_address
    .. pii_retirement: local_api
    """

    kind = models.CharField(max_length=24)
    request_key = models.CharField(max_length=REQUEST_KEY_LENGTH)
    session = models.ForeignKey(
        Session, null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blended_messages"
    )
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=255, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "request_key", "user"], name="blended_message_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["session", "kind"], name="blended_message_of_session")
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.user_id}"


class FailedJob(models.Model):
    """A job that gave up; the same job failing again is the same row, and success settles it.

    .. no_pii:
    """

    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of the arguments as JSON."))
    arguments = models.JSONField(default=list)
    course_key = models.CharField(max_length=KEY_LENGTH, blank=True, db_index=True)
    error = models.CharField(max_length=255, blank=True)
    times = models.PositiveIntegerField(default=1)
    failed_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("failed job")
        verbose_name_plural = _("failed jobs")
        ordering: ClassVar = ["-failed_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "digest"], name="blended_failed_job_once")
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.error}"
