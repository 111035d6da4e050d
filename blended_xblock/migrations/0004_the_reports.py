"""Reports of conferencing tools: files, the people they name, and who these were found to be."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("blended_xblock", "0003_the_room"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportAlias",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("course_key", models.CharField(max_length=255)),
                ("key", models.CharField(max_length=255)),
                ("confirmed_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "remembered name",
                "verbose_name_plural": "remembered names",
            },
        ),
        migrations.CreateModel(
            name="ImportedPerson",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("name", models.CharField(blank=True, max_length=255)),
                ("email", models.CharField(blank=True, max_length=254)),
                ("account", models.CharField(blank=True, max_length=255)),
                ("said", models.JSONField(default=dict)),
                ("why", models.CharField(max_length=12)),
                ("suggestions", models.JSONField(blank=True, default=list)),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "none"),
                            ("learner", "a learner"),
                            ("guest", "a guest"),
                            ("out", "left out"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("status", models.CharField(blank=True, max_length=3, null=True)),
                ("overrules", models.BooleanField(default=False)),
                ("outcome", models.CharField(blank=True, max_length=12)),
            ],
            options={
                "verbose_name": "person of an import",
                "verbose_name_plural": "people of imports",
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="ImportedSession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("is_chosen", models.BooleanField(default=True)),
            ],
            options={
                "verbose_name": "session of an import",
                "verbose_name_plural": "sessions of imports",
            },
        ),
        migrations.CreateModel(
            name="ImportPiece",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("data", models.BinaryField()),
            ],
            options={
                "verbose_name": "piece of a file",
                "verbose_name_plural": "pieces of files",
                "ordering": ["number"],
            },
        ),
        migrations.AddField(
            model_name="importbatch",
            name="applied_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="applied_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="mapping",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="problem",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="progress",
            field=models.PositiveSmallIntegerField(default=0, help_text="Percent."),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="progress_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="remarks",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="request_key",
            field=models.CharField(blank=True, max_length=64, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="revision",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="size",
            field=models.PositiveIntegerField(default=0, help_text="Bytes of the file."),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="state",
            field=models.CharField(
                choices=[
                    ("receiving", "on its way"),
                    ("reading", "being read"),
                    ("columns", "columns to be named"),
                    ("ready", "to be checked"),
                    ("refused", "not readable"),
                    ("applied", "applied"),
                    ("undone", "taken back"),
                    ("discarded", "discarded"),
                ],
                default="receiving",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="undone_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="importbatch",
            name="format",
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.AlterField(
            model_name="importbatch",
            name="sha256",
            field=models.CharField(blank=True, db_index=True, max_length=64),
        ),
        migrations.AddIndex(
            model_name="importbatch",
            index=models.Index(fields=["session", "state"], name="blended_import_of_session"),
        ),
        migrations.AddField(
            model_name="importalias",
            name="batch",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="aliases",
                to="blended_xblock.importbatch",
            ),
        ),
        migrations.AddField(
            model_name="importalias",
            name="confirmed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="importalias",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="blended_aliases",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="importedperson",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="people",
                to="blended_xblock.importbatch",
            ),
        ),
        migrations.AddField(
            model_name="importedperson",
            name="guest",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="blended_xblock.guest",
            ),
        ),
        migrations.AddField(
            model_name="importedperson",
            name="matched",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="importedperson",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="importedsession",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="covered",
                to="blended_xblock.importbatch",
            ),
        ),
        migrations.AddField(
            model_name="importedsession",
            name="session",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="covering",
                to="blended_xblock.session",
            ),
        ),
        migrations.AddField(
            model_name="importpiece",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="pieces",
                to="blended_xblock.importbatch",
            ),
        ),
        migrations.AddConstraint(
            model_name="importalias",
            constraint=models.UniqueConstraint(
                fields=("course_key", "key"), name="blended_alias_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="importedperson",
            constraint=models.UniqueConstraint(
                fields=("batch", "number"), name="blended_imported_person_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="importedsession",
            constraint=models.UniqueConstraint(
                fields=("batch", "session"), name="blended_imported_session_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="importpiece",
            constraint=models.UniqueConstraint(
                fields=("batch", "number"), name="blended_piece_once"
            ),
        ),
    ]
