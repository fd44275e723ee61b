"""Posts messages to endpoints, by the guarded requests of `accounts.gateways.outgoing`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from accounts.gateways.outgoing import DEADLINE_SECONDS, LARGEST_BODY, Unreachable, exchange

__all__ = ["LARGEST_ANSWER", "LARGEST_BODY", "Answer", "Unreachable", "post"]

LARGEST_ANSWER: Final = 2000


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the first characters of the body, and how long it took."""

    status: int
    text: str
    milliseconds: int
    retry_after: str = ""


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    allow_private: bool,
    deadline_seconds: float = DEADLINE_SECONDS,
) -> Answer:
    """Post a body of JSON and return the answer, whatever its status. Raises Unreachable."""
    reply = exchange(
        "POST",
        url,
        body,
        {"Content-Type": "application/json", "User-Agent": "Headroom-Webhooks/1", **headers},
        allow_private=allow_private,
        largest_answer=LARGEST_ANSWER,
        deadline_seconds=deadline_seconds,
    )
    return Answer(
        reply.status,
        reply.body.decode("utf-8", "replace").replace("\x00", ""),
        reply.milliseconds,
        reply.headers.get("retry-after", "")[:40],
    )
