"""The roll as a file: one press in the panel, and a spreadsheet has it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import expect

from blended_xblock.imports.workbooks import read_workbook

STAFF = "Camille Laurent"


@pytest.mark.parametrize("phone", [False, True])
def test_the_roll_is_downloaded_as_a_file(visit, phone) -> None:
    staff = visit(STAFF, phone=phone)
    staff.unit()
    staff.check()
    links = staff.page.locator(".blended-room-links")
    links.wait_for()
    staff.picture(f"room-links-{'phone' if phone else 'laptop'}", links)
    with staff.page.expect_download() as waiting:
        links.get_by_role("link", name="Export (CSV)").click()
    file = waiting.value
    assert file.suggested_filename.endswith(".csv")
    assert "Workshop in Paris" in file.suggested_filename
    text = Path(file.path()).read_bytes().decode("utf-8-sig")
    headings, *rows = csv.reader(text.splitlines())
    assert headings[0] == "Name"
    assert len(rows) >= 10
    with staff.page.expect_download() as waiting:
        links.get_by_role("link", name="Export (Excel)").click()
    file = waiting.value
    assert file.suggested_filename.endswith(".xlsx")
    (sheet,) = read_workbook(Path(file.path()).read_bytes())
    assert [row[0] for row in sheet.rows] == ["Name", *(row[0] for row in rows)]
    # The page stays where it was.
    expect(staff.page.locator(".blended-roll")).to_be_visible()
    assert staff.errors == []
