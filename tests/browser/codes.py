"""QR codes in tests: read off a picture of the screen, and shown to a camera that is a file."""

from __future__ import annotations

import io
from pathlib import Path

import segno
import zxingcpp
from PIL import Image
from playwright.sync_api import Locator

WIDTH, HEIGHT = 640, 480


def read_code(shown: Locator) -> str:
    """Return what a phone's camera would read there, "" where nothing can be read."""
    picture = Image.open(io.BytesIO(shown.screenshot())).convert("L")
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    return found[0].text if found else ""


def film_code(text: str, to: Path) -> Path:
    """Write a film (Y4M) of a QR code held before a camera, which Chromium plays again and again.

    It stands on grey, a little aside, as somebody holds it.
    """
    qr = segno.make(text, error="m", micro=False)
    scale = 320 // qr.symbol_size(border=4)[0]
    rows = [bytes(row) for row in qr.matrix_iter(scale=scale, border=4)]
    top, left = (HEIGHT - len(rows)) // 2, (WIDTH - len(rows)) // 3
    light = bytearray(b"\x50" * WIDTH * HEIGHT)
    for y, row in enumerate(rows, top):
        start = y * WIDTH + left
        light[start : start + len(row)] = bytes(0x10 if dark else 0xEB for dark in row)
    grey = b"\x80" * (WIDTH * HEIGHT // 2)
    frame = b"FRAME\n" + bytes(light) + grey
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    to.write_bytes(head + frame * 10)
    return to
