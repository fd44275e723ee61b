"""Traces from a request to its tasks, sent by OTLP over HTTP; docs/monitoring.md.

On where OTEL_EXPORTER_OTLP_ENDPOINT (or ..._TRACES_ENDPOINT) is set, and nowhere else: in a process
without it no code of traces is loaded or runs. Sampling, headers and limits are OpenTelemetry's
own variables.
"""

import os

from accounts import tracing

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_has_started = False


def is_on() -> bool:
    """Tell whether the environment says where traces go."""
    is_disabled = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    return not is_disabled and any(os.environ.get(name) for name in _ENDPOINTS)


def start(process: str) -> None:
    """Send this process's traces as `process`, or as OTEL_SERVICE_NAME says.

    Once a process; one that forks is followed by its children. Connections to the database that
    were made before stay without spans.
    """
    global _has_started
    if not is_on() or _has_started:
        return
    _has_started = True
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.celery import CeleryInstrumentor
    from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    from config.spans import WithoutPeople

    name = os.environ.get("OTEL_SERVICE_NAME") or process
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: name}))
    provider.add_span_processor(BatchSpanProcessor(WithoutPeople(OTLPSpanExporter())))
    trace.set_tracer_provider(provider)
    PsycopgInstrumentor().instrument()
    CeleryInstrumentor().instrument()  # type: ignore[no-untyped-call]
    tracing.turn_on()


def flush() -> None:
    """Send what has not been sent yet; waits five seconds at most."""
    if _has_started:
        from opentelemetry import trace
        from opentelemetry.sdk.trace import TracerProvider

        provider = trace.get_tracer_provider()
        if isinstance(provider, TracerProvider):
            provider.force_flush(5_000)
