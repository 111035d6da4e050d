"""``manage.py lms blended_results``: publish scores and completions again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from blended_xblock import jobs
from blended_xblock.models import BlendedUnit, Standing
from blended_xblock.results.publish import publish_results
from blended_xblock.tasks import CHUNK
from blended_xblock.tasks import publish_results as task


class Command(BaseCommand):
    """Publishes what is true now, in this process; for when the broker or the worker was away."""

    help = "Publish the scores and completions of blended units again, as they are now."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take course keys, or ``--all``."""
        parser.add_argument("courses", nargs="*", metavar="COURSE", help="a course key")
        parser.add_argument("--all", action="store_true", help="every course of this platform")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print one line for each unit; go on after a learner whose result cannot be published."""
        if bool(options["courses"]) == options["all"]:
            raise CommandError("Name the courses, or say --all.")
        units = BlendedUnit.objects.filter(is_active=True).order_by("course_key", "pk")
        if options["courses"]:
            units = units.filter(course_key__in=options["courses"])
            for course_key in sorted({*options["courses"]} - {unit.course_key for unit in units}):
                self.stdout.write(f"{course_key}: no blended units")
        failed, broken = 0, set[str]()
        for unit in units:
            users = list(
                Standing.objects.filter(unit=unit).order_by("pk").values_list("user_id", flat=True)
            )
            undone = [
                user_id
                for start in range(0, len(users), CHUNK)
                for user_id in publish_results(unit.pk, users[start : start + CHUNK])
            ]
            self.stdout.write(f"{unit}: {len(users) - len(undone)} of {len(users)} published")
            failed += len(undone)
            broken.update({unit.course_key} if undone else ())
        for course_key in {unit.course_key for unit in units} - broken:
            jobs.settle_course(task.name, course_key)
        if failed:
            raise CommandError(f"{failed} failed; the log says why.", returncode=1)
