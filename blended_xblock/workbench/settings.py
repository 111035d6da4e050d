"""Settings of the campus: the workbench's, on this machine only, with nothing to configure."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import django
import sample_xblocks.basic
import workbench
from django.utils.translation import gettext_lazy as _

_PACKAGE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("BLENDED_XBLOCK_DATA_DIR") or Path.cwd() / ".demo")


def _secret_key() -> str:
    """Return the key of this data directory, made once; nobody else's sessions are valid here."""
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    place = DATA_DIR / "secret_key"
    try:
        with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return place.read_text(encoding="ascii").strip()


SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "waffle",
    # Completion tells the tracker of every change; without it the tracker does not exist.
    "eventtracking.django.apps.EventTrackingConfig",
    "completion",
    "submissions",
    "workbench",
    "blended_xblock.apps.BlendedXBlockConfig",
    "blended_xblock.workbench.apps.CampusConfig",
]
EVENT_TRACKING_ENABLED = True
EVENT_TRACKING_BACKENDS: dict[str, object] = {}

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "blended_xblock.workbench.middleware.LocalOnlyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
X_FRAME_OPTIONS = "SAMEORIGIN"
CSRF_FAILURE_VIEW = "blended_xblock.workbench.errors.csrf_failure"
CSRF_COOKIE_SAMESITE = SESSION_COOKIE_SAMESITE = "Lax"
# Cookies do not know ports: another site on this machine keeps its own sessions.
SESSION_COOKIE_NAME = "campus_session"

ROOT_URLCONF = "blended_xblock.workbench.urls"
LOGIN_URL = "campus_home"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [
            Path(sample_xblocks.basic.__file__).parent / "templates",
            Path(workbench.__file__).parent / "templates",
        ],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "django.template.context_processors.request",
                "django.template.context_processors.static",
                "django.template.context_processors.tz",
                "blended_xblock.workbench.context_processors.campus",
            ]
        },
    }
]

_SQLITE_OPTIONS: dict[str, object] = {"timeout": 20}
if django.VERSION >= (5, 1):
    # Readers and one writer at a time, without a writer being refused halfway.
    _SQLITE_OPTIONS |= {
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "demo.sqlite3",
        "OPTIONS": _SQLITE_OPTIONS,
    }
}
# Our own apps say theirs; other packages' migrations were made with this one.
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

STATIC_URL = "/static/"
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.AppDirectoriesFinder"]

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
if os.environ.get("BLENDED_XBLOCK_RTL"):
    # To look at pages from right to left; most texts stay English.
    LANGUAGES.append(("ar", _("Arabic")))
LOCALE_PATHS = [_PACKAGE_DIR / "locale"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": os.environ.get("BLENDED_XBLOCK_LOG", "WARNING")},
    # Django adds handlers of its own here, which would print twice.
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
    },
}

# Read by the workbench; the campus's runtime brings its own services.
WORKBENCH = {"reset_state_on_restart": False, "services": {}}
EXCLUDED_XBLOCKS: set[str] = set()

BLENDED_XBLOCK_HOST = "blended_xblock.hosts.workbench.WorkbenchHost"
