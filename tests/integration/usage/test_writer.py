"""Group commit under pressure: what waits is bounded, and a failing request fails alone."""

import asyncio
import gzip
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from psycopg import AsyncConnection, DataError
from psycopg_pool import AsyncConnectionPool

from accounts.models import Organization
from demo.ports import any_free_port
from seats.ingest import writer as writer_module
from seats.ingest.admission import Overloaded
from seats.ingest.application import LeanEndpoints
from seats.ingest.writer import GroupWriter
from seats.models import RejectDay
from seats.services.ingest_load import IngestLoad, ingest_load
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

    def test_of_bytes_beyond_the_limit_is_answered_429_before_they_are_read(
        self, acme: Organization
    ) -> None:
        key = make_api_key(acme)
        read: list[str] = []

        async def ask() -> list[int]:
            endpoints = LeanEndpoints(os.environ["DATABASE_PIPELINE_URL"], bytes_at_once=1_000)
            await endpoints.open()
            slow = asyncio.Event()

            async def first_body() -> dict[str, Any]:
                await slow.wait()
                return body_of(b'{"events": []}')

            async def second_body() -> dict[str, Any]:
                read.append("second")
                return body_of(b'{"events": []}')

            async def chunk() -> dict[str, Any]:
                return body_of(b" " * 300, more=True)

            first = asyncio.create_task(post(endpoints, key, first_body, length=700))
            await asyncio.sleep(0.2)
            declared = await post(endpoints, key, second_body, length=301)
            in_chunks = await post(endpoints, key, chunk)
            slow.set()
            answers = [await first, declared, in_chunks]
            # Everything was given back.
            answers.append(await post(endpoints, key, second_body, length=1_000))
            await endpoints.close()
            assert {(b"retry-after", b"1"), (b"connection", b"close")} <= set(declared["headers"])
            return [answer["status"] for answer in answers]

        before = load_now().refused["bytes_held"]
        assert asyncio.run(ask()) == [202, 429, 429, 202]
        assert read == ["second"]
        # Both that were turned away are counted, and the fullest moment was the whole limit.
        assert load_now().refused["bytes_held"] - before == 2
        assert 1_000 in [each.bytes_held for each in load_now().processes]

    def test_of_a_packed_body_counts_what_it_unpacks_to(self, acme: Organization) -> None:
        key = make_api_key(acme)
        packed = gzip.compress(b'{"events": []' + b" " * 2_000 + b"}")
        assert len(packed) < 100

        async def ask() -> int:
            endpoints = LeanEndpoints(os.environ["DATABASE_PIPELINE_URL"], bytes_at_once=1_000)
            await endpoints.open()

            async def body() -> dict[str, Any]:
                return body_of(packed)

            answer = await post(endpoints, key, body, headers=[(b"content-encoding", b"gzip")])
            await endpoints.close()
            return int(answer["status"])

        assert asyncio.run(ask()) == 429

    def test_without_a_database_is_answered_503(self, acme: Organization) -> None:
        key = make_api_key(acme)
        nowhere = f"postgres://nobody@127.0.0.1:{any_free_port()}/nothing"

        async def ask() -> dict[str, Any]:
            endpoints = LeanEndpoints(nowhere, patience=0.3)
            await endpoints.open()

            async def body() -> dict[str, Any]:
                return body_of(b'{"events": []}')

            answer = await post(endpoints, key, body)
            await endpoints.close()
            return answer

        before = load_now().refused["unavailable"]
        start = asyncio.run(ask())
        assert start["status"] == 503
        assert load_now().refused["unavailable"] - before == 1
        assert (b"retry-after", b"5") in start["headers"]


class TestRejects:
    def test_are_counted_by_organization_reason_and_field(self, acme: Organization) -> None:
        key = make_api_key()
        lost = {"id": "1", "member": "ben", "at": NOW.isoformat(), "kind": "sign_in"}
        bad = lost | {"organization": acme.external_id, "member": " "}
        nobody = lost | {"organization": "nobody"}
        content = msgspec.json.encode({"events": [bad, bad | {"id": ""}, bad, nobody, lost]})

        async def ask() -> None:
            endpoints = LeanEndpoints(os.environ["DATABASE_PIPELINE_URL"])
            await endpoints.open()

            async def body() -> dict[str, Any]:
                return body_of(content)

            for _ in range(2):
                await post(endpoints, key, body)
            await endpoints.close()

        before = Counter(reject_counts())
        asyncio.run(ask())
        # Each batch twice. What has not the form of an event names no organization that can be
        # trusted, and is counted for none.
        assert Counter(reject_counts()) - before == {
            (acme.pk, "empty", "member"): 4,
            (0, "empty", "id"): 2,
            (0, "unknown_organization", "organization"): 2,
            (0, "missing", "organization"): 2,
        }


def load_now() -> IngestLoad:
    return ingest_load(now=datetime.now(UTC))


def reject_counts() -> dict[tuple[int, str, str], int]:
    rows = RejectDay.objects.using("pipeline").values_list(
        "organization_id", "code", "field", "events"
    )
    return {(organization, code, field): events for organization, code, field, events in rows}


def body_of(content: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": content, "more_body": more}


async def post(
    endpoints: LeanEndpoints,
    key: str,
    receive: Callable[[], Awaitable[dict[str, Any]]],
    *,
    length: int | None = None,
    headers: Sequence[tuple[bytes, bytes]] = (),
) -> dict[str, Any]:
    """Post a body as an ASGI server hands it on; return the start of the answer."""
    sent: list[Any] = []

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
            *([] if length is None else [(b"content-length", str(length).encode())]),
            *headers,
        ],
    }
    await endpoints(scope, receive, send)
    start: dict[str, Any] = sent[0]
    return start
