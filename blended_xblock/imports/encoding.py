"""Bytes → text: what tools and spreadsheets write, or a refusal; never a guess that alters names.

UTF-16 is told by its byte order mark or, without one, by where its zero bytes stand. What is not
UTF-8 is one of the two code pages that spreadsheets of Western and Central Europe write.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from blended_xblock.design.problems import mark as _
from blended_xblock.imports.report import RefusedReportError

MOST_BYTES: Final = 50 * 1024 * 1024
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DAMAGED: Final = _("The text of the file is damaged. Export the report again.")
_PICTURE: Final = _("This is a picture, not a report. Export the report as CSV.")
_OTHER_KINDS: Final = (
    (b"%PDF", _("This is a PDF, not a report. Export the report as CSV.")),
    (b"\x89PNG", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF8", _PICTURE),
    (b"RIFF", _PICTURE),
    (b"\x1f\x8b", _("This is an archive. Unpack it, and choose the report that is in it.")),
    (b"7z\xbc\xaf", _("This is an archive. Unpack it, and choose the report that is in it.")),
    (b"Rar!", _("This is an archive. Unpack it, and choose the report that is in it.")),
    (b"{\\rtf", _("This is a text document, not a report. Export the report as CSV.")),
)
_LOOKED_AT: Final = 4096
# Letters of Central Europe that Windows' Western code page shows as signs: ą ł Ł Ż ľ ż.
_SIGNS_IN_WORDS: Final = re.compile(r"\w[¹³¯¾¿]|[¹³¯¾]\w|£[^\W\d]|¥[^\W\d]")
# And those that it shows as letters, where no Western language has them: "Œwiêtek", "Zieliñski",
# "KuŸma", "Popoviæ", "Ziêba", "Dvoøák" are Świętek, Zieliński, Kuźma, Popović, Zięba, Dvořák.
_LETTERS_IN_WORDS: Final = re.compile(
    r"[a-zà-ÿ]Ÿ|[aeiouyêó]œ|œæ|Œ[wlm]|ñ[bcdfghjklmnpqrstvwxz]|ieñ\b|iæ\b|ê[bd]|iê[cgkjz]"
    r"|ø[áéíý]|[áéíý]ø"
)
# Letters that neither shows like this: a Macintosh wrote "Chloé".
_OTHER_PAGE: Final = re.compile(r"[a-zà-ÿ][ŽŠ](?![A-ZÀ-Þ])")
_SEQUENCE: Final = re.compile(
    rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)


def check_size(data: bytes) -> None:
    """Raise RefusedReportError for a file that is too large to be looked at."""
    if len(data) > MOST_BYTES:
        raise RefusedReportError(
            _("The file has %(size)d MB; at most %(limit)d MB can be read."),
            size=len(data) // (1024 * 1024),
            limit=MOST_BYTES // (1024 * 1024),
        )


def decode(data: bytes) -> str:
    """Return the text of a file, without byte order mark.

    Raises RefusedReportError for what is too large, empty, another kind of file, or text in several
    encodings at once.
    """
    check_size(data)
    if not data.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise RefusedReportError(_("The file is empty."))
    for start, sentence in _OTHER_KINDS:
        if data.startswith(start):
            raise RefusedReportError(sentence)
    text = _decode(data)
    if "\0" in text or "\ufffe" in text:
        raise RefusedReportError(_("This is not a text file. Export the report as CSV."))
    if text.lstrip()[:5] == "<?xml":
        raise RefusedReportError(
            _(
                "This is an XML file, not a report. Save it as an Excel workbook (.xlsx) or export "
                "the report as CSV."
            )
        )
    if text.lstrip()[:1] == "<":
        raise RefusedReportError(
            _("This is a web page, not a report. Export the report as CSV instead of saving it.")
        )
    return text


def _decode(data: bytes) -> str:
    for start, name in _MARKS:
        if data.startswith(start):
            return _strictly(data, name)
    order = _order_of_zeros(data[:_LOOKED_AT])
    if order:
        return _strictly(data, order)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _code_page(data)


def _strictly(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        raise RefusedReportError(_DAMAGED) from error


def _order_of_zeros(start: bytes) -> str:
    """Return the UTF-16 of a text without a mark: its Latin letters have a zero byte each."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    half = max(1, len(start) // 2)
    if odd > 0.25 * half and even < 0.02 * half:
        return "utf-16-le"
    if even > 0.25 * half and odd < 0.02 * half:
        return "utf-16-be"
    return ""


def _code_page(data: bytes) -> str:
    pieces = len(_SEQUENCE.findall(data))
    alone = sum(1 for byte in _SEQUENCE.sub(b"", data) if byte >= 0x80)
    if pieces and pieces * 2 >= alone:
        raise RefusedReportError(
            _(
                "The file mixes two encodings, so names would come out wrong. "
                "Export the report again and do not join files."
            )
        )
    western = data.decode("cp1252", errors="replace")
    central = data.decode("cp1250", errors="replace")
    if _OTHER_PAGE.search(western):
        raise RefusedReportError(_DAMAGED)
    is_central = _SIGNS_IN_WORDS.search(western) or _LETTERS_IN_WORDS.search(western)
    if "\ufffd" in western or is_central:
        if "\ufffd" not in central:
            return central
        if "\ufffd" in western:
            raise RefusedReportError(_("This is not a text file. Export the report as CSV."))
    return western
