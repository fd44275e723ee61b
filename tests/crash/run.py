"""Load, kills, and a recount that knows nothing of how the product counts.

Senders behave as docs/usage.md asks of them: what was not answered 202 is sent again. One batch in
five is sent twice, and neighbouring batches of two senders share events, so that the same event is
under way in two batches at once. At the end every event must be in the daily counters exactly once.
"""

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from demo.ports import LOOPBACK
from tests.crash.stage import VICTIMS, Stage

SENDERS = 4
BATCH = 40
SHARED = 10
COUNTED_WITHIN = 120.0
_DAYS = """
SELECT m.external_id, f.name, d.day::text, d.events FROM seats_usageday d
JOIN accounts_membership m ON m.id = d.membership_id JOIN seats_feature f ON f.id = d.feature_id
"""


@dataclass
class Counts:
    """What happened: kills by victim, batches answered and lost on the way, events, the recount."""

    kills: Counter[str] = field(default_factory=Counter)
    answered: int = 0
    unanswered: int = 0
    duplicates: int = 0
    events: int = 0
    counted: int = 0
    different_days: int = 0


def crash(
    directory: Path,
    *,
    rounds: int,
    victims: Sequence[str] = VICTIMS,
    between: float = 1.5,
    seed: int = 5,
    say: Callable[[str], None] = lambda _text: None,
) -> Counts:
    """Kill each of `victims` `rounds` times under load; return the counts.

    `between` is the seconds of load between two kills.
    """
    stage = Stage(directory)
    counts = Counts()
    try:
        stage.open()
        senders = [_Sender(stage, number, counts) for number in range(SENDERS)]
        for sender in senders:
            sender.start()
        order = random.Random(seed)
        for number in range(rounds):
            for victim in order.sample(victims, len(victims)):
                time.sleep(between)
                stage.kill(victim)
                counts.kills[victim] += 1
                say(f"round {number + 1}: killed {victim}, {counts.answered:,} batches answered")
        time.sleep(between)
        for sender in senders:
            sender.is_over.set()
        for sender in senders:
            sender.join()
        _compare(stage, senders, counts)
    finally:
        stage.close()
    return counts


class _Sender(threading.Thread):
    """Sends batches, each until it is answered 202."""

    def __init__(self, stage: Stage, number: int, counts: Counts) -> None:
        super().__init__(daemon=True)
        self.is_over = threading.Event()
        self.sent: dict[str, dict[str, Any]] = {}
        self._stage = stage
        self._number = number
        self._counts = counts
        self._random = random.Random(number)

    def run(self) -> None:
        number = 0
        while not self.is_over.is_set():
            batch = self._batch(number)
            for _delivery in range(2 if number % 5 == 0 else 1):
                while not self._is_taken(batch):
                    self._counts.unanswered += 1
                    time.sleep(0.2)
                self._random.shuffle(batch)
            self.sent |= {event["id"]: event for event in batch}
            number += 1

    def _batch(self, number: int) -> list[dict[str, Any]]:
        # The last events of a batch are the first ones of the next sender's batch of this number.
        following = (self._number + 1) % SENDERS
        own = [_event(f"{self._number}-{number}-{index}") for index in range(BATCH)]
        return own + [_event(f"{following}-{number}-{index}") for index in range(SHARED)]

    def _is_taken(self, batch: list[dict[str, Any]]) -> bool:
        connection = http.client.HTTPConnection(LOOPBACK, self._stage.port, timeout=30)
        try:
            connection.request(
                "POST",
                "/api/v1/events",
                body=json.dumps({"events": batch}),
                headers={
                    "Authorization": f"Bearer {self._stage.key}",
                    "Content-Type": "application/json",
                },
            )
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if answer.status == 202:
            self._counts.answered += 1
            self._counts.duplicates += json.loads(body)["duplicates"]
        return answer.status == 202


_BEGAN = datetime.now(UTC).replace(microsecond=0)


def _event(name: str) -> dict[str, Any]:
    # Everything follows from the name: the same event is the same, whoever sends it.
    number = int.from_bytes(name.encode(), "big")
    return {
        "id": name,
        "organization": "acme",
        "member": f"u-{number % 37}",
        "at": (_BEGAN - timedelta(minutes=number % 4_000)).isoformat(),
        "kind": "feature",
        "feature": f"feature-{number % 7}",
    }


def _compare(stage: Stage, senders: list[_Sender], counts: Counts) -> None:
    """Wait until the worker has counted, and count by hand."""
    sent = {name: event for sender in senders for name, event in sender.sent.items()}
    by_hand = Counter((each["member"], each["feature"], each["at"][:10]) for each in sent.values())
    counts.events = len(sent)
    deadline = time.monotonic() + COUNTED_WITHIN
    while True:
        with psycopg.connect(stage.environment["DATABASE_PIPELINE_URL"]) as connection:
            rows = connection.execute(_DAYS).fetchall()
        found = {(member, feature, day): events for member, feature, day, events in rows}
        counts.counted = sum(found.values())
        if counts.counted >= counts.events or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    counts.different_days = sum(
        found.get(key, 0) != by_hand.get(key, 0) for key in found.keys() | by_hand.keys()
    )
