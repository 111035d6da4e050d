"""Who is who on the campus: what a platform keeps in enrolments, cohorts and course roles."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class CampusEnrollment(models.Model):
    """One person's place in the course.

    .. pii: which role and cohort an invented person of the demonstration has.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    class Role(models.TextChoices):
        LEARNER = "learner", _("learner")
        TRAINER = "trainer", _("trainer")
        GUEST = "guest", _("guest trainer")
        AUTHOR = "author", _("course author")
        OPERATOR = "operator", _("site operator")

    STAFF_ROLES = frozenset({Role.TRAINER, Role.AUTHOR, Role.OPERATOR})
    AUTHOR_ROLES = frozenset({Role.AUTHOR, Role.OPERATOR})

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="campus_enrollments"
    )
    course_key = models.CharField(max_length=255, db_index=True)
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.LEARNER)
    cohort = models.CharField(max_length=255, blank=True)
    timezone = models.CharField(max_length=64, blank=True)
    language = models.CharField(
        max_length=16, blank=True, help_text=_("In which messages are written; empty: English.")
    )
    persona = models.CharField(
        max_length=32, blank=True, help_text=_("Names the card on the first page, if there is one.")
    )
    enrolled_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("person of the campus")
        verbose_name_plural = _("people of the campus")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "course_key"], name="campus_enrollment_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.course_key}: {self.role}"

    @property
    def is_staff(self) -> bool:
        """Tell whether this place carries the rights of course staff."""
        return self.role in self.STAFF_ROLES

    @property
    def may_author(self) -> bool:
        """Tell whether this place carries the right to change the course in Studio."""
        return self.role in self.AUTHOR_ROLES


class CampusMail(models.Model):
    """A message that a platform would have sent by e-mail; its reader finds it on the campus.

    .. pii: what was written to an invented person of the demonstration.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="campus_mails"
    )
    kind = models.CharField(max_length=24)
    language = models.CharField(max_length=16)
    subject = models.CharField(max_length=255)
    paragraphs = models.JSONField(default=list)
    link = models.TextField(blank=True)
    link_label = models.CharField(max_length=255, blank=True)
    sent_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("message of the campus")
        verbose_name_plural = _("messages of the campus")
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.subject} → {self.user_id}"
