"""What traces offer to the code of the product, at no cost where they are off.

`config.tracing` turns them on as a process starts. Before that nothing here loads OpenTelemetry.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import structlog

_is_on = False


def turn_on() -> None:
    """Let the functions below speak to OpenTelemetry from now on."""
    global _is_on
    _is_on = True


def trace_id() -> str:
    """Return the id of the trace at work as 32 hexadecimal digits, or nothing."""
    if not _is_on:
        return ""
    from opentelemetry import trace

    context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else ""


def request_id() -> str:
    """Return by what a request is found in the traces, else in the logs, or nothing."""
    return trace_id() or str(structlog.contextvars.get_contextvars().get("request_id", ""))


def traceparent() -> str:
    """Return where we are, in the form of W3C's header of that name, or nothing."""
    if not _is_on:
        return ""
    from opentelemetry.propagate import inject

    carrier: dict[str, str] = {}
    inject(carrier)
    return carrier.get("traceparent", "")


@contextmanager
def continued(name: str, origins: Iterable[str]) -> Iterator[None]:
    """Do a piece of work in a span of its own that links to where the work came from.

    `origins` are values of `traceparent`; empty ones are passed over.
    """
    if not _is_on:
        yield
        return
    from opentelemetry import trace
    from opentelemetry.propagate import extract

    contexts = (
        trace.get_current_span(extract({"traceparent": origin})).get_span_context()
        for origin in origins
        if origin
    )
    links = [trace.Link(context) for context in contexts if context.is_valid]
    tracer = trace.get_tracer("headroom")
    with tracer.start_as_current_span(name, links=links):
        yield
