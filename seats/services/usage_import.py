"""Imports usage from a file of any size: line by line, through the same rules as the API.

JSON lines or CSV, plain or gzip. A bad line is handed to the caller with its number and its reason;
the others are written in batches, each committed by itself, some while the next are read. Sending
the file again changes nothing: events have ids, and a line without one gets an id made from its
content.
"""

import csv
import gzip
import hashlib
import io
import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import msgspec
from django.db import connections

from accounts.services.history import Actor
from accounts.services.organizations import OrganizationExists, create_organization
from seats.services.retention import closed_month, closed_months, month_of, months_to_ask
from seats.services.usage import Wariness, Written, find_organizations, write_events
from seats.services.usage_events import (
    BadEvent,
    Event,
    EventRow,
    Reporter,
    convert_event,
    decode_event,
    to_row,
)

LINES_AT_ONCE = 5_000
# A batch that waits for the disk leaves the database to the other.
WRITERS = 2
BYTES_AT_ONCE = 8_000_000
LONGEST_LINE = 100_000
_GZIP = b"\x1f\x8b"
_NESTED = ("outcome", "geo")


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A line that was not taken: its number in the file (from 1), the field, why, and the text."""

    line: int
    field: str
    code: str
    reason: str
    text: str


@dataclass(slots=True)
class ImportResult:
    """What became of a file's lines; `created` are the organizations that were made.

    `organization_ids` are those that lines were taken of, whether or not they were known already.
    """

    lines: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    created: list[str] = field(default_factory=list)
    organization_ids: set[int] = field(default_factory=set)


class _Line(msgspec.Struct, frozen=True, gc=False):
    number: int
    source: bytes | list[str]
    event: Event | BadEvent

    @property
    def length(self) -> int:
        source = self.source
        return len(source) if isinstance(source, bytes) else sum(map(len, source))

    @property
    def text(self) -> str:
        """How the line begins, for people: a CSV line without its quotes."""
        if isinstance(self.source, bytes):
            return self.source[:1000].decode(errors="replace").rstrip()
        return ",".join(self.source)[:1000].encode("utf-8", "replace").decode()


class UsageFile:
    """A file of events, read once from start to end; a context manager."""

    def __init__(self, path: Path) -> None:
        self._raw = path.open("rb")
        is_packed = self._raw.peek(2)[:2] == _GZIP
        self._file = io.BufferedReader(gzip.GzipFile(fileobj=self._raw)) if is_packed else self._raw
        self.size = path.stat().st_size

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._raw.close()

    @property
    def position(self) -> int:
        """How many bytes of the file on disk have been read."""
        return self._raw.tell()

    def lines(self) -> Iterator[_Line]:
        """Yield every line that is not empty, parsed. Raises OSError for a broken archive."""
        start = (
            self._file.peek(1).lstrip()[:1] if isinstance(self._file, io.BufferedReader) else b""
        )
        yield from self._json_lines() if start in {b"{", b""} else self._csv_lines()

    def _texts(self) -> Iterator[tuple[int, bytes]]:
        number = 0
        while line := self._file.readline(LONGEST_LINE + 1):
            number += 1
            if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
                self._skip_rest_of_line()
            if line.strip():
                yield number, line

    def _skip_rest_of_line(self) -> None:
        while chunk := self._file.readline(LONGEST_LINE):
            if chunk.endswith(b"\n"):
                return

    def _json_lines(self) -> Iterator[_Line]:
        for number, line in self._texts():
            if len(line) > LONGEST_LINE:
                event: Event | BadEvent = BadEvent("", "too_long", "The line is too long.")
            else:
                event = decode_event(line)
                if isinstance(event, BadEvent) and (event.field, event.code) == ("id", "missing"):
                    event = decode_event(_with_id(line))
            yield _Line(number, line, event)

    def _csv_lines(self) -> Iterator[_Line]:
        texts = (
            (number, line.decode("utf-8", "surrogateescape")) for number, line in self._texts()
        )
        current = 0

        def feed() -> Iterator[str]:
            nonlocal current
            for number, text in texts:
                current = number
                yield text

        rows = csv.reader(feed())
        names = [name.strip().lstrip("\ufeff") for name in next(rows, [])]
        while True:
            try:
                values = next(rows)
            except StopIteration:
                return
            except csv.Error:
                yield _Line(current, b"", BadEvent("", "malformed_csv", "The line is not CSV."))
                continue
            if not _is_text(values):
                reason = "The line is not in UTF-8."
                yield _Line(current, values, BadEvent("", "invalid_text", reason))
                continue
            if len(values) != len(names):
                reason = f"The line has {len(values)} columns, the heading {len(names)}."
                yield _Line(current, values, BadEvent("", "malformed_csv", reason))
                continue
            yield _Line(current, values, convert_event(_nested(names, values)))


def _is_text(values: list[str]) -> bool:
    """Tell whether columns were in UTF-8; bytes that were not are kept as lone surrogates."""
    try:
        "".join(values).encode()
    except UnicodeEncodeError:
        return False
    return True


def _nested(names: list[str], values: list[str]) -> dict[str, Any]:
    """Return columns as the JSON form has them: `geo.country` or `geo_country` inside `geo`."""
    event: dict[str, Any] = {}
    for name, value in zip(names, values, strict=True):
        if value == "":
            continue
        outer, separator, inner = name.partition(".")
        if not separator:
            prefix = next((o for o in _NESTED if name.startswith(f"{o}_")), None)
            outer, inner = (prefix, name[len(prefix) + 1 :]) if prefix else (name, "")
        if inner:
            event.setdefault(outer, {})[inner] = value
        else:
            event[name] = value
    return event if event.get("id") else {"id": _content_id(event)} | event


def _with_id(line: bytes) -> bytes:
    """Return the line, a JSON object without an id, with one made from its content."""
    event = json.loads(line)
    return msgspec.json.encode({"id": _content_id(event)} | event)


def _content_id(event: Mapping[str, Any]) -> str:
    content = json.dumps(event, sort_keys=True, separators=(",", ":"), default=str)
    return f"sha256:{hashlib.sha256(content.encode('utf-8', 'replace')).hexdigest()}"


def import_usage(
    file: UsageFile,
    *,
    organization: str | None,
    create_organizations: bool,
    actor: Actor,
    now: datetime,
    on_rejected: Callable[[RejectedLine], None],
    on_progress: Callable[[ImportResult], None] = lambda _result: None,
) -> ImportResult:
    """Write the events of a file; return what became of them.

    Call the rollup afterwards, and then `fill_history` for the charts.

    With `organization` (an external id) every line is of that organization and need not say so;
    a line of another is refused. `create_organizations` makes those that are not known.
    """
    importer = _Importer(organization, create_organizations, actor, now, on_rejected)
    try:
        for batch in _batches(file.lines()):
            importer.take(batch)
            on_progress(importer.result)
        importer.finish()
    finally:
        importer.close()
    on_progress(importer.result)
    return importer.result


def _batches(lines: Iterator[_Line]) -> Iterator[list[_Line]]:
    batch: list[_Line] = []
    size = 0
    for line in lines:
        batch.append(line)
        size += line.length
        if len(batch) == LINES_AT_ONCE or size > BYTES_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _write(rows: list[EventRow], wariness: Wariness) -> Written:
    """Write a batch in a thread that nobody else's connection belongs to."""
    try:
        return write_events(rows, wariness=wariness)
    finally:
        connections["pipeline"].close()


class _Importer:
    """Takes batches of lines; `result` says what became of those that are committed.

    The newest batch waits until the next one or the end comes. So all but the last are written by
    threads, each with a connection of its own, while this one reads; a short file needs none.
    """

    def __init__(
        self,
        organization: str | None,
        create_organizations: bool,
        actor: Actor,
        now: datetime,
        on_rejected: Callable[[RejectedLine], None],
    ) -> None:
        self.result = ImportResult()
        self._organization = organization
        self._create = create_organizations
        self._actor = actor
        self._now = now
        self._on_rejected = on_rejected
        self._known: dict[str, int] = {}
        self._newest: tuple[int, list[EventRow]] | None = None
        self._under_way: deque[tuple[int, Future[Written]]] = deque()
        self._writer: ThreadPoolExecutor | None = None
        self._wariness = Wariness()

    def take(self, lines: list[_Line]) -> None:
        """Judge lines, and see to it that they are written. Raises what writing others raised."""
        rows = self._judge(lines)
        if self._newest is not None:
            if self._writer is None:
                self._writer = ThreadPoolExecutor(WRITERS, "usage-import")
            count, earlier = self._newest
            future = self._writer.submit(_write, earlier, self._wariness)
            self._under_way.append((count, future))
        self._newest = len(lines), rows
        # As many are ready as are being written, so that the database never waits for us.
        while len(self._under_way) > 2 * WRITERS:
            self._await_oldest()

    def finish(self) -> None:
        """Wait until everything is committed."""
        while self._under_way:
            self._await_oldest()
        if self._newest is not None:
            count, rows = self._newest
            self._note(count, write_events(rows, wariness=self._wariness))

    def close(self) -> None:
        """End the threads."""
        if self._writer is not None:
            self._writer.shutdown()

    def _await_oldest(self) -> None:
        count, future = self._under_way.popleft()
        self._note(count, future.result())

    def _note(self, lines: int, written: Written) -> None:
        self.result.lines += lines
        self.result.accepted += written.accepted
        self.result.duplicates += written.duplicates

    def _judge(self, lines: list[_Line]) -> list[EventRow]:
        """Return the rows of the lines that can be taken; the others are rejected."""
        reporter = self._reporter(lines)
        taken: list[tuple[_Line, EventRow]] = []
        for line in lines:
            try:
                if isinstance(line.event, BadEvent):
                    raise line.event
                taken.append((line, to_row(line.event, reporter=reporter, now=self._now)))
            except BadEvent as bad:
                self._reject(line, bad)
        closed = closed_months(months_to_ask((row for _line, row in taken), now=self._now))
        rows: list[EventRow] = []
        for line, row in taken:
            if closed and month_of(row) in closed:
                self._reject(line, closed_month())
            else:
                rows.append(row)
        self.result.organization_ids.update(row.organization_id for row in rows)
        return rows

    def _reject(self, line: _Line, bad: BadEvent) -> None:
        self.result.rejected += 1
        self._on_rejected(RejectedLine(line.number, bad.field, bad.code, bad.reason, line.text))

    def _reporter(self, lines: list[_Line]) -> Reporter:
        if self._organization is not None:
            self._learn({self._organization})
            organization_id = self._known.get(self._organization)
            if organization_id is None:
                return Reporter({})
            return Reporter({}, own=(self._organization, organization_id))
        self._learn(
            {
                line.event.organization
                for line in lines
                if isinstance(line.event, Event) and line.event.organization is not None
            }
        )
        return Reporter(self._known)

    def _learn(self, names: set[str]) -> None:
        missing = {name for name in names if name not in self._known and "\x00" not in name}
        if not missing:
            return
        self._known |= find_organizations(missing)
        if not self._create:
            return
        for name in sorted(missing - self._known.keys()):
            if not (name.isascii() and name.isprintable() and " " not in name):
                continue
            try:
                create_organization(external_id=name, name=name, actor=self._actor, now=self._now)
                self.result.created.append(name)
            except OrganizationExists:
                # Somebody else made it a moment ago; it is found below all the same.
                pass
        self._known |= find_organizations(missing)
