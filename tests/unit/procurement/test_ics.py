"""iCalendar text held to the rules of RFC 5545, read back by a reader written from them."""

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.domain.ics import LONGEST_LINE, Event, calendar_bytes, escape, fold, utc_text

CHANGED = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def calendar(*events: Event) -> bytes:
    return calendar_bytes(
        list(events), product="-//Headroom//EN", name="Acme: planning", language="en"
    )


def unfold(data: bytes) -> list[str]:
    """Join what was folded (3.1) and return the content lines."""
    assert data.endswith(b"\r\n")
    return data.replace(b"\r\n ", b"").decode("utf-8").removesuffix("\r\n").split("\r\n")


def value_of(data: bytes, name: str) -> str:
    return next(line.partition(":")[2] for line in unfold(data) if re.match(f"{name}[;:]", line))


def unescape(value: str) -> str:
    """Read a TEXT value back (3.3.11)."""
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)


class TestEscape:
    def test_marks_backslash_semicolon_comma_and_line_end(self) -> None:
        assert escape("a\\b;c,d\r\ne\nf\rg") == "a\\\\b\\;c\\,d\\ne\\nf\\ng"

    def test_leaves_colons_and_quotes(self) -> None:
        assert escape('at 9:00 "sharp"') == 'at 9:00 "sharp"'

    def test_drops_control_characters_and_keeps_the_tabulator(self) -> None:
        assert escape("a\x00b\x07c\td\x7f") == "abc\td"

    @given(texts)
    def test_is_read_back(self, text: str) -> None:
        plain = text.replace("\r\n", "\n").replace("\r", "\n")
        plain = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", plain)
        assert unescape(escape(text)) == plain


class TestFold:
    def test_leaves_a_line_of_75_octets(self) -> None:
        assert list(fold("x" * 75)) == [b"x" * 75]

    def test_folds_the_76th_octet_behind_a_blank(self) -> None:
        assert list(fold("x" * 76)) == [b"x" * 75, b" x"]

    def test_cuts_no_character_in_two(self) -> None:
        # "é" is two octets: 74 and the first half would be 75, so it goes to the next line whole.
        assert list(fold("x" * 74 + "é")) == [b"x" * 74, b" " + "é".encode()]

    @given(texts)
    def test_gives_lines_of_75_octets_that_join_to_the_whole(self, text: str) -> None:
        line = escape(text)
        parts = list(fold(line))
        assert all(len(part) <= LONGEST_LINE for part in parts)
        for part in parts:
            part.decode("utf-8")
        joined = parts[0] + b"".join(part.removeprefix(b" ") for part in parts[1:])
        assert joined.decode("utf-8") == line


class TestEvent:
    def test_of_a_day_ends_on_the_next(self) -> None:
        data = calendar(Event("a@x", "Start by", CHANGED, day=date(2026, 12, 31)))
        lines = unfold(data)
        assert "DTSTART;VALUE=DATE:20261231" in lines
        assert "DTEND;VALUE=DATE:20270101" in lines

    def test_of_a_second_is_written_in_utc_and_has_no_end(self) -> None:
        at = datetime(2026, 12, 4, 9, 30, tzinfo=ZoneInfo("Europe/Berlin"))
        lines = unfold(calendar(Event("a@x", "Quote runs out", CHANGED, at=at)))
        assert "DTSTART:20261204T083000Z" in lines
        assert not [line for line in lines if line.startswith("DTEND")]

    def test_has_what_the_rfc_asks_for_once(self) -> None:
        lines = unfold(calendar(Event("a@x", "Start", CHANGED, day=date(2026, 12, 4), sequence=3)))
        for name in ("UID", "DTSTAMP", "DTSTART", "SEQUENCE", "SUMMARY", "STATUS"):
            assert len([line for line in lines if re.match(f"{name}[;:]", line)]) == 1
        assert "SEQUENCE:3" in lines
        assert "DTSTAMP:20261122T060000Z" in lines

    def test_that_is_canceled_says_so_and_rings_no_alarm(self) -> None:
        event = Event(
            "a@x", "Start", CHANGED, day=date(2026, 12, 4), is_canceled=True, alarm_days=14
        )
        lines = unfold(calendar(event))
        assert "STATUS:CANCELLED" in lines
        assert "BEGIN:VALARM" not in lines

    def test_rings_ahead(self) -> None:
        event = Event("a@x", "Start", CHANGED, day=date(2026, 12, 4), alarm_days=14)
        assert "TRIGGER:-P14D" in unfold(calendar(event))

    def test_address_is_no_text_and_breaks_no_line(self) -> None:
        event = Event(
            "a@x", "S", CHANGED, day=date(2026, 12, 4), url="https://x.test/a,b;c\r\nATTENDEE:evil"
        )
        assert value_of(calendar(event), "URL") == "https://x.test/a,b;cATTENDEE:evil"

    def test_words_of_a_person_add_no_property(self) -> None:
        event = Event(
            "a@x", "S\r\nATTENDEE:mailto:evil@x.test", CHANGED, day=date(2026, 12, 4),
            description="END:VEVENT\nBEGIN:VEVENT",
        )  # fmt: skip
        lines = unfold(calendar(event))
        assert lines.count("BEGIN:VEVENT") == 1
        assert not [line for line in lines if line.startswith("ATTENDEE")]

    def test_has_a_day_or_a_second(self) -> None:
        with pytest.raises(ValueError, match="one of the two"):
            Event("a@x", "S", CHANGED)
        with pytest.raises(ValueError, match="one of the two"):
            Event("a@x", "S", CHANGED, day=date(2026, 12, 4), at=CHANGED)

    def test_takes_no_second_without_its_zone(self) -> None:
        naive = CHANGED.replace(tzinfo=None)
        with pytest.raises(ValueError, match="its zone"):
            Event("a@x", "S", CHANGED, at=naive)
        with pytest.raises(ValueError, match="its zone"):
            Event("a@x", "S", naive, day=date(2026, 12, 4))


class TestCalendar:
    def test_opens_and_closes_in_order(self) -> None:
        lines = unfold(calendar(Event("a@x", "S", CHANGED, day=date(2026, 12, 4))))
        assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
        assert lines[-2:] == ["END:VEVENT", "END:VCALENDAR"]

    def test_ends_every_line_with_both_characters(self) -> None:
        data = calendar(Event("a@x", "Größe " * 40, CHANGED, day=date(2026, 12, 4)))
        assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")

    def test_is_the_same_bytes_for_the_same_events(self) -> None:
        event = Event("a@x", "S", CHANGED, day=date(2026, 12, 4))
        assert calendar(event) == calendar(event)

    def test_to_keep_does_not_ask_to_be_read_again(self) -> None:
        data = calendar_bytes([], product="P", name="N", language="en", is_feed=False)
        assert b"REFRESH-INTERVAL" not in data

    @given(texts, texts)
    def test_reads_back_what_people_wrote(self, summary: str, description: str) -> None:
        data = calendar(
            Event("a@x", summary, CHANGED, day=date(2026, 12, 4), description=f"d{description}")
        )
        assert escape(unescape(value_of(data, "SUMMARY"))) == escape(summary)
        assert escape(unescape(value_of(data, "DESCRIPTION"))) == escape(f"d{description}")


class TestUtcText:
    def test_converts_and_drops_fractions(self) -> None:
        at = datetime(2026, 7, 1, 0, 0, 0, 999_999, tzinfo=ZoneInfo("Asia/Jakarta"))
        assert utc_text(at) == "20260630T170000Z"
