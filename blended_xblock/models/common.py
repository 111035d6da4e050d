"""What the tables share: how long things are, and a constraint that every Django of ours knows."""

from __future__ import annotations

from typing import Any

import django
from django.db import models
from django.db.models import Q

KEY_LENGTH = 255
CODE_LENGTH = 3
REQUEST_KEY_LENGTH = 64


def check(name: str, condition: Q) -> models.CheckConstraint:
    """Return a constraint; Django 5.1 renamed the argument, and 4.2 knows the old name only."""
    argument = "condition" if django.VERSION >= (5, 1) else "check"
    arguments: dict[str, Any] = {"name": name, argument: condition}
    return models.CheckConstraint(**arguments)
