#!/usr/bin/env python
"""Django's command line for a checkout: the demo and its database, without a platform."""

import os
import sys


def main() -> None:
    """Run one management command, by default with the demo's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "blended_xblock.workbench.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError as error:
        raise SystemExit(
            "Django is not installed in this Python. Run `make demo` or `make test`, which set up "
            "their own environment in .venv."
        ) from error
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
