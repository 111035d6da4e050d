"""The roll in the room: bulk actions, conflicts, guests, check-in, absences, appeals, messages."""

import django
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Django 5.1 renamed the argument, and 4.2 knows the old name only.
_CHECK = "condition" if django.VERSION >= (5, 1) else "check"


def _forget_changes_of_guests(apps, schema_editor):
    """On the way back: an older history is of learners only, and there are no guests any more."""
    changes = apps.get_model("blended_xblock", "AttendanceChange").objects
    # Nothing points at these lines, so they need not be read before they go.
    changes.filter(user__isnull=True)._raw_delete(schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("blended_xblock", "0002_gates_of_courses"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MarkConflict",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("other", models.JSONField(default=dict)),
                ("other_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "conflict of marks",
                "verbose_name_plural": "conflicts of marks",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="SentMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=24)),
                ("request_key", models.CharField(max_length=64)),
                ("queued_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("error", models.CharField(blank=True, max_length=255)),
            ],
            options={
                "verbose_name": "message",
                "verbose_name_plural": "messages",
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="attendancechange",
            name="reason",
            field=models.TextField(
                blank=True, help_text="Why it was corrected, in the words of who did."
            ),
        ),
        migrations.AddField(
            model_name="attendancerecord",
            name="arrived_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="attendancerecord",
            name="left_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="attendancechange",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="blended_changes",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            name="AbsenceNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("announced_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "instead",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replacements",
                        to="blended_xblock.session",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="absences",
                        to="blended_xblock.session",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blended_absences",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "announced absence",
                "verbose_name_plural": "announced absences",
            },
        ),
        migrations.CreateModel(
            name="Appeal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField()),
                ("made_at", models.DateTimeField()),
                (
                    "request_key",
                    models.CharField(blank=True, max_length=64, null=True, unique=True),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "waits for an answer"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("answer", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
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
                        related_name="appeals",
                        to="blended_xblock.session",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blended_appeals",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "appeal",
                "verbose_name_plural": "appeals",
                "ordering": ["made_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="BulkAction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=16)),
                ("status", models.CharField(blank=True, max_length=3, null=True)),
                ("at", models.DateTimeField()),
                (
                    "request_key",
                    models.CharField(blank=True, max_length=64, null=True, unique=True),
                ),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
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
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bulk_actions",
                        to="blended_xblock.session",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "bulk action",
                "verbose_name_plural": "bulk actions",
                "ordering": ["-id"],
            },
        ),
        migrations.AddField(
            model_name="attendancechange",
            name="bulk",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="changes",
                to="blended_xblock.bulkaction",
            ),
        ),
        migrations.CreateModel(
            name="CheckInAttempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("scan", "scanned the code"),
                            ("typed", "typed the code"),
                            ("pass", "showed their own code"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        help_text="“accepted”, or the code of the refusal.", max_length=24
                    ),
                ),
                ("device", models.CharField(blank=True, max_length=64)),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="check_ins",
                        to="blended_xblock.session",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blended_check_ins",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "attempt to check in",
                "verbose_name_plural": "attempts to check in",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="CheckInDesk",
            fields=[
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="check_in_desk",
                        serialize=False,
                        to="blended_xblock.session",
                    ),
                ),
                (
                    "secret",
                    models.CharField(help_text="32 random bytes in hexadecimal.", max_length=64),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("auto", "by the session's times"),
                            ("open", "open"),
                            ("paused", "paused"),
                            ("closed", "closed"),
                        ],
                        default="auto",
                        max_length=8,
                    ),
                ),
                ("changed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "check-in desk",
                "verbose_name_plural": "check-in desks",
            },
        ),
        migrations.CreateModel(
            name="FailedJob",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                (
                    "digest",
                    models.CharField(help_text="SHA-256 of the arguments as JSON.", max_length=64),
                ),
                ("arguments", models.JSONField(default=list)),
                ("course_key", models.CharField(blank=True, db_index=True, max_length=255)),
                ("error", models.CharField(blank=True, max_length=255)),
                ("times", models.PositiveIntegerField(default=1)),
                ("failed_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "failed job",
                "verbose_name_plural": "failed jobs",
                "ordering": ["-failed_at"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("name", "digest"), name="blended_failed_job_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Guest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                ("email", models.EmailField(blank=True, max_length=254)),
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
                ("arrived_at", models.DateTimeField(blank=True, null=True)),
                ("left_at", models.DateTimeField(blank=True, null=True)),
                ("note", models.TextField(blank=True)),
                ("source", models.CharField(blank=True, max_length=16)),
                ("recorded_at", models.DateTimeField(blank=True, null=True)),
                ("revision", models.PositiveIntegerField(default=0)),
                ("added_at", models.DateTimeField()),
                (
                    "request_key",
                    models.CharField(blank=True, max_length=64, null=True, unique=True),
                ),
                ("linked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "link_added",
                    models.BooleanField(
                        default=False,
                        help_text="The link put the learner on the roll; undoing it takes them off.",
                    ),
                ),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "added_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "link_change",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="blended_xblock.attendancechange",
                    ),
                ),
                (
                    "linked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                    "removed_by",
                    models.ForeignKey(
                        blank=True,
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
                        related_name="guests",
                        to="blended_xblock.session",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="blended_visits",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "guest",
                "verbose_name_plural": "guests",
                "ordering": ["name", "id"],
            },
        ),
        migrations.AddField(
            model_name="attendancechange",
            name="guest",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="changes",
                to="blended_xblock.guest",
            ),
        ),
        migrations.AddConstraint(
            model_name="attendancechange",
            constraint=models.CheckConstraint(
                **{
                    _CHECK: models.Q(
                        ("user__isnull", True), ("guest__isnull", True), _connector="OR"
                    )
                },
                name="blended_change_of_one",
            ),
        ),
        migrations.AddField(
            model_name="markconflict",
            name="change",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="conflict",
                to="blended_xblock.attendancechange",
            ),
        ),
        migrations.AddField(
            model_name="markconflict",
            name="other_actor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="markconflict",
            name="session",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="conflicts",
                to="blended_xblock.session",
            ),
        ),
        migrations.AddField(
            model_name="markconflict",
            name="settled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="markconflict",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="blended_conflicts",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="sentmessage",
            name="sent_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="sentmessage",
            name="session",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="blended_xblock.session",
            ),
        ),
        migrations.AddField(
            model_name="sentmessage",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="blended_messages",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="absencenotice",
            constraint=models.UniqueConstraint(
                fields=("session", "user"), name="blended_absence_once"
            ),
        ),
        migrations.AddIndex(
            model_name="appeal",
            index=models.Index(fields=["session", "user"], name="blended_appeal_of"),
        ),
        migrations.AddIndex(
            model_name="appeal",
            index=models.Index(fields=["session", "state"], name="blended_appeal_state"),
        ),
        migrations.AddIndex(
            model_name="checkinattempt",
            index=models.Index(fields=["session", "user", "at"], name="blended_check_in_of"),
        ),
        migrations.AddIndex(
            model_name="checkinattempt",
            index=models.Index(
                fields=["session", "outcome", "at"], name="blended_check_in_outcome"
            ),
        ),
        migrations.AddIndex(
            model_name="markconflict",
            index=models.Index(fields=["session", "settled_at"], name="blended_conflict_open"),
        ),
        migrations.AddIndex(
            model_name="sentmessage",
            index=models.Index(fields=["session", "kind"], name="blended_message_of_session"),
        ),
        migrations.AddConstraint(
            model_name="sentmessage",
            constraint=models.UniqueConstraint(
                fields=("kind", "request_key", "user"), name="blended_message_once"
            ),
        ),
        # The last one here is the first on the way back: "user" is required there again.
        migrations.RunPython(migrations.RunPython.noop, _forget_changes_of_guests),
    ]
