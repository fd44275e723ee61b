"""Load, kills, and a recount that knows nothing of how the product counts.

Senders behave as docs/usage.md asks of them: what was not answered 202 is sent again. One batch in
five is sent twice, and neighbouring batches of two senders share events, so that the same event is
under way in two batches at once. At the end every event must be in the daily counters exactly once,
and sign-ins, days of activity and everybody's first and last moments as in the recount.
"""

import http.client
import json
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
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
_ACTIVITY = """
SELECT m.external_id, d.day::text, d.sign_ins, d.actions FROM seats_activityday d
JOIN accounts_membership m ON m.id = d.membership_id
"""
_PEOPLE = """
SELECT m.external_id, a.first_active_at, a.last_active_at, a.last_sign_in_at
FROM seats_memberactivity a JOIN accounts_membership m ON m.id = a.membership_id
"""


@dataclass
class Counts:
    """What happened: kills by victim, batches answered and lost on the way, events, the recount.

    `counted` are uses of features and sign-ins in the daily counters, and `different` of these what
    does not agree with the recount: days by feature, days of activity, people.
    """

    kills: Counter[str] = field(default_factory=Counter)
    answered: int = 0
    unanswered: int = 0
    duplicates: int = 0
    events: int = 0
    sign_ins: int = 0
    counted: int = 0
    different_days: int = 0
    different_activity: int = 0
    different_people: int = 0

    @property
    def is_exact(self) -> bool:
        """Whether everything came out as the recount has it."""
        different = self.different_days + self.different_activity + self.different_people
        return self.counted == self.events and not different


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


@dataclass(frozen=True)
class Recount:
    """Events by person, feature and day; sign-ins and actions by person and day; and of each
    person the first moment, the last, and the last sign-in if any.
    """

    days: dict[tuple[str, ...], int]
    activity: dict[tuple[str, ...], tuple[int, ...]]
    people: dict[str, tuple[datetime | None, ...]]


def recount(events: Iterable[dict[str, Any]]) -> Recount:
    """Count events as docs/usage.md describes it: one by one, in the simplest words."""
    days: Counter[tuple[str, ...]] = Counter()
    sign_ins: Counter[tuple[str, ...]] = Counter()
    actions: Counter[tuple[str, ...]] = Counter()
    moments: dict[str, list[datetime]] = defaultdict(list)
    signed_in: dict[str, list[datetime]] = defaultdict(list)
    for event in events:
        member, at, day = event["member"], datetime.fromisoformat(event["at"]), event["at"][:10]
        moments[member].append(at)
        if event["kind"] == "sign_in":
            sign_ins[member, day] += 1
            signed_in[member].append(at)
        else:
            actions[member, day] += 1
            days[member, event["feature"], day] += 1
    return Recount(
        dict(days),
        {key: (sign_ins[key], actions[key]) for key in sign_ins.keys() | actions.keys()},
        {
            member: (min(all_of), max(all_of), max(signed_in[member], default=None))
            for member, all_of in moments.items()
        },
    )


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
    event = {
        "id": name,
        "organization": "acme",
        "member": f"u-{number % 37}",
        "at": (_BEGAN - timedelta(minutes=number % 4_000)).isoformat(),
    }
    if number % 9 == 0:
        return event | {"kind": "sign_in"}
    return event | {"kind": "feature", "feature": f"feature-{number % 7}"}


def _compare(stage: Stage, senders: list[_Sender], counts: Counts) -> None:
    """Wait until the worker has counted, and count by hand."""
    sent = {name: event for sender in senders for name, event in sender.sent.items()}
    by_hand = recount(sent.values())
    counts.events = len(sent)
    counts.sign_ins = sum(event["kind"] == "sign_in" for event in sent.values())
    deadline = time.monotonic() + COUNTED_WITHIN
    while True:
        # One statement sees one moment, three of a transaction at this level as well.
        with psycopg.connect(stage.environment["DATABASE_PIPELINE_URL"]) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            found = Recount(
                {tuple(row[:3]): row[3] for row in connection.execute(_DAYS)},
                {tuple(row[:2]): tuple(row[2:]) for row in connection.execute(_ACTIVITY)},
                {row[0]: tuple(row[1:]) for row in connection.execute(_PEOPLE)},
            )
        sign_ins = sum(signed_in for signed_in, _actions in found.activity.values())
        counts.counted = sum(found.days.values()) + sign_ins
        if counts.counted >= counts.events or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    counts.different_days = _different(found.days, by_hand.days)
    counts.different_activity = _different(found.activity, by_hand.activity)
    counts.different_people = _different(found.people, by_hand.people)


def _different(found: dict[Any, Any], wanted: dict[Any, Any]) -> int:
    return sum(found.get(key) != wanted.get(key) for key in found.keys() | wanted.keys())
