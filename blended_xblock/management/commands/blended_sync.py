"""``manage.py cms blended_sync``: bring the tables in line with the published courses again."""

from __future__ import annotations

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from blended_xblock import jobs
from blended_xblock.gate.standing import learners_changed
from blended_xblock.hosts import get_host
from blended_xblock.models import BlendedUnit, Standing
from blended_xblock.publishing import sync_course
from blended_xblock.tasks import sync_course_again

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Syncs some courses, or all that have blended units; goes on after one that fails."""

    help = (
        "Compile the blended units of published courses again, and decide again about each of "
        "their learners. Nothing recorded is lost."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take course keys, or ``--all``."""
        parser.add_argument("courses", nargs="*", metavar="COURSE", help="a course key")
        parser.add_argument("--all", action="store_true", help="every course of this platform")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print one line for each course, and what its course team should know."""
        if bool(options["courses"]) == options["all"]:
            raise CommandError("Name the courses, or say --all.")
        failed = 0
        for course_key in options["courses"] or get_host().course_keys():
            try:
                self._sync(course_key, is_named=not options["all"])
            except Exception as error:
                log.exception("The sync of %s failed.", course_key)
                self.stderr.write(f"{course_key}: failed: {error}")
                failed += 1
        if failed:
            raise CommandError(f"{failed} failed.", returncode=1)

    def _sync(self, course_key: str, *, is_named: bool) -> None:
        host = get_host()
        if not host.has_units(course_key) and not (
            BlendedUnit.objects.filter(course_key=course_key).exists()
        ):
            if is_named:
                self.stdout.write(f"{course_key}: no blended units")
            return
        report = sync_course(course_key)
        jobs.settle_course(sync_course_again.name, course_key)
        # A publish decides where the course changed; this is for what nobody told us too.
        learners = {learner.user_id for learner in host.learners(course_key)}
        known = Standing.objects.filter(unit__course_key=course_key)
        learners_changed(course_key, learners.union(known.values_list("user_id", flat=True)))
        self.stdout.write(
            f"{course_key}: {report.units} units, {report.sessions} sessions "
            f"({report.drafts} to confirm, {report.removed} removed), {report.gated} gated blocks"
        )
        for warning in report.warnings:
            self.stdout.write(f"  {warning}")
