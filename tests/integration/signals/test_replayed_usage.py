"""Usage that is sent twice, out of order and by two callers at once gives the signals of once."""

import random
from datetime import date, timedelta
from threading import Thread

import pytest
from django.db import connections

from accounts.models import Membership
from accounts.tenancy import organization_context
from seats.services.rollup import roll_up_usage
from seats.services.usage import make_usage_partitions, write_events
from seats.services.usage_events import EventRow
from signals.models import ExpansionTask, Signal
from signals.services.scan import scan
from tests.integration.signals.world import World, day

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def events_of(world: World, n: int) -> list[EventRow]:
    """Return two actions of everybody on the n-th day; 8 of 10 seats from day 1, 11 from day 4."""
    people: list[Membership] = world.people if n >= 4 else world.people[: 8 if n else 5]
    return [
        EventRow(
            organization_id=world.id,
            event_id=f"{person.external_id}-{n}-{hour}",
            at=day(n) - timedelta(hours=hour),
            member=person.external_id,
            kind="sign_in",
        )
        for person in people
        for hour in (3, 5)
    ]


def send_at_once(*batches: list[EventRow]) -> None:
    """Write batches from as many threads, each with a connection of its own."""
    errors: list[Exception] = []

    def send(batch: list[EventRow]) -> None:
        try:
            write_events(batch)
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=send, args=(batch,)) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def told(world: World) -> tuple[list[object], list[object]]:
    """Return what became of the usage: signals with their evidence, and tasks."""
    with organization_context(world.id):
        signals = Signal.objects.order_by("kind", "opened_on", "pk")
        tasks = ExpansionTask.objects.order_by("play", "pk")
        return (
            list(signals.values_list("kind", "scope", "status", "band", "opened_on", "evidence")),
            list(tasks.values_list("play", "state", "seats_suggested", "evidence")),
        )


class TestReplayedUsage:
    def test_gives_the_signals_and_tasks_of_usage_that_came_once(self) -> None:
        make_usage_partitions([date(2026, 11, 1)])
        once, replayed = World("aare", people=9), World("lago", people=9)
        for world in (once, replayed):
            world.add_people(2, seated=False)
        rng = random.Random(6)
        for n in range(7):
            write_events(events_of(once, n))
            new = events_of(replayed, n)
            earlier = events_of(replayed, max(n - 1, 0))
            first, second = [*new, *earlier], [*new[::-1], *new]
            rng.shuffle(first)
            send_at_once(first, second)
            roll_up_usage(now=day(n))
            # What was counted comes again, and is counted and looked at again.
            write_events(rng.sample(new, len(new)))
            roll_up_usage(now=day(n))
            scan(now=day(n))
            scan(now=day(n))
        signals, tasks = told(once)
        assert told(replayed) == (signals, tasks)
        assert {row[0] for row in signals if isinstance(row, tuple)} >= {"utilization", "unseated"}
        assert len(tasks) == 1
