"""Limits on the bodies that reach Django: size, declared or counted, and no packed ones."""

from collections.abc import Awaitable, Callable
from typing import Any

from seats.ingest.http import (
    HttpProblem,
    Message,
    Receive,
    Scope,
    Send,
    headers_of,
    name_request,
    send_problem,
    too_large,
)

# Django's types for the same protocol are narrower by a hair (dict for a mutable mapping).
type Application = Callable[[Any, Any, Any], Awaitable[None]]


class LimitBodies:
    """Answers 413 for a body over `limit` bytes before Django has read it to its end.

    Django's own limit counts only what it keeps in memory, and waits for the whole body first.
    """

    def __init__(self, application: Application, *, limit: int) -> None:
        self._application = application
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body counted."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        headers = headers_of(scope)
        is_answered = False
        received = 0

        async def counted_receive() -> Message:
            nonlocal received
            message = await receive()
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                if received > self._limit:
                    raise too_large(self._limit)
            return message

        async def noting_send(message: Message) -> None:
            nonlocal is_answered
            is_answered = True
            await send(message)

        try:
            declared = headers.get(b"content-length", b"")
            if declared.isdigit() and int(declared) > self._limit:
                raise too_large(self._limit)
            if headers.get(b"content-encoding", b"identity").strip().lower() != b"identity":
                raise HttpProblem(415, "unsupported_encoding", "Send the body as it is.")
            await self._application(scope, counted_receive, noting_send)
        except HttpProblem as answer:
            if not is_answered:
                name_request(headers)
                await send_problem(send, answer)
