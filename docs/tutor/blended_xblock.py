"""Tutor plugin: blended_xblock in the image of the LMS and Studio, its tables, its queue.

Tried with Tutor 21.0.9 (Ulmo) and Tutor 22.0.3 (Verawood): enabled, and what they rendered read.

    cp blended_xblock.py "$(tutor plugins printroot)/"
    tutor plugins enable blended_xblock
    tutor config save --set BLENDED_XBLOCK_REQUIREMENT="blended_xblock @ https://…/….whl"
    tutor images build openedx
    tutor local launch

Configuration (``tutor config save --set NAME=value``):

- ``BLENDED_XBLOCK_REQUIREMENT``: what pip installs: a name, ``name==version``, ``name @`` and the
  address of a wheel, or ``git+https://…``. A checkout that is mounted replaces it (``tutor mounts
  add ./blended_xblock``; its folder must have this name).
- ``BLENDED_XBLOCK_RESULTS_QUEUE``: the Celery queue of the plugin's tasks; by default that of the
  LMS worker, for tasks that Studio begins too. Empty: each service uses its own.

The settings of the gate need no patch: the plugin's package adds them to the LMS by itself.
"""

from tutor import hooks

hooks.Filters.CONFIG_DEFAULTS.add_items(
    [
        ("BLENDED_XBLOCK_REQUIREMENT", "blended_xblock"),
        ("BLENDED_XBLOCK_RESULTS_QUEUE", "edx.lms.core.default"),
    ]
)

# Tutor itself mounts and installs a checkout whose folder has "xblock" in its name.
DOCKERFILE = """\
{% if "blended_xblock" not in iter_mounted_directories(MOUNTS, "openedx") %}
RUN --mount=type=cache,target=/openedx/.cache/pip,sharing=shared \\
    $PIP_COMMAND install '{{ BLENDED_XBLOCK_REQUIREMENT }}'
{% endif %}"""

SETTINGS = """\
{% if BLENDED_XBLOCK_RESULTS_QUEUE %}
BLENDED_XBLOCK_RESULTS_QUEUE = "{{ BLENDED_XBLOCK_RESULTS_QUEUE }}"
{% endif %}"""

hooks.Filters.ENV_PATCHES.add_items(
    [
        ("openedx-dockerfile-post-python-requirements", DOCKERFILE),
        ("openedx-common-settings", SETTINGS),
    ]
)

# `tutor local do init --limit=blended_xblock` runs these alone, as after an upgrade. A check that
# finds an error stops it.
hooks.Filters.CLI_DO_INIT_TASKS.add_items(
    [
        (
            "lms",
            "./manage.py lms migrate blended_xblock && ./manage.py lms check --tag blended_xblock",
        ),
        ("cms", "./manage.py cms check --tag blended_xblock"),
    ]
)
