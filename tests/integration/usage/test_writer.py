"""Group commit under pressure: what waits is bounded, and a failing request fails alone."""

import asyncio
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from psycopg import AsyncConnection, DataError
from psycopg_pool import AsyncConnectionPool

from accounts.models import Organization
from demo.ports import any_free_port
from seats.ingest import writer as writer_module
from seats.ingest.application import LeanEndpoints
from seats.ingest.writer import GroupWriter, Overloaded
from seats.services.usage_events import EventRow
from tests.support.people import make_api_key

NOW = datetime.now(UTC)


def make_pool() -> AsyncConnectionPool[AsyncConnection[Any]]:
    return AsyncConnectionPool(
        os.environ["DATABASE_PIPELINE_URL"], min_size=1, kwargs={"autocommit": True}, open=False
    )


def rows(organization_id: int, *names: str, **fields: Any) -> list[EventRow]:
    return [
        EventRow(
            organization_id=organization_id,
            event_id=name,
            at=NOW,
            member="ben",
            kind="sign_in",
            **fields,
        )
        for name in names
    ]


class TestGroup:
    async def write_together(self, *requests: Sequence[EventRow]) -> list[Any]:
        """Write requests that arrived before the writer began, and so are one group."""
        async with make_pool() as pool:
            writer = GroupWriter(pool, writers=1)
            waiting = [asyncio.create_task(writer.write(request)) for request in requests]
            await asyncio.sleep(0)
            writer.start()
            results = await asyncio.gather(*waiting, return_exceptions=True)
            await writer.stop()
        return results

    def test_answers_each_request_with_its_own_figures(self, acme: Organization) -> None:
        results = asyncio.run(
            self.write_together(
                rows(acme.pk, "a", "b"), rows(acme.pk, "b", "c"), rows(acme.pk, "a")
            )
        )
        assert [(r.accepted, r.duplicates) for r in results] == [(2, 0), (1, 1), (0, 1)]

    def test_with_a_request_that_cannot_be_written_keeps_the_others(
        self, acme: Organization
    ) -> None:
        too_long = rows(acme.pk, "x", network="n" * 30)
        good, bad, also_good = asyncio.run(
            self.write_together(rows(acme.pk, "d"), too_long, rows(acme.pk, "e"))
        )
        assert (good.accepted, also_good.accepted) == (1, 1)
        assert isinstance(bad, DataError)


class TestPressure:
    def test_beyond_what_may_wait_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(writer_module, "EVENTS_WAITING", 3)

        async def press() -> None:
            writer = GroupWriter(make_pool())
            first = asyncio.create_task(writer.write(rows(1, "a", "b")))
            await asyncio.sleep(0)
            with pytest.raises(Overloaded):
                await writer.write(rows(1, "c", "d"))
            first.cancel()

        asyncio.run(press())

    def test_without_a_database_is_answered_503(self, acme: Organization) -> None:
        key = make_api_key(acme)
        nowhere = f"postgres://nobody@127.0.0.1:{any_free_port()}/nothing"

        async def ask() -> list[dict[str, Any]]:
            endpoints = LeanEndpoints(nowhere, patience=0.3)
            await endpoints.open()
            sent: list[dict[str, Any]] = []

            async def receive() -> dict[str, Any]:
                return {"type": "http.request", "body": b'{"events": []}', "more_body": False}

            async def send(message: Any) -> None:
                sent.append(message)

            scope = {
                "type": "http",
                "method": "POST",
                "path": "/api/v1/events",
                "headers": [
                    (b"host", b"127.0.0.1"),
                    (b"content-type", b"application/json"),
                    (b"authorization", f"Bearer {key}".encode()),
                ],
            }
            await endpoints(scope, receive, send)
            await endpoints.close()
            return sent

        start, _body = asyncio.run(ask())
        assert start["status"] == 503
        assert (b"retry-after", b"5") in start["headers"]
