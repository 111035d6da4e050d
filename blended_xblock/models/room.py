"""What happens around a roll: the check-in desk, announced absences, and appeals afterwards."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from blended_xblock.models.common import REQUEST_KEY_LENGTH
from blended_xblock.models.course import Session


class CheckInDesk(models.Model):
    """The check-in of one session: the secret of its codes, and who holds it open or shut.

    ``auto`` opens and closes by the session's times and the unit's settings.

    .. pii: who opened or paused a check-in.
    .. pii_types: id
    .. pii_retirement: retained
    """

    class State(models.TextChoices):
        AUTO = "auto", _("by the session's times")
        OPEN = "open", _("open")
        PAUSED = "paused", _("paused")
        CLOSED = "closed", _("closed")

    session = models.OneToOneField(
        Session, primary_key=True, on_delete=models.PROTECT, related_name="check_in_desk"
    )
    secret = models.CharField(max_length=64, help_text=_("32 random bytes in hexadecimal."))
    state = models.CharField(max_length=8, choices=State.choices, default=State.AUTO)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("check-in desk")
        verbose_name_plural = _("check-in desks")

    def __str__(self) -> str:
        return f"{self.session_id}: {self.state}"


class CheckInAttempt(models.Model):
    """One try of a learner to check in; refused ones are counted against guessing.

    ``device`` is a hash of a random number that the browser keeps, and of the session: it tells two
    devices at one session apart and follows nobody from one session to the next.

    .. pii: when and how a learner checked in.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    class Method(models.TextChoices):
        SCAN = "scan", _("scanned the code")
        TYPED = "typed", _("typed the code")
        PASS = "pass", _("showed their own code")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="check_ins")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blended_check_ins"
    )
    at = models.DateTimeField()
    method = models.CharField(max_length=8, choices=Method.choices)
    outcome = models.CharField(
        max_length=24, help_text=_("“accepted”, or the code of the refusal.")
    )
    device = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("attempt to check in")
        verbose_name_plural = _("attempts to check in")
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["session", "user", "at"], name="blended_check_in_of"),
            models.Index(fields=["session", "outcome", "at"], name="blended_check_in_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.session_id}: {self.outcome}"


class AbsenceNotice(models.Model):
    """A learner said beforehand that they cannot come; ``instead`` is where they will come.

    .. pii: why a learner cannot come, in their own words.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="absences")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blended_absences"
    )
    reason = models.TextField(blank=True)
    announced_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    instead = models.ForeignKey(
        Session, null=True, blank=True, on_delete=models.PROTECT, related_name="replacements"
    )

    class Meta:
        verbose_name = _("announced absence")
        verbose_name_plural = _("announced absences")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "user"], name="blended_absence_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.session_id}"


class Appeal(models.Model):
    """A learner says that what is recorded of them is wrong, and somebody answers.

    .. pii: what a learner and an instructor wrote about a record.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    class State(models.TextChoices):
        OPEN = "open", _("waits for an answer")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="appeals")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blended_appeals"
    )
    text = models.TextField()
    made_at = models.DateTimeField()
    request_key = models.CharField(
        max_length=REQUEST_KEY_LENGTH, null=True, blank=True, unique=True
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering: ClassVar = ["made_at", "id"]
        indexes: ClassVar = [
            models.Index(fields=["session", "user"], name="blended_appeal_of"),
            models.Index(fields=["session", "state"], name="blended_appeal_state"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.session_id}: {self.state}"
