"""Calendars as iCalendar text (RFC 5545), small and exact.

Owns: properties, escaping, folding and the shape of VCALENDAR and VEVENT. Does not own: which
events there are, their words, and the clock.

Times with a time of day are written in UTC, which every reader converts; a day without one is a
DATE, and its end is the day after the last, as the RFC has it. The same calendar gives the same
bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

# RFC 5545, 3.1: a line is at most 75 octets long, its end not counted.
LONGEST_LINE: Final = 75
_LINE_END: Final = b"\r\n"
# 3.3.11 allows no control character in a text except the tabulator.
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Event:
    """One VEVENT. `day` for a whole day, or `at` for a second of UTC; one of the two.

    `sequence` counts the changes of the event's `uid` (RFC 5545, 3.8.7.4); `changed_at` is the last
    of them.
    """

    uid: str
    summary: str
    changed_at: datetime
    day: date | None = None
    at: datetime | None = None
    description: str = ""
    url: str = ""
    sequence: int = 0
    is_canceled: bool = False
    alarm_days: int | None = None

    def __post_init__(self) -> None:
        if (self.day is None) == (self.at is None):
            raise ValueError("An event has a day or a second, one of the two.")
        if self.changed_at.tzinfo is None or (self.at is not None and self.at.tzinfo is None):
            raise ValueError("A second comes with its zone.")


def calendar_bytes(
    events: list[Event], *, product: str, name: str, language: str, is_feed: bool = True
) -> bytes:
    """Return a VCALENDAR in UTF-8. A feed says how often it is worth asking again."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{escape(product)}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME;LANGUAGE={language}:{escape(name)}",
    ]
    if is_feed:
        lines += [
            f"NAME;LANGUAGE={language}:{escape(name)}",
            "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
            "X-PUBLISHED-TTL:PT6H",
        ]
    for event in events:
        lines += _event_lines(event)
    lines.append("END:VCALENDAR")
    return b"".join(folded + _LINE_END for line in lines for folded in fold(line))


def _event_lines(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escape(event.uid)}"
    yield f"DTSTAMP:{utc_text(event.changed_at)}"
    yield f"LAST-MODIFIED:{utc_text(event.changed_at)}"
    yield f"SEQUENCE:{event.sequence}"
    if event.day is not None:
        yield f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}"
    elif event.at is not None:
        # Without DTEND it ends when it starts; a DTEND would have to be later (3.8.2.2).
        yield f"DTSTART:{utc_text(event.at)}"
    yield f"SUMMARY:{escape(event.summary)}"
    if event.description:
        yield f"DESCRIPTION:{escape(event.description)}"
    if event.url:
        # A URI is not a text: nothing is escaped in it, and a line end cannot be.
        yield f"URL:{_CONTROL.sub('', event.url).replace(chr(10), '').replace(chr(13), '')}"
    yield f"STATUS:{'CANCELLED' if event.is_canceled else 'CONFIRMED'}"
    # Nobody is busy because of a date to remember.
    yield "TRANSP:TRANSPARENT"
    if event.alarm_days is not None and not event.is_canceled:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"DESCRIPTION:{escape(event.summary)}"
        yield f"TRIGGER:-P{event.alarm_days}D"
        yield "END:VALARM"
    yield "END:VEVENT"


def escape(text: str) -> str:
    """Return a text as a TEXT value (3.3.11): backslash, semicolon, comma and line ends."""
    plain = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    plain = plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return plain.replace("\n", "\\n")


def utc_text(moment: datetime) -> str:
    """Return a second as a DATE-TIME in UTC: 20261122T060000Z."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def fold(line: str) -> Iterator[bytes]:
    """Yield a line as the lines of 75 octets it is folded into; no character is cut in two."""
    rest = line.encode("utf-8")
    width = LONGEST_LINE
    lead = b""
    while len(rest) > width:
        cut = width
        # A continuation octet of UTF-8 is 10xxxxxx: the character began before it.
        while rest[cut] & 0xC0 == 0x80:
            cut -= 1
        yield lead + rest[:cut]
        rest, lead, width = rest[cut:], b" ", LONGEST_LINE - 1
    yield lead + rest
