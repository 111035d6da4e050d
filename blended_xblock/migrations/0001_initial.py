"""The tables of the first version."""

import uuid

import django
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Django 5.1 renamed the argument; 4.2 knows the old name only.
_CHECK = "condition" if django.VERSION >= (5, 1) else "check"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BlendedUnit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("usage_key", models.CharField(max_length=255, unique=True)),
                ("course_key", models.CharField(db_index=True, max_length=255)),
                ("title", models.CharField(max_length=255)),
                (
                    "partition_id",
                    models.PositiveIntegerField(
                        help_text="Names this unit to the platform's access checks. Never changes."
                    ),
                ),
                ("weight", models.FloatField(default=1.0)),
                ("design", models.JSONField(default=dict)),
                ("digest", models.CharField(blank=True, max_length=64)),
                (
                    "retired_statuses",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Statuses the course team withdrew; records with one keep its meaning.",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="False when the block is no longer published: no gate then.",
                    ),
                ),
                ("synced_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name": "blended unit",
                "verbose_name_plural": "blended units",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("course_key", "partition_id"), name="blended_unit_partition"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("design_id", models.CharField(db_index=True, max_length=36)),
                ("occurrence", models.CharField(blank=True, max_length=255)),
                ("title", models.CharField(max_length=255)),
                ("starts_at", models.DateTimeField(db_index=True)),
                ("ends_at", models.DateTimeField()),
                ("timezone", models.CharField(max_length=64)),
                ("mode", models.CharField(max_length=16)),
                ("venue", models.CharField(blank=True, max_length=255)),
                ("address", models.TextField(blank=True)),
                ("join_url", models.TextField(blank=True)),
                ("capacity", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "audience",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Names of the cohorts expected; empty: everyone.",
                    ),
                ),
                (
                    "revision",
                    models.PositiveIntegerField(
                        default=0, help_text="Raised when the calendar entry changes."
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft: dates to be confirmed"),
                            ("scheduled", "scheduled"),
                            ("cancelled", "cancelled"),
                            ("removed", "removed from the course"),
                        ],
                        default="scheduled",
                        max_length=12,
                    ),
                ),
                (
                    "roll_state",
                    models.CharField(
                        choices=[
                            ("not_opened", "not opened"),
                            ("open", "open"),
                            ("closed", "closed"),
                        ],
                        default="not_opened",
                        max_length=12,
                    ),
                ),
                ("roll_opened_at", models.DateTimeField(blank=True, null=True)),
                ("roll_closed_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "roll_closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "roll_opened_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="blended_xblock.blendedunit",
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "ordering": ["starts_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Registration",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("registered", "registered"),
                            ("waitlisted", "on the waiting list"),
                            ("cancelled", "cancelled"),
                        ],
                        max_length=12,
                    ),
                ),
                ("queued_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blended_registrations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="registrations",
                        to="blended_xblock.session",
                    ),
                ),
            ],
            options={
                "verbose_name": "registration",
                "verbose_name_plural": "registrations",
                "ordering": ["queued_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="ImportBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("file_name", models.CharField(max_length=255)),
                ("sha256", models.CharField(db_index=True, max_length=64)),
                ("format", models.CharField(max_length=32)),
                ("imported_at", models.DateTimeField(auto_now_add=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "imported_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imports",
                        to="blended_xblock.session",
                    ),
                ),
            ],
            options={
                "verbose_name": "import",
                "verbose_name_plural": "imports",
            },
        ),
        migrations.CreateModel(
            name="AttendanceRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "is_expected",
                    models.BooleanField(
                        default=True,
                        help_text="False for somebody who came without being on the roster.",
                    ),
                ),
                ("status", models.CharField(blank=True, max_length=3, null=True)),
                ("minutes", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "modality",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("room", "in the room"),
                            ("remote", "online"),
                            ("recording", "from the recording"),
                        ],
                        max_length=12,
                    ),
                ),
                ("note", models.TextField(blank=True)),
                ("source", models.CharField(blank=True, max_length=16)),
                ("recorded_at", models.DateTimeField(blank=True, null=True)),
                ("revision", models.PositiveIntegerField(default=0)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blended_records",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="records",
                        to="blended_xblock.session",
                    ),
                ),
            ],
            options={
                "verbose_name": "attendance record",
                "verbose_name_plural": "attendance records",
            },
        ),
        migrations.CreateModel(
            name="AttendanceChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("source", models.CharField(max_length=16)),
                (
                    "at",
                    models.DateTimeField(
                        help_text="When the mark was made, on the device it was made on."
                    ),
                ),
                ("received_at", models.DateTimeField(help_text="When the server recorded it.")),
                (
                    "request_key",
                    models.CharField(blank=True, max_length=64, null=True, unique=True),
                ),
                ("is_applied", models.BooleanField(default=True)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blended_changes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="blended_xblock.importbatch",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="blended_xblock.session",
                    ),
                ),
            ],
            options={
                "verbose_name": "attendance change",
                "verbose_name_plural": "attendance changes",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="SessionFeedback",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rating", models.PositiveSmallIntegerField()),
                ("comment", models.TextField(blank=True)),
                ("was_prepared", models.BooleanField(null=True)),
                ("given_at", models.DateTimeField()),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feedback",
                        to="blended_xblock.session",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blended_feedback",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "session feedback",
                "verbose_name_plural": "session feedback",
            },
        ),
        migrations.CreateModel(
            name="SessionTrainer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("invited_at", models.DateTimeField(auto_now_add=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "invited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="trainers",
                        to="blended_xblock.session",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blended_invitations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "invited trainer",
                "verbose_name_plural": "invited trainers",
            },
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("is_met", models.BooleanField(default=False)),
                ("is_waived", models.BooleanField(default=False)),
                (
                    "counted_from",
                    models.DateTimeField(
                        blank=True,
                        help_text="End of the session with which the rule was met.",
                        null=True,
                    ),
                ),
                (
                    "pending_from",
                    models.DateTimeField(
                        blank=True,
                        help_text="From then on an unmarked session may decide.",
                        null=True,
                    ),
                ),
                (
                    "openings",
                    models.JSONField(
                        default=list,
                        help_text="From when, and counted from which session, follow-ups open.",
                    ),
                ),
                (
                    "zone",
                    models.CharField(
                        default="UTC",
                        help_text="Zone of the session that decided, or may yet.",
                        max_length=64,
                    ),
                ),
                ("figures", models.JSONField(default=dict)),
                ("updated_at", models.DateTimeField()),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="standings",
                        to="blended_xblock.blendedunit",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blended_standings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "standing",
                "verbose_name_plural": "standings",
            },
        ),
        migrations.CreateModel(
            name="Waiver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField()),
                ("granted_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "granted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waivers",
                        to="blended_xblock.blendedunit",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blended_waivers",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "waiver",
                "verbose_name_plural": "waivers",
                "ordering": ["-granted_at"],
            },
        ),
        migrations.CreateModel(
            name="GatedBlock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("usage_key", models.CharField(db_index=True, max_length=255)),
                ("delay_days", models.PositiveIntegerField(default=0)),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gated_blocks",
                        to="blended_xblock.blendedunit",
                    ),
                ),
            ],
            options={
                "verbose_name": "gated block",
                "verbose_name_plural": "gated blocks",
                "constraints": [
                    models.UniqueConstraint(fields=("unit", "usage_key"), name="blended_gated_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="LinkedBlock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("prework", "prework"),
                            ("follow_up", "follow-up"),
                            ("make_up", "make-up"),
                        ],
                        max_length=12,
                    ),
                ),
                ("link", models.CharField(help_text="type@id, as in the design.", max_length=255)),
                (
                    "usage_key",
                    models.CharField(
                        blank=True, help_text="Empty when the link leads nowhere.", max_length=255
                    ),
                ),
                ("order", models.PositiveIntegerField()),
                ("title", models.CharField(blank=True, max_length=255)),
                (
                    "days",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Delay of a follow-up; deadline of a make-up.",
                        null=True,
                    ),
                ),
                (
                    "leaves",
                    models.JSONField(
                        default=list, help_text="Usage keys of what can be completed below it."
                    ),
                ),
                ("is_graded", models.BooleanField(default=False)),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="blended_xblock.blendedunit",
                    ),
                ),
            ],
            options={
                "verbose_name": "linked block",
                "verbose_name_plural": "linked blocks",
                "ordering": ["unit", "role", "order"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("unit", "role", "link"), name="blended_link_once"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(
                fields=("unit", "design_id"), name="blended_session_design_id"
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                **{_CHECK: models.Q(("ends_at__gt", models.F("starts_at")))},
                name="blended_session_end_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.UniqueConstraint(
                fields=("session", "user"), name="blended_registration_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="attendancerecord",
            constraint=models.UniqueConstraint(
                fields=("session", "user"), name="blended_record_once"
            ),
        ),
        migrations.AddIndex(
            model_name="attendancechange",
            index=models.Index(fields=["session", "user"], name="blended_change_of_record"),
        ),
        migrations.AddConstraint(
            model_name="sessionfeedback",
            constraint=models.UniqueConstraint(
                fields=("session", "user"), name="blended_feedback_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="sessionfeedback",
            constraint=models.CheckConstraint(
                **{_CHECK: models.Q(("rating__gte", 1), ("rating__lte", 5))},
                name="blended_feedback_rating",
            ),
        ),
        migrations.AddConstraint(
            model_name="sessiontrainer",
            constraint=models.UniqueConstraint(
                fields=("session", "user"), name="blended_session_trainer"
            ),
        ),
        migrations.AddConstraint(
            model_name="standing",
            constraint=models.UniqueConstraint(
                fields=("unit", "user"), name="blended_standing_once"
            ),
        ),
        migrations.AddIndex(
            model_name="waiver",
            index=models.Index(fields=["unit", "user"], name="blended_waiver_of"),
        ),
    ]
