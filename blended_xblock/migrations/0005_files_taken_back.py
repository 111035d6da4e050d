"""What taking a file back needs to know: which rolls it opened, and what a name stood for before."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def _keep_the_newest(apps, schema_editor):
    """On the way back: a name stands for one person there, and not for nobody."""
    aliases = apps.get_model("blended_xblock", "ImportAlias").objects
    newest, gone = {}, []
    rows = aliases.order_by("pk").values_list("course_key", "key", "pk", "user")
    for course_key, key, pk, user_id in rows:
        if (course_key, key) in newest:
            gone.append(newest[course_key, key])
        newest[course_key, key] = pk
        if user_id is None:
            gone.append(pk)
    aliases.filter(pk__in=gone).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("blended_xblock", "0004_the_reports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="importalias", name="blended_alias_once"),
        migrations.AddField(
            model_name="importedsession",
            name="opened_roll",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="importalias",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="blended_aliases",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="importalias",
            index=models.Index(fields=["course_key", "key"], name="blended_alias_of_course"),
        ),
        migrations.AddConstraint(
            model_name="importalias",
            constraint=models.UniqueConstraint(fields=("batch", "key"), name="blended_alias_once"),
        ),
        # The last one here is the first on the way back: "user" is required there again.
        migrations.RunPython(migrations.RunPython.noop, _keep_the_newest),
    ]
