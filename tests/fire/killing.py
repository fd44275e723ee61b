"""Kills the process after anything that outlives it: a commit that wrote, a change at Stripe.

What dies is everything since the last commit, as with a real process: the connection is dropped,
PostgreSQL rolls back, and whatever Stripe was asked for stays done. `ProcessDied` is a
BaseException, so nothing in the product catches it.

Between two such effects nothing is kept but the process's memory. Wherever it dies there, the next
process finds the same database and the same Stripe, so one death after each effect stands for all.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import Any
from unittest.mock import patch

import stripe
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from billing.gateways.stripe import connection
from stripe_sandbox.validation import ValidatingHTTPClient

_ALIASES = ("default", "pipeline")
_CHANGES_NOTHING = ("SELECT", "SET", "SAVEPOINT", "RELEASE", "ROLLBACK")


class ProcessDied(BaseException):
    """Nothing in the product catches this."""


class Axe:
    """Counts what outlives the process, and lets it die right after one of these effects."""

    def __init__(self, strike_at: int | None = None) -> None:
        self.strike_at = strike_at
        self.effects: list[str] = []

    def after(self, effect: str) -> None:
        """Something has been kept; raises ProcessDied when this is the one to die after."""
        self.effects.append(effect)
        self.check_alive()

    def check_alive(self) -> None:
        """The dead do nothing more: `finally` and `except` run here, but not in a killed one."""
        if self.has_struck:
            raise ProcessDied(self.effects[-1])

    @property
    def has_struck(self) -> bool:
        return self.strike_at is not None and len(self.effects) > self.strike_at


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
        axe = MortalClient.axe
        if axe is not None:
            axe.check_alive()
        answer = super().request(method, url, headers, post_data, _usage=_usage)
        call = f"{method.upper()} {url.split('/v1/')[-1].split('?')[0]}"
        if axe is not None and not call.startswith("GET") and not call.endswith("/create_preview"):
            axe.after(call)
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
    """Watch what runs inside; after effect `strike_at` (from 0) the process dies. None only counts.

    The death is swallowed here, and the connections are as a new process would find them.
    """
    axe = Axe(strike_at)
    commit = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]
    written: set[str] = set()

    def dying_commit(self: BaseDatabaseWrapper) -> None:
        if axe.has_struck:
            self.connection.rollback()
            axe.check_alive()
        commit(self)
        if self.alias in written:
            written.discard(self.alias)
            axe.after("commit")

    def dying_statement(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        """A write outside of a transaction is a commit of its own."""
        axe.check_alive()
        result = execute(sql, params, many, context)
        if not sql.startswith(_CHANGES_NOTHING):
            if context["connection"].in_atomic_block:
                written.add(context["connection"].alias)
            else:
                axe.after("write")
        return result

    with (
        patch.object(BaseDatabaseWrapper, "_commit", dying_commit),
        patch.object(MortalClient, "axe", axe),
        ExitStack() as watched,
        suppress(ProcessDied),
    ):
        for alias in _ALIASES:
            watched.enter_context(connections[alias].execute_wrapper(dying_statement))
        yield axe
    if axe.has_struck:
        connections.close_all()
