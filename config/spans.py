"""What of a span may leave the process: an exporter that sends nothing of people.

Loaded only where traces are on.
"""

from collections.abc import Mapping, Sequence

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Status
from opentelemetry.util.types import AttributeValue

_MAY_LEAVE = frozenset(
    {
        "celery.action",
        "celery.retries",
        "celery.state",
        "celery.task_name",
        "db.name",
        "db.statement",
        "db.system",
        "error.type",
        "exception.type",
        "headroom.events",
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "messaging.destination",
        "messaging.message.id",
    }
)
_LONGEST_STATEMENT = 2_000


class WithoutPeople(SpanExporter):
    """Passes spans on with nothing in them that may tell of a person.

    Attributes leave by a list of those that may. Of errors the kind leaves: a message may quote
    what somebody typed. Statements of SQL have placeholders, never values.
    """

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send the spans, cleaned."""
        return self._exporter.export([cleaned(span) for span in spans])

    def shutdown(self) -> None:
        """End the exporter."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what waits."""
        return self._exporter.force_flush(timeout_millis)


def cleaned(span: ReadableSpan) -> ReadableSpan:
    """Return a span that holds only what may leave."""
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_kept(span.attributes),
        events=[
            Event(event.name, attributes=_kept(event.attributes), timestamp=event.timestamp)
            for event in span.events
        ],
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _kept(attributes: Mapping[str, AttributeValue] | None) -> dict[str, AttributeValue]:
    return {
        name: value[:_LONGEST_STATEMENT] if isinstance(value, str) else value
        for name, value in (attributes or {}).items()
        if name in _MAY_LEAVE
    }
