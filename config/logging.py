"""Structured logs: one JSON object a line, with request, organization and actor ids, no secrets."""

import re
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

from accounts.tracing import trace_id

_SECRET_NAMES = re.compile(r"password|secret|token|authorization|api_key|cookie", re.IGNORECASE)
_SECRET_VALUES = re.compile(r"\b(sk|rk|whsec|hr)_[A-Za-z0-9_]{6,}")


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Blank what a log must not hold, told by the field's name or the value's form."""
    for name, value in event.items():
        if _SECRET_NAMES.search(name):
            event[name] = "[redacted]"
        elif isinstance(value, str):
            event[name] = _SECRET_VALUES.sub("[redacted]", value)
    return event


def add_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Name the trace that a line belongs to, where traces are on."""
    if found := trace_id():
        event["trace_id"] = found
    return event


def logging_config(*, level: str) -> dict[str, Any]:
    """Return the `LOGGING` dictionary, and configure structlog to feed it."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        add_trace,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    redact,
                    structlog.processors.JSONRenderer(),
                ],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["console"], "level": level, "propagate": False},
            "uvicorn": {"handlers": ["console"], "level": level, "propagate": False},
            "stripe": {"level": "WARNING"},
        },
    }
