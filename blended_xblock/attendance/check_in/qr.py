"""QR codes, drawn in one place for the screen, the sheet and the learner's own page."""

from __future__ import annotations

from io import BytesIO

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


def qr_svg(text: str, label: str) -> SafeString:
    """Return a QR code as an inline SVG that fills its box; ``label`` is what it is in words.

    Always dark on white with its quiet zone, whatever the page's colours: a camera wants it so.
    """
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", border=4, dark="#000", light="#fff", xmldecl=False, svgns=False,
        omitsize=True, svgclass="blended-qr", lineclass=None, nl=False,
    )  # fmt: skip
    # segno's own numbers and nothing of the text; the label is escaped here.
    drawing = out.getvalue().decode("ascii").replace("<svg ", "<svg aria-hidden='true' ", 1)
    return format_html(
        '<span class="blended-qr-frame" role="img" aria-label="{}">{}</span>',
        label,
        mark_safe(drawing),  # noqa: S308
    )
