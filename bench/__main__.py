"""Measure on a database of its own, print the table, fail where a budget of queries is exceeded.

``BLENDED_TEST_DATABASE_URL`` names the database server as for the tests; SQLite in memory without.
"""

from __future__ import annotations

import os
import sys


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from django.test.utils import setup_databases, teardown_databases

    from bench.run import measure, over_budget, table

    databases = setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
    try:
        lines = measure()
    finally:
        teardown_databases(databases, verbosity=0)
    print(table(lines))
    return 1 if over_budget(lines) else 0


if __name__ == "__main__":
    sys.exit(main())
