"""Usage over the API in every disorder, two counters, killed workers: the story of once."""

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

import pytest
from django.db import connections

from seats.services.rollup import roll_up_usage
from signals.services.findings import scan_findings
from signals.services.scan import scan
from tests.fire.killing import axe_over
from tests.integration.signals.test_replayed_usage import told
from tests.integration.signals.world import World
from tests.integration.usage.conftest import Client
from tests.support.people import make_api_key

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

DAYS: Final = 6
FIRST: Final = datetime.combine(
    datetime.now(UTC).date() - timedelta(days=DAYS), time(12), tzinfo=UTC
)

type Event = dict[str, Any]


def events_of(world: World, n: int) -> list[Event]:
    """Return two actions of everybody on the n-th day; 8 of 10 seats from day 1, 11 from day 3."""
    people = world.people if n >= 3 else world.people[: 8 if n else 5]
    return [
        {
            "organization": world.organization.external_id,
            "id": f"{world.organization.external_id}-{person.external_id}-{n}-{hour}",
            "member": person.external_id,
            "at": (FIRST + timedelta(days=n, hours=-hour)).isoformat(),
            "kind": "sign_in",
        }
        for person in people
        for hour in (3, 5)
    ]


def at_once(*work: Callable[[], Any]) -> None:
    """Do it in as many threads, each with connections of its own."""

    def do(one: Callable[[], Any]) -> None:
        try:
            one()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(work)) as pool:
        list(pool.map(do, work))


def send(product: Client, events: Sequence[Event]) -> None:
    answer = product.report(*events)
    assert (answer.status_code, answer.json()["rejected"]) == (202, [])


def story(world: World) -> tuple[list[tuple[Any, ...]], list[Any]]:
    """Return signals and tasks; a department's number is another in each organization."""
    signals, tasks = told(world)
    rows = [row for row in signals if isinstance(row, tuple)]
    return [(kind, scope.partition(":")[0], *rest) for kind, scope, *rest in rows], tasks


def killed_twice(work: Callable[[], Any]) -> int:
    """Let a process die after the first thing it leaves behind, the next after the second."""
    deaths = 0
    for strike_at in range(2):
        with axe_over(strike_at) as axe:
            work()
        deaths += axe.has_struck
    work()
    return deaths


def test_it_gives_the_signals_and_tasks_of_usage_that_came_once(server_url: str) -> None:
    product = Client(server_url, make_api_key())
    once, replayed = World("aare"), World("lago")
    for world in (once, replayed):
        world.add_people(9, department="Marketing")
        world.add_people(2, seated=False, department="Sales")
    rng, deaths = random.Random(60), 0
    for n in range(DAYS):
        now = FIRST + timedelta(days=n)
        send(product, events_of(once, n))
        roll_up_usage(now=now)
        for look in (scan, scan_findings):
            look(now=now, organization_ids=[once.id])

        new, earlier = events_of(replayed, n), events_of(replayed, max(n - 1, 0))
        batches = [rng.sample([*new, *earlier], len(new) + len(earlier)), new[::-1], new]
        at_once(*(lambda batch=batch: send(product, batch) for batch in batches))
        deaths += killed_twice(lambda now=now: roll_up_usage(now=now))  # type: ignore[misc]
        send(product, rng.sample(new, len(new)))
        at_once(*[lambda now=now: roll_up_usage(now=now)] * 2)
        for look in (scan, scan_findings):
            again = lambda now=now, look=look: look(  # noqa: E731
                now=now, organization_ids=[replayed.id]
            )
            deaths += killed_twice(again)
            at_once(again, again)
    signals, tasks = story(once)
    assert story(replayed) == (signals, tasks)
    assert {row[0] for row in signals} >= {"utilization", "unseated", "cross_department"}
    assert tasks
    assert deaths >= DAYS
