"""The quote and the purchase path beside one round trip to Stripe: statements, calls, time.

The sandbox answers from the same machine, so its round trip is far shorter than Stripe's own; the
multiple says how much of a path is ours. It would fall towards the number of calls with the real
service.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any
from unittest.mock import patch

ROUNDS = 15


@dataclass(frozen=True, slots=True)
class Path:
    """What a path needs; times are medians of `ROUNDS` in seconds."""

    what: str
    statements: int
    calls: int
    seconds: float
    round_trip: float


def measure_paths() -> list[Path]:
    """Quote and buy against a sandbox of its own; the database is set up already."""
    from django.conf import settings
    from django.db import connection as database
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from billing.gateways.stripe import connection
    from stripe_sandbox.validation import ValidatingHTTPClient
    from tests.integration.billing.conftest import make_world
    from tests.integration.billing.test_purchase import buy, quote
    from tests.support.stripe import running_sandbox

    with (
        running_sandbox() as sandbox,
        patch.object(connection, "http_client", ValidatingHTTPClient),
    ):
        settings.STRIPE_API_BASE = sandbox.url
        connection.client.cache_clear()
        world = make_world(sandbox, name="paths", now=timezone.now())
        client: Any = connection.client()._requestor._client
        round_trip = timed(connection.stripe_is_reachable)
        quantity = 20
        found: dict[str, list[tuple[int, int, float]]] = {"quote": [], "purchase": []}
        for _round in range(ROUNDS):
            quantity += 1
            offered: Any = None
            for what in ("quote", "purchase"):
                asked = len(client.calls)
                with CaptureQueriesContext(database) as statements:
                    begun = time.perf_counter()
                    if what == "quote":
                        offered = quote(world, quantity)
                    else:
                        buy(world, offered)
                    seconds = time.perf_counter() - begun
                found[what].append((len(statements), len(client.calls) - asked, seconds))
        connection.client.cache_clear()
    return [
        Path(
            what,
            max(row[0] for row in rows),
            max(row[1] for row in rows),
            median(row[2] for row in rows),
            round_trip,
        )
        for what, rows in found.items()
    ]


def timed(call: Callable[[], object]) -> float:
    """Median seconds of a call."""
    taken = []
    for _round in range(ROUNDS):
        begun = time.perf_counter()
        call()
        taken.append(time.perf_counter() - begun)
    return median(taken)
