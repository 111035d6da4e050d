"""Settings of the tests: the demo's, on the database that one variable names.

``BLENDED_TEST_DATABASE_URL`` is a URL such as ``mysql://user@/name?unix_socket=/run/x.sock``;
without it the tests run on SQLite in memory.
"""

import atexit
import os
import shutil
import tempfile
from typing import Any

import dj_database_url

# The demo keeps its key and its database in a folder; the tests must not meet somebody's demo.
if "BLENDED_XBLOCK_DATA_DIR" not in os.environ:
    os.environ["BLENDED_XBLOCK_DATA_DIR"] = tempfile.mkdtemp(prefix="blended-tests-")
    atexit.register(shutil.rmtree, os.environ["BLENDED_XBLOCK_DATA_DIR"], ignore_errors=True)

from blended_xblock.workbench.settings import *  # noqa: F403

_database: dict[str, Any] = {
    **dj_database_url.parse(os.environ.get("BLENDED_TEST_DATABASE_URL") or "sqlite://:memory:")
}
if _database["ENGINE"].endswith("mysql"):
    # Open edX runs MySQL with four-byte UTF-8; a name with an emoji must fit here too.
    _database.setdefault("OPTIONS", {}).setdefault("charset", "utf8mb4")
    _database["TEST"] = {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_general_ci"}
DATABASES = {"default": _database}

# Hashing a password slowly on purpose only costs the tests time.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
