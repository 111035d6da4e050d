"""The codes of the room: the same on every display, good for two steps, and no other session's."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from blended_xblock.attendance.check_in import codes

SECRET = "5e" * 32
SESSION = uuid.UUID("0f8fad5b-d9cb-469f-a165-70867728950e")
NOW = datetime(2026, 5, 12, 7, 0, 7, tzinfo=UTC)

secrets = st.binary(min_size=32, max_size=32).map(bytes.hex)
instants = st.datetimes(
    min_value=datetime(2020, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)
)
lengths = st.integers(5, 300)
kinds = st.sampled_from(
    [(codes.scanned_code, codes.is_scanned_code), (codes.typed_code, codes.is_typed_code)]
)


@given(secrets, st.uuids(), instants, lengths, kinds, st.floats(0, 300))
def test_a_code_is_good_in_its_step_and_the_next_and_never_before_or_after(
    secret, session_id, now, length, kind, later
) -> None:
    make, is_good = kind
    code = make(secret, session_id, codes.step_of(now, length))
    step_ends = (codes.step_of(now, length) + 1) * length

    def good_at(moment: datetime) -> bool:
        return is_good(code, secret, session_id, now=moment, rotate_seconds=length)

    assert good_at(now)
    assert good_at(datetime.fromtimestamp(step_ends + length - 0.001, UTC))
    if kind[0] is codes.scanned_code:
        assert not good_at(datetime.fromtimestamp(step_ends + length, UTC))
        assert not good_at(datetime.fromtimestamp(step_ends - length - 0.001, UTC))
        assert not good_at(now + timedelta(seconds=2 * length + later))


@given(secrets, secrets, st.uuids(), st.uuids(), instants)
def test_the_code_of_another_secret_or_session_is_not_good(one, other, here, there, now) -> None:
    assume(one != other and here != there)
    code = codes.scanned_code(one, here, codes.step_of(now, 15))
    assert not codes.is_scanned_code(code, other, here, now=now, rotate_seconds=15)
    assert not codes.is_scanned_code(code, one, there, now=now, rotate_seconds=15)


def test_a_typed_code_says_nothing_of_the_one_to_scan() -> None:
    step = codes.step_of(NOW, 15)
    typed = codes.typed_code(SECRET, SESSION, step)
    assert not codes.is_scanned_code(typed, SECRET, SESSION, now=NOW, rotate_seconds=15)
    assert typed not in codes.scanned_code(SECRET, SESSION, step)


def test_codes_do_not_change_with_a_release() -> None:
    """Two servers of two versions serve one room while an upgrade rolls out."""
    step = codes.step_of(NOW, 15)
    assert step == 118571280
    assert codes.scanned_code(SECRET, SESSION, step) == "UPC3qfIAVVKlHBq9GI9tfg"
    assert codes.typed_code(SECRET, SESSION, step) == "153767"


@given(secrets, st.uuids(), st.integers(0, 2**40))
def test_what_codes_look_like(secret, session_id, step) -> None:
    scanned, typed = (make(secret, session_id, step) for make, _is_good in KINDS)
    assert len(scanned) == 22
    assert set(scanned) <= URL_SAFE
    assert len(typed) == 6
    assert typed.isascii()
    assert typed.isdigit()
    assert codes.read_typed(codes.in_groups(typed)) == typed


KINDS = (
    (codes.scanned_code, codes.is_scanned_code),
    (codes.typed_code, codes.is_typed_code),
)
URL_SAFE = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize(
    "text",
    [
        "493027",
        "493 027",
        " 4 9 3 0 2 7 ",
        "493-027",
        "493–027",
        "493\u00a0027",
        "493\u202f027\n",
        "\u200e493027\u200f",
        "４９３０２７",  # noqa: RUF001 - full width
        "٤٩٣٠٢٧",
        "۴۹۳۰۲۷",
        "४९३०२७",
    ],
)
def test_digits_are_read_however_they_are_written(text) -> None:
    assert codes.read_typed(text) == "493027"


@pytest.mark.parametrize(
    "text", ["", "49302", "4930271", "49302x", "①②③④⑤⑥", "½93027", "4.9302", "+93027", "4" * 10**6]
)
def test_what_is_no_code_is_none(text) -> None:
    assert codes.read_typed(text) == ""
    assert not codes.is_typed_code(text, SECRET, SESSION, now=NOW, rotate_seconds=15)


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_nothing_that_is_typed_or_scanned_breaks_it(text) -> None:
    codes.is_typed_code(text, SECRET, SESSION, now=NOW, rotate_seconds=15)
    assert not codes.is_scanned_code(text, SECRET, SESSION, now=NOW, rotate_seconds=15)
    codes.read_ticket(text)


@given(st.uuids(), secrets, st.integers(0, 2**40))
def test_a_ticket_is_read_back_and_fits_an_address(session_id, secret, step) -> None:
    code = codes.scanned_code(secret, session_id, step)
    ticket = codes.ticket_of(session_id, code)
    assert len(ticket) == codes.TICKET_LENGTH
    assert set(ticket) <= URL_SAFE
    assert codes.read_ticket(ticket) == (session_id, code)


@given(st.text(st.sampled_from(sorted(URL_SAFE)), min_size=44, max_size=44))
def test_a_ticket_has_one_spelling(text) -> None:
    found = codes.read_ticket(text)
    assert found is None or codes.ticket_of(*found) == text


@pytest.mark.parametrize(
    "text", ["", "x", "é" * 44, "A" * 43, "A" * 45, "=" * 44, "A" * 21 + "B" * 23]
)
def test_what_is_no_ticket_is_none(text) -> None:
    assert codes.read_ticket(text) is None
