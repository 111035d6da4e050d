"""``manage.py lms blended_digest``: tell those who give a course what waits for them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from blended_xblock import api
from blended_xblock.messages.digest import DigestReport, send_digests


class Command(BaseCommand):
    """Sends today's digests; run it once a day, by cron. Again on the same day it sends no more."""

    help = (
        "Write to trainers and course staff what waits for them, and their sessions of the next "
        "24 hours: at most one message a day to each, and none where there is nothing to say. "
        "Files with attendance that nobody applied within a week are thrown away."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take course keys, or ``--all``."""
        parser.add_argument("courses", nargs="*", metavar="COURSE", help="a course key")
        parser.add_argument("--all", action="store_true", help="every course of this platform")
        parser.add_argument("--dry-run", action="store_true", help="say who would get what")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print one line for each course; go on after a message that cannot be sent."""
        if bool(options["courses"]) == options["all"]:
            raise CommandError("Name the courses, or say --all.")
        failed = 0
        dry_run = options["dry_run"]
        for report in send_digests(options["courses"] or None, dry_run=dry_run):
            if dry_run:
                self._show(report)
                continue
            self.stdout.write(
                f"{report.course_key}: {len(report.sent)} sent, {len(report.known)} had theirs, "
                f"{len(report.unwanted)} cannot get any, {len(report.failed)} failed"
            )
            failed += len(report.failed)
        if not dry_run and (files := api.throw_away_old_files()):
            self.stdout.write(f"{files} files that nobody applied within a week: thrown away")
        if failed:
            raise CommandError(f"{failed} failed; the log says why.", returncode=1)

    def _show(self, report: DigestReport) -> None:
        for name, message in zip(report.sent, report.messages, strict=True):
            self.stdout.write(f"{report.course_key}: to {name}: {message.subject}")
            for paragraph in message.paragraphs:
                self.stdout.write(paragraph)
            self.stdout.write("")
