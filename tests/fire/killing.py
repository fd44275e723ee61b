"""Kills the process between two steps: at every commit and every call of Stripe, before and after.

What dies is everything since the last commit, as with a real process: the connection is dropped,
PostgreSQL rolls back, and whatever Stripe was asked for stays done. `ProcessDied` is a
BaseException, so nothing in the product catches it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from unittest.mock import patch

import stripe
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from billing.gateways.stripe import connection
from stripe_sandbox.validation import ValidatingHTTPClient


class ProcessDied(BaseException):
    """Nothing in the product catches this."""


class Axe:
    """Counts the points at which a process can die, and lets it die at one of them."""

    def __init__(self, strike_at: int | None = None) -> None:
        self.strike_at = strike_at
        self.points: list[str] = []

    def __call__(self, point: str) -> None:
        if not self.has_struck:
            self.points.append(point)
        # The dead do nothing more: `finally` and `except` run here, but not in a killed process.
        if self.has_struck:
            raise ProcessDied(point)

    @property
    def has_struck(self) -> bool:
        return self.strike_at is not None and len(self.points) > self.strike_at


class MortalClient(ValidatingHTTPClient):
    """Checks each request as every test does, repeats without waiting, and dies when told to."""

    axe: Axe | None = None

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        call = f"{method.upper()} {url.split('/v1/')[-1].split('?')[0]}"
        if MortalClient.axe is not None:
            MortalClient.axe(f"before {call}")
        answer = super().request(method, url, headers, post_data, _usage=_usage)
        if MortalClient.axe is not None:
            MortalClient.axe(f"after {call}")
        return answer

    def _sleep_time_seconds(self, *given: Any, **named: Any) -> float:
        return 0.0


@contextmanager
def mortal_gateway() -> Iterator[None]:
    """Let the product talk to Stripe through a client that can die."""
    connection.client.cache_clear()
    with patch.object(connection, "http_client", lambda: MortalClient(stripe.RequestsClient())):
        yield
    connection.client.cache_clear()


@contextmanager
def axe_over(strike_at: int | None) -> Iterator[Axe]:
    """Watch what runs inside; at point `strike_at` (from 0) the process dies. None only counts.

    The death is swallowed here, and the connections are as a new process would find them.
    """
    axe = Axe(strike_at)
    commit = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]

    def dying_commit(self: BaseDatabaseWrapper) -> None:
        try:
            axe("before commit")
        except ProcessDied:
            self.connection.rollback()
            raise
        commit(self)
        axe("after commit")

    def dying_statement(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        """A write outside of a transaction is a commit of its own."""
        alone = not context["connection"].in_atomic_block and not sql.startswith(("SELECT", "SET"))
        if alone:
            axe("before write")
        result = execute(sql, params, many, context)
        if alone:
            axe("after write")
        return result

    default = connections["default"]
    with (
        patch.object(BaseDatabaseWrapper, "_commit", dying_commit),
        patch.object(MortalClient, "axe", axe),
        default.execute_wrapper(dying_statement),
        suppress(ProcessDied),
    ):
        yield axe
    if axe.has_struck:
        connections.close_all()
