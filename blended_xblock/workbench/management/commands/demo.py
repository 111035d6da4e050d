"""`demo`: everything from an empty directory to a campus in the browser, with no question asked."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any
from wsgiref.simple_server import WSGIServer

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.utils import timezone

HOST = "127.0.0.1"
DEFAULT_PORT = 8000


class Command(BaseCommand):
    """Prepares the campus and serves it, on this machine only."""

    help = "Prepares the demonstration campus if needed and serves it on 127.0.0.1."
    # The database is made here: there is nothing to check before.
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port", type=int, default=DEFAULT_PORT, help="Port to serve on (default: 8000)."
        )
        parser.add_argument(
            "--reset",
            action="store_true",
            help="Wipe the demonstration's data and fill it again with dates around today; "
            "do not serve.",
        )
        parser.add_argument("--no-serve", action="store_true", help="Prepare the campus and stop.")
        parser.add_argument(
            "--seed-size",
            type=int,
            default=0,
            metavar="N",
            help="Add N generated learners when the campus is filled.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["reset"]:
            self._prepare(options["seed_size"], reset=True)
            self.stdout.write(
                f"Wiped the demonstration in {settings.DATA_DIR} and filled it again, with dates "
                "around today. Nothing is served: start it with `demo`."
            )
            return
        if options["no_serve"]:
            self._prepare(options["seed_size"])
            self.stdout.write(f"The demonstration is ready in {settings.DATA_DIR}.")
            return
        # The port is taken first: whoever cannot have it must not wait for the rest.
        server = self._bind(options["port"])
        try:
            self._prepare(options["seed_size"])
            self._announce(server.server_port)
            server.set_app(get_wsgi_application())
            server.serve_forever()
        except KeyboardInterrupt:
            self.stdout.write("\nStopped. What was done in the demonstration is kept.")
        finally:
            server.server_close()

    def _bind(self, port: int) -> WSGIServer:
        try:
            return ThreadedWSGIServer((HOST, port), _QuietHandler, ipv6=False)
        except (OSError, OverflowError) as error:
            raise CommandError(
                f"Port {port} on {HOST} cannot be used ({_why(error)}). Stop what is using it, or "
                f"choose another one: demo --port {port + 1 if port < 65535 else DEFAULT_PORT}"
            ) from None

    def _prepare(self, seed_size: int, *, reset: bool = False) -> None:
        from blended_xblock.workbench import seed

        if reset:
            seed.reset()
        else:
            seed.prepare_tables()
        if not seed.is_seeded():
            self.stdout.write("Filling the campus: a course, its people and their first week …")
            seed.seed(extra=seed_size)
        elif seed_size:
            self.stdout.write(
                "The campus has been filled before, so no learners were added. "
                f"To start over: demo --reset --seed-size {seed_size}"
            )

    def _announce(self, port: int) -> None:
        from blended_xblock.workbench.cards import get_personas

        self.stdout.write(f"\nThe campus is open at http://{HOST}:{port}/  (stop: Ctrl+C)\n\n")
        self.stdout.write("Whom you can be, with one click and no password:\n")
        for persona in get_personas():
            self.stdout.write(
                f"  {persona.name:<26} {persona.place.get_role_display():<14} {persona.sentence}"
            )
        if (stale := _days_since_last_session()) > 0:
            self.stdout.write(
                f"\nThe last session was {stale} days ago. `demo --reset` moves the dates to today."
            )
        self.stdout.flush()


class _QuietHandler(WSGIRequestHandler):
    """A log line for each picture helps nobody; what fails is still printed."""

    def log_message(self, format: str, *args: Any) -> None:
        if len(args) > 1 and str(args[1]).startswith("5"):
            super().log_message(format, *args)


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _days_since_last_session() -> int:
    from blended_xblock.models import Session

    last = Session.objects.order_by("-ends_at").first()
    return (timezone.now() - last.ends_at) // timedelta(days=1) if last else 0
