"""Files with people's attendance: received piece by piece, read, settled, applied, taken back."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from blended_xblock.models.common import CODE_LENGTH, KEY_LENGTH, REQUEST_KEY_LENGTH
from blended_xblock.models.course import Session


class ImportBatch(models.Model):
    """One file of one session, so that what it changed can be undone as one.

    ``imported_by`` chose the file at ``imported_at``. ``problem`` says why it was refused, as a
    template and its parameters; ``remarks`` are such too, of a file that was read. ``mapping`` says
    what the columns of a table mean where somebody had to say it. ``revision`` is raised by every
    decision, so that what is applied is what was seen.

    .. pii: the name of a file that a person chose, what was odd about it, and who imported it.
    .. pii_types: id, name, other
    .. pii_retirement: local_api
    """

    class State(models.TextChoices):
        RECEIVING = "receiving", _("on its way")
        READING = "reading", _("being read")
        COLUMNS = "columns", _("columns to be named")
        READY = "ready", _("to be checked")
        REFUSED = "refused", _("not readable")
        APPLIED = "applied", _("applied")
        UNDONE = "undone", _("taken back")
        DISCARDED = "discarded", _("discarded")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="imports")
    state = models.CharField(max_length=12, choices=State.choices, default=State.RECEIVING)
    file_name = models.CharField(max_length=255)
    size = models.PositiveIntegerField(default=0, help_text=_("Bytes of the file."))
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    format = models.CharField(max_length=32, blank=True)
    request_key = models.CharField(
        max_length=REQUEST_KEY_LENGTH, null=True, blank=True, unique=True
    )
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    imported_at = models.DateTimeField(auto_now_add=True)
    progress = models.PositiveSmallIntegerField(default=0, help_text=_("Percent."))
    progress_at = models.DateTimeField(null=True, blank=True)
    problem = models.JSONField(default=dict, blank=True)
    remarks = models.JSONField(default=list, blank=True)
    mapping = models.JSONField(default=dict, blank=True)
    revision = models.PositiveIntegerField(default=0)
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes: ClassVar = [
            models.Index(fields=["session", "state"], name="blended_import_of_session")
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportPiece(models.Model):
    """A piece of a file that is not applied yet; with the last decision about it they are gone.

    They stand in the database, since a site's file storage may be open to everybody who knows an
    address.

    .. pii: a report with names, e-mail addresses and times, as a tool wrote it.
    .. pii_types: name, email_address, other
    .. pii_retirement: local_api
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        verbose_name = _("piece of a file")
        verbose_name_plural = _("pieces of files")
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "number"], name="blended_piece_once")
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.number}"


class ImportedSession(models.Model):
    """A session that a file covers; it is recorded there only where somebody chose so.

    ``opened_roll``: applying the file opened the roll, and it is open by that still.

    .. no_pii:
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="covered")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="covering")
    is_chosen = models.BooleanField(default=True)
    opened_roll = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("session of an import")
        verbose_name_plural = _("sessions of imports")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["batch", "session"], name="blended_imported_session_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} @ {self.session_id}"


class ImportedPerson(models.Model):
    """One person of a file: what it says of them, who they are found to be, what becomes of them.

    ``said`` holds stays and totals (``attendance.intake.stored``); ``why`` is the matching's word;
    ``matched`` is who that found for certain, ``suggestions`` are pairs of user id and score.
    ``user`` is who they are as things stand. ``decision`` is a person's: empty while nobody
    needs to decide or has. ``status`` was chosen by hand; ``overrules``: it stands against a mark
    made by hand. ``outcome`` is what applying did, empty before.

    .. pii: name, e-mail address and attendance of whoever a report names.
    .. pii_types: id, name, email_address, other
    .. pii_retirement: local_api
    """

    class Decision(models.TextChoices):
        NONE = "", _("none")
        LEARNER = "learner", _("a learner")
        GUEST = "guest", _("a guest")
        OUT = "out", _("left out")

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="people")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=255, blank=True)
    email = models.CharField(max_length=254, blank=True)
    account = models.CharField(max_length=255, blank=True)
    said = models.JSONField(default=dict)
    why = models.CharField(max_length=12)
    suggestions = models.JSONField(default=list, blank=True)
    matched = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    guest = models.ForeignKey(
        "Guest", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decision = models.CharField(
        max_length=8, choices=Decision.choices, default=Decision.NONE, blank=True
    )
    status = models.CharField(max_length=CODE_LENGTH, null=True, blank=True)  # noqa: DJ001
    overrules = models.BooleanField(default=False)
    outcome = models.CharField(max_length=12, blank=True)

    class Meta:
        verbose_name = _("person of an import")
        verbose_name_plural = _("people of imports")
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "number"], name="blended_imported_person_once")
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.number}"


class ImportAlias(models.Model):
    """Who somebody confirmed a name or an address of a report to be, remembered for a course.

    ``key`` is that of ``imports.matching.alias_keys``. A row is never changed: the newest of a key
    counts, so that with a file that is taken back goes what it said, and no more. ``user`` is None
    where two people turned out to bear the name, which then says nothing.

    .. pii: the name or e-mail address under which a learner took part.
    .. pii_types: id, name, email_address
    .. pii_retirement: local_api
    """

    course_key = models.CharField(max_length=KEY_LENGTH)
    key = models.CharField(max_length=255)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="blended_aliases",
    )
    batch = models.ForeignKey(
        ImportBatch, null=True, blank=True, on_delete=models.SET_NULL, related_name="aliases"
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    confirmed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("remembered name")
        verbose_name_plural = _("remembered names")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "key"], name="blended_alias_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["course_key", "key"], name="blended_alias_of_course")
        ]

    def __str__(self) -> str:
        return f"{self.course_key}: {self.user_id}"
