"""Packaging: what the platform must have, and what only the demo and the tests need."""

import os
import re
from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).resolve().parent
PACKAGE = ROOT / "blended_xblock"

# XBlock's resource loader, Django's finders and the i18n service want these inside the package;
# the real folders stand at the top of the repository and links in the package lead to them.
ASSETS = ("static", "templates", "translations", "locale")

# Both lead to one folder: each ships the domain that its reader asks for, and no second copy.
UNREAD = {"translations": "django.", "locale": "text."}

LOST_ASSETS = """\
blended_xblock/{name} is {state}.
It is a link to a folder at the top of the repository; without it the package would be built
without its assets. To get it back, in the checkout:
    git config core.symlinks true
    git checkout -- blended_xblock/{name}
On Windows turn on "Developer mode" first, or build from the sdist, where it is a real folder.\
"""


def refuse_without_assets() -> None:
    """Stop before a wheel is built that misses its assets: nothing else would notice."""
    for name in ASSETS:
        path = PACKAGE / name
        if path.is_dir():
            continue
        if path.is_file():
            state = "a plain file (this checkout lost its symbolic links)"
        elif path.is_symlink():
            state = f"a link that leads nowhere ({os.readlink(path)})"
        else:
            state = "missing"
        raise SystemExit(LOST_ASSETS.format(name=name, state=state))


def asset_files() -> list[str]:
    """List every file of the asset folders, relative to the package, through the links."""
    return sorted(
        str(Path(folder, name).relative_to(PACKAGE))
        for asset in ASSETS
        for folder, _, names in os.walk(PACKAGE / asset, followlinks=True)
        for name in names
        if not name.startswith((".", UNREAD.get(asset, ".")))
    )


def version() -> str:
    """Read ``__version__`` without importing the package, whose dependencies may be absent."""
    text = (PACKAGE / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    if not found:
        raise SystemExit("blended_xblock/__init__.py does not say __version__.")
    return found[1]


refuse_without_assets()

setup(
    name="blended_xblock",
    version=version(),
    description="Blended learning for Open edX: prework, live sessions, and follow-up that opens "
    "to those who took part.",
    long_description=(ROOT / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="AGPL-3.0-only",
    license_files=["LICENSE"],
    keywords="openedx xblock blended-learning flipped-classroom attendance",
    classifiers=[
        "Development Status :: 4 - Beta",
        "Environment :: Web Environment",
        "Framework :: Django",
        "Framework :: Django :: 4.2",
        "Framework :: Django :: 5.2",
        "Intended Audience :: Education",
        "Natural Language :: English",
        "Natural Language :: French",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Topic :: Education",
    ],
    python_requires=">=3.11",
    packages=find_packages(include=["blended_xblock", "blended_xblock.*"]),
    package_data={"blended_xblock": [*asset_files(), "workbench/olx/*"]},
    zip_safe=False,
    # Nothing here may push the platform's own pins up: it ships lxml 5.3.2, and icalendar 6 or 7.
    install_requires=[
        "Django>=4.2,<6",
        "XBlock>=5.2,<7",
        "celery>=5,<6",
        "edx-django-utils",
        "edx-opaque-keys",
        "icalendar>=6,<8",
        "lxml>=5,<7",
        # Workbooks, read and written; all that it needs is pure Python.
        "openpyxl>=3.1,<4",
        "python-dateutil>=2.8.2,<3",
        # How alike two names are, among thousands: compiled, and free of what it needs itself.
        "rapidfuzz>=3,<4",
        # QR codes of the check-in.
        "segno>=1.6,<2",
        # Time zones are what course teams type; a slim image has no zone database of its own.
        "tzdata",
        "web-fragments",
    ],
    # There is no constraints file: what can break a run by itself (formatters and checkers) is
    # pinned in "quality", while the libraries must be tested as an operator's pip resolves them.
    extras_require={
        "demo": [
            "XBlock[django]",
            "edx-completion",
            "edx-submissions",
            # XBlock's `fs` still imports pkg_resources, which setuptools 82 dropped.
            "setuptools<82",
            "xblock-drag-and-drop-v2",
            "xblock-sdk",
        ],
        "test": [
            "axe-playwright-python",
            "dj-database-url>=2.1",
            # The platform sends by it; here our templates are rendered with it.
            "edx-ace",
            "factory-boy",
            "freezegun",
            "gunicorn",
            "hypothesis",
            "pillow",
            "playwright",
            "pypdf",
            "pytest>=8",
            "pytest-cov",
            "pytest-django",
            "pytest-xdist",
            "redis",
            "zxing-cpp",
        ],
        "mariadb": ["mysqlclient"],
        "quality": [
            "code-annotations~=2.3",
            "django-stubs~=6.1.0",
            "djlint==1.49.10",
            "import-linter~=2.16",
            "lxml-stubs",
            "mypy~=2.4.0",
            "ruff~=0.17.6",
        ],
        "package": ["build", "tox>=4.20", "twine>=6.1"],
    },
    entry_points={
        "xblock.v1": ["blended_unit = blended_xblock.block:BlendedUnitBlock"],
        "openedx.user_partition_scheme": [
            "blended_unit = blended_xblock.gate.partitions:BlendedPartitionScheme"
        ],
        "openedx.dynamic_partition_generator": [
            "blended_unit = blended_xblock.gate.partitions:blended_partitions"
        ],
        "openedx.block_structure_transformer": [
            "blended_gate = blended_xblock.gate.transformer:BlendedGateTransformer"
        ],
        "lms.djangoapp": ["blended_xblock = blended_xblock.apps:BlendedXBlockConfig"],
        "cms.djangoapp": ["blended_xblock = blended_xblock.apps:BlendedXBlockConfig"],
    },
)
