"""Calls over httpx: one blocking and one asynchronous way, with the same rules."""

import asyncio
import os
import time
from types import TracebackType
from typing import Any, Self

import httpx

from headroom_client._calls import USER_AGENT, Call, Prepared, prepare, read_answer
from headroom_client._etags import Seen
from headroom_client._retries import Retries, is_worth_repeating, seconds_of
from headroom_client.errors import TimedOut, Unreachable

TIMEOUT = 10.0
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def _options(base_url: str, api_key: str, timeout: float) -> dict[str, Any]:
    return {
        "base_url": base_url.rstrip("/"),
        "headers": {"Authorization": f"Bearer {api_key}", "User-Agent": USER_AGENT},
        "timeout": timeout,
        # A key must not follow a redirect to another host.
        "follow_redirects": False,
    }


def _pause_after_answer(
    call: Call[Any], answer: httpx.Response, attempt: int, retries: Retries
) -> float | None:
    if answer.status_code < 400:
        return None
    after = seconds_of(answer.headers.get("retry-after"))
    if not is_worth_repeating(
        answer.status_code,
        is_repeatable=call.is_repeatable,
        has_key=call.takes_key,
        retry_after=after,
    ):
        return None
    return retries.pause(attempt, retry_after=after)


def _pause_after_failure(
    call: Call[Any], error: httpx.TransportError, attempt: int, retries: Retries
) -> float:
    """Return how long to wait. Raises Unreachable when it is not worth it, or not safe."""
    is_safe = call.is_repeatable or isinstance(error, _NOT_SENT)
    pause = retries.pause(attempt) if is_safe else None
    if pause is None:
        kind = TimedOut if isinstance(error, httpx.TimeoutException) else Unreachable
        said = str(error) or type(error).__name__
        raise kind(f"{call.method} {call.path}: {said}") from error
    return pause


def _finish[T](call: Call[T], request: Prepared, answer: httpx.Response) -> T:
    return read_answer(
        call,
        status=answer.status_code,
        headers=answer.headers,
        content=answer.content,
        request_id=request.headers["X-Request-ID"],
    )


def _request(http: httpx.Client | httpx.AsyncClient, request: Prepared) -> httpx.Request:
    return http.build_request(
        request.method,
        request.path,
        params=request.params,
        headers=request.headers,
        content=request.content,
    )


class Transport:
    """Makes calls and waits for them. Threads may share it."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        timeout: float = TIMEOUT,
        retries: Retries | None = None,
        http: httpx.Client | None = None,
    ) -> None:
        self._options = _options(base_url, api_key, timeout)
        self._owns_http = http is None
        self._pid = os.getpid()
        self._http = http if http is not None else httpx.Client(**self._options)
        if http is not None:
            self._http.base_url = self._options["base_url"]
            self._http.headers.update(self._options["headers"])
        self._retries = retries if retries is not None else Retries()
        self._seen = Seen()

    def call[T](self, call: Call[T], *, retries: Retries | None = None) -> T:
        """Make a call, again where that is safe. Raises ApiError, Unreachable."""
        patience = retries if retries is not None else self._retries
        request = self._seen.matched(call, prepare(call))
        if self._owns_http and self._pid != os.getpid():
            # The parent's connections are still the parent's; two must not speak on one.
            self._pid, self._http = os.getpid(), httpx.Client(**self._options)
        attempt = 1
        while True:
            try:
                answer = self._http.send(_request(self._http, request))
            except httpx.TransportError as error:
                pause: float | None = _pause_after_failure(call, error, attempt, patience)
            else:
                pause = _pause_after_answer(call, answer, attempt, patience)
                if pause is None:
                    self._seen.note(call, answer.status_code, answer.headers)
                    return _finish(call, request, answer)
            time.sleep(pause or 0)
            attempt += 1

    def close(self) -> None:
        """Close the connections, where they are this client's own."""
        if self._owns_http:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncTransport:
    """Makes calls without blocking the event loop."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        timeout: float = TIMEOUT,
        retries: Retries | None = None,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        options = _options(base_url, api_key, timeout)
        self._owns_http = http is None
        self._http = http if http is not None else httpx.AsyncClient(**options)
        if http is not None:
            self._http.base_url = options["base_url"]
            self._http.headers.update(options["headers"])
        self._retries = retries if retries is not None else Retries()
        self._seen = Seen()

    async def call[T](self, call: Call[T], *, retries: Retries | None = None) -> T:
        """Make a call, again where that is safe. Raises ApiError, Unreachable."""
        patience = retries if retries is not None else self._retries
        request = self._seen.matched(call, prepare(call))
        attempt = 1
        while True:
            try:
                answer = await self._http.send(_request(self._http, request))
            except httpx.TransportError as error:
                pause: float | None = _pause_after_failure(call, error, attempt, patience)
            else:
                pause = _pause_after_answer(call, answer, attempt, patience)
                if pause is None:
                    self._seen.note(call, answer.status_code, answer.headers)
                    return _finish(call, request, answer)
            await asyncio.sleep(pause or 0)
            attempt += 1

    async def close(self) -> None:
        """Close the connections, where they are this client's own."""
        if self._owns_http:
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()
