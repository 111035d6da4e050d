"""A workbook's archive as a stranger packed it: no library sees a part of it before it is checked.

Sizes that the archive declares are looked at, and what comes out is counted all the same. openpyxl
keeps a whole row as a tree, and all that stands around the rows: how much that is, is bounded here.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NoReturn
from xml.parsers import expat

from openpyxl.xml.constants import SHEET_MAIN_NS

from blended_xblock.design.problems import mark as _
from blended_xblock.imports.report import RefusedReportError
from blended_xblock.imports.tables import too_large

MOST_ENTRIES: Final = 2_000
MOST_UNPACKED: Final = 150 * 1024 * 1024
"""Of all XML that is read, in bytes."""
MOST_RATIO: Final = 400
"""How much larger the archive may be unpacked: XML of tables is 10 to 60 times as large."""

_SMALL: Final = 10 * 1024 * 1024
"""Unpacked, this is no bomb, whatever its ratio."""
_PIECE: Final = 1 << 16
_DEEPEST: Final = 64
_ENCRYPTED: Final = 0x1
_MOST_EVENTS: Final = 4_000_000
"""Elements of all parts together: more than a million cells."""
_FREED: Final = {"worksheet": ("row", 3), "sst": ("si", 1)}
"""Rows, and texts that cells share: openpyxl does away with each of them before the next.

With how deep they are where their texts are not made of pieces, of which it makes objects.
"""
_MOST_FREED: Final = 1_100_000
_MOST_PIECES: Final = 100_000
_MOST_KEPT: Final = 200_000
"""Elements of one row or text, or around all of them."""
_MOST_KEPT_BYTES: Final = 16 * 1024 * 1024

# The strict form of Office Open XML, which openpyxl does not know, differs in its namespaces.
_STRICT: Final = (b"http://purl.oclc.org/ooxml/spreadsheetml/main", SHEET_MAIN_NS.encode())
# openpyxl takes "x005F_" out of shared texts and leaves other escapes alone, so that the text
# "_x0041_" ("_x005F_x0041_") and an A ("_x0041_") would be the same.
_ESCAPE: Final = re.compile(rb"(_?)x005F_")

Start = Callable[[str, Mapping[str, str]], None]


class Parts:
    """The parts of one archive; raises RefusedReportError for what is no archive, or a bomb."""

    def __init__(self, data: bytes) -> None:
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
            raise damaged() from error
        entries = self._archive.infolist()
        if len(entries) > MOST_ENTRIES:
            refuse_bomb()
        unpacked = sum(entry.file_size for entry in entries)
        if unpacked > max(_SMALL, MOST_RATIO * len(data)):
            refuse_bomb()
        self.names = {entry.filename: entry for entry in entries}
        self.is_encrypted = any(entry.flag_bits & _ENCRYPTED for entry in entries)
        self._left = MOST_UNPACKED
        self._events = _MOST_EVENTS

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def starts_with(self, name: str, most: int = 200) -> bytes:
        """Return the first bytes of a part."""
        try:
            with self._archive.open(self.names[name]) as part:
                return part.read(most)
        except _BROKEN as error:
            raise damaged() from error

    def parse(self, name: str, start: Start) -> None:
        """Call this for each element of an XML part, by names without namespace."""

        def started(tag: str, attributes: Mapping[str, str]) -> None:
            start(_local(tag), {_local(key): value for key, value in attributes.items()})

        checked = _Checked(self._events, started)
        try:
            for piece in self._pieces(name):
                checked.feed(piece)
            checked.close()
        except _BROKEN as error:
            raise damaged() from error
        self._events = checked.left

    def copy(
        self, name: str, archive: zipfile.ZipFile, path: str, *, has_texts: bool = False
    ) -> int:
        """Copy a part for openpyxl, while it is checked; return how many cells it has."""
        checked = _Checked(self._events)
        pieces = self._pieces(name)
        with archive.open(path, "w") as copy:
            try:
                for number, piece in enumerate(_with_escapes(pieces) if has_texts else pieces):
                    whole = piece if number else piece.replace(*_STRICT)
                    checked.feed(whole)
                    copy.write(whole)
                checked.close()
            except _BROKEN as error:
                raise damaged() from error
        self._events = checked.left
        # Of another namespace it would be read as if nothing stood in it.
        if not checked.root.startswith(f"{SHEET_MAIN_NS} "):
            raise damaged()
        return checked.cells

    def _pieces(self, name: str) -> Iterator[bytes]:
        with self._archive.open(self.names[name]) as part:
            while piece := part.read(_PIECE):
                self._left -= len(piece)
                if self._left < 0:
                    refuse_bomb()
                yield piece


class _Checked:
    """Counts what a part holds while it is fed; raises RefusedReportError where that is too much.

    So it does for a document type, with which a few bytes could stand for a billion.
    """

    def __init__(self, left: int, started: Start | None = None) -> None:
        self.left = left
        self.cells = 0
        self.root = ""
        self._freeing = ""
        self._simple = 0
        self._started = started
        self._depth = self._kept = self._freed = self._pieces = 0
        self._row = self._row_kept = self._row_began = 0
        self._kept_bytes = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = _refuse_doctype

    def feed(self, piece: bytes) -> None:
        self._parser.Parse(piece, False)
        self._kept_bytes += len(piece)
        if self._kept_bytes > _MOST_KEPT_BYTES:
            refuse_bomb()

    def close(self) -> None:
        self._parser.Parse(b"", True)
        self.left -= self._kept

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        self._kept += 1
        if self._depth > _DEEPEST or self._kept > _MOST_KEPT:
            refuse_bomb()
        if self._row:
            within = self._depth - self._row
            if within == 1:
                self.cells += 1
            elif within > self._simple:
                self._pieces += 1
                if self._pieces > _MOST_PIECES:
                    refuse_bomb()
        elif tag == self._freeing:
            self._row, self._row_kept = self._depth, self._kept
            self._row_began = self._parser.CurrentByteIndex
        elif self._depth == 1:
            self.root = tag
            name, self._simple = _FREED.get(_local(tag), ("", 0))
            self._freeing = f"{SHEET_MAIN_NS} {name}"
        if self._started is not None:
            self._started(tag, attributes)

    def _end(self, _tag: str) -> None:
        self._depth -= 1
        if self._row > self._depth:
            self.left -= self._kept - self._row_kept + 1
            self._freed += 1
            if self.left < 0 or self._freed > _MOST_FREED:
                refuse_bomb()
            self._kept = self._row_kept - 1
            self._kept_bytes -= self._parser.CurrentByteIndex - self._row_began
            self._row = 0


def _with_escapes(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield shared texts in such a way that openpyxl leaves their escapes as they are."""
    rest = b""
    for piece in pieces:
        whole = rest + piece
        # Where a tag begins, no escape is cut in two.
        cut = whole.rfind(b"<")
        if cut < 0:
            raise too_large()
        rest = whole[cut:]
        yield _ESCAPE.sub(_other_escape, whole[:cut])
    yield rest


def _other_escape(match: re.Match[bytes]) -> bytes:
    return b"_x005f_" if match[1] else b"x_x0030_05F_"


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


_BROKEN: Final = (
    *(expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError, OSError),
    *(ValueError, LookupError, NotImplementedError, RuntimeError, ArithmeticError),
)
"""What a library says of bytes that are not what they should be."""


def damaged() -> RefusedReportError:
    return RefusedReportError(
        _("The workbook is damaged. Save it again as an Excel workbook (.xlsx) or as CSV.")
    )


def refuse_bomb() -> NoReturn:
    raise RefusedReportError(
        _(
            "The workbook is far larger unpacked than a report of a meeting. Save the sheet with "
            "the report as CSV."
        )
    )


def _refuse_doctype(*_arguments: object) -> NoReturn:
    raise RefusedReportError(
        _(
            "The workbook declares a document type, as no spreadsheet does. Save it again as an "
            "Excel workbook (.xlsx) or as CSV."
        )
    )
