"""The gates of a course in one row, and what its course team restricted gated blocks to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("blended_xblock", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CourseGate",
            fields=[
                ("course_key", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("gates", models.JSONField(default=dict)),
                ("compiled_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name": "gates of a course",
                "verbose_name_plural": "gates of courses",
            },
        ),
        migrations.AddField(
            model_name="gatedblock",
            name="restriction",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="Groups the course team restricted it to, by partition, ancestors' included.",
            ),
        ),
    ]
