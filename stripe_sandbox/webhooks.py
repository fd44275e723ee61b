"""Deliveries: signed, sent at once, repeated with back-off until they are taken.

Per endpoint one after the other, in the order of the events; a failed one is put back and does not
hold up the next. Stripe promises no order at all: `shuffle_deliveries` is how to test for that.
"""

import asyncio
import contextlib
import hashlib
import hmac
import json
import random
import time
from functools import partial
from typing import Any

import httpx
from starlette.concurrency import run_in_threadpool

from stripe_sandbox.present import present
from stripe_sandbox.store import Doc
from stripe_sandbox.wire import Api

RETRY_SECONDS = [5, 300, 1800, 7200, 18000, 36000, 36000, 36000, 36000, 36000]
TIMEOUT_SECONDS = 10.0
SHUFFLE_PATIENCE = 5.0


def signature(secret: str, payload: str, at: int) -> str:
    digest = hmac.new(secret.encode(), f"{at}.{payload}".encode(), hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


class Deliveries:
    """Sends what waits in the deliveries table; `wake` is called when something was added."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self._wake = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._client = httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False)

    def wake(self) -> None:
        self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        try:
            while True:
                self._wake.clear()
                endpoints, pause = await run_in_threadpool(self._agenda)
                for endpoint in endpoints:
                    if endpoint not in self._busy:
                        task = asyncio.create_task(self._serve(endpoint))
                        self._busy[endpoint] = task
                        task.add_done_callback(partial(self._done, endpoint))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), pause)
        finally:
            for task in list(self._busy.values()):
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)
            await self._client.aclose()

    def _done(self, endpoint: str, _: asyncio.Task[None]) -> None:
        self._busy.pop(endpoint, None)
        self._wake.set()

    def _agenda(self) -> tuple[list[str], float]:
        """Endpoints with something due, and how long until the next is."""
        with self.api.lock:
            now = time.time()
            rows = self.api.store.db.execute(
                "select endpoint, min(due) from deliveries where state = 'waiting' "
                "group by endpoint"
            ).fetchall()
        later = [due - now for name, due in rows if due > now and name not in self._busy]
        return [name for name, due in rows if due <= now], max(0.01, min([*later, 5.0]))

    async def _serve(self, endpoint: str) -> None:
        while batch := await run_in_threadpool(self._due, endpoint):
            if rule := self.api.chaos.take_all("shuffle_deliveries"):
                batch = await self._shuffled(endpoint, rule.count)
            for row in batch:
                await self._deliver(*row)

    async def _shuffled(self, endpoint: str, count: int) -> list[tuple[int, str, str, int]]:
        """Wait until `count` deliveries have gathered, then change their order."""
        deadline = time.monotonic() + SHUFFLE_PATIENCE
        while True:
            batch = await run_in_threadpool(self._due, endpoint)
            if len(batch) >= count or time.monotonic() > deadline:
                break
            await asyncio.sleep(0.02)
        mixed = batch[:count]
        while len(mixed) > 1 and mixed == batch[:count]:
            random.shuffle(mixed)
        return mixed + batch[count:]

    def _due(self, endpoint: str) -> list[tuple[int, str, str, int]]:
        with self.api.lock:
            return self.api.store.db.execute(
                "select id, event, endpoint, attempt from deliveries "
                "where state = 'waiting' and endpoint = ? and due <= ? order by id limit 50",
                (endpoint, time.time()),
            ).fetchall()

    async def _deliver(self, row: int, event_id: str, endpoint_id: str, attempt: int) -> None:
        loaded = await run_in_threadpool(self._load, event_id, endpoint_id)
        if loaded is None:
            await run_in_threadpool(self._record, row, attempt, event_id, None, "gone")
            return
        event, endpoint = loaded
        kind = event["type"]
        if rule := self.api.chaos.take("delay_delivery", kind):
            await run_in_threadpool(self._postpone, row, rule.seconds)
            return
        if self.api.chaos.take("fail_delivery", kind):
            await run_in_threadpool(self._record, row, attempt, event_id, None, "failed on demand")
            return
        times = 2 if self.api.chaos.take("duplicate_delivery", kind) else 1
        for _ in range(times):
            status, error = await self._post(event, endpoint)
        await run_in_threadpool(self._record, row, attempt, event_id, status, error)

    async def _post(self, event: Doc, endpoint: Doc) -> tuple[int | None, str | None]:
        payload = json.dumps(event)
        now = int(time.time())
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(endpoint["_secret"], payload, now),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks; sandbox)",
        }
        try:
            answer = await self._client.post(endpoint["url"], content=payload, headers=headers)
        except httpx.HTTPError as failure:
            return None, f"{type(failure).__name__}: {failure}"
        if answer.is_success:
            return answer.status_code, None
        return answer.status_code, answer.text[:200]

    def _load(self, event_id: str, endpoint_id: str) -> tuple[Doc, Doc] | None:
        with self.api.lock, self.api.store.transaction():
            event = self.api.store.get("event", event_id)
            endpoint = self.api.store.get("webhook_endpoint", endpoint_id)
            if event is None or endpoint is None or endpoint["status"] != "enabled":
                return None
            return present(self.api.store, event), dict(endpoint)

    def _postpone(self, row: int, seconds: float) -> None:
        with self.api.lock:
            self.api.store.db.execute(
                "update deliveries set due = ? where id = ?", (time.time() + seconds, row)
            )

    def _record(
        self, row: int, attempt: int, event_id: str, status: int | None, error: str | None
    ) -> None:
        """Taken: done. Otherwise again later, until the schedule is through."""
        with self.api.lock, self.api.store.transaction():
            store = self.api.store
            now = time.time()
            waits: list[float] = store.setting("retry_seconds", RETRY_SECONDS)
            if status is not None and 200 <= status < 300:
                state, due = "delivered", now
            elif error == "gone" or attempt >= len(waits):
                state, due = "given_up", now
            else:
                state, due = "waiting", now + waits[attempt]
            store.db.execute(
                "update deliveries set attempt = ?, state = ?, due = ?, status = ?, error = ?, "
                "at = ? where id = ?",
                (attempt + 1, state, due, status, error, now, row),
            )
            event: Any = store.get("event", event_id)
            if event and state != "waiting":
                event["pending_webhooks"] = max(0, event["pending_webhooks"] - 1)
                store.save(event)
