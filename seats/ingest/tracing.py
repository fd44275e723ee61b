"""Spans inside the lean endpoints. Loaded only where traces are on."""

from collections.abc import Sequence
from typing import Any

from opentelemetry import trace
from opentelemetry.trace import Link, SpanContext
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from seats.ingest.writer import GroupWriter
from seats.services.usage import Written
from seats.services.usage_events import EventRow


class TracedGroupWriter(GroupWriter):
    """Ties the commit that several requests share to each of them.

    It is part of the first request's trace and links to the others'.
    """

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        super().__init__(pool)
        self._contexts: dict[int, SpanContext] = {}

    async def write(self, rows: Sequence[EventRow]) -> Written:
        """Write, and remember for that long whose rows these are."""
        self._contexts[id(rows)] = trace.get_current_span().get_span_context()
        try:
            return await super().write(rows)
        finally:
            del self._contexts[id(rows)]

    async def _write_group(self, requests: list[Sequence[EventRow]]) -> list[Written]:
        contexts = [self._contexts[id(rows)] for rows in requests if id(rows) in self._contexts]
        first = trace.NonRecordingSpan(contexts[0]) if contexts else trace.INVALID_SPAN
        with trace.get_tracer("headroom.ingest").start_as_current_span(
            "write events",
            context=trace.set_span_in_context(first),
            links=[Link(context) for context in contexts[1:]],
            attributes={"headroom.events": sum(map(len, requests))},
        ):
            return await super()._write_group(requests)
