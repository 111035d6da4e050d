"""What follows for a learner: standings, waivers, and what they say of a session afterwards."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from blended_xblock.models.common import check
from blended_xblock.models.course import BlendedUnit, Session


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
            check("blended_feedback_rating", Q(rating__gte=1, rating__lte=5)),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.session_id}: {self.rating}"
