"""Two hundred at once on real connections: never a seat more than the limit allows."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from accounts.errors import DomainError
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from seats.domain.limits import LimitMode, LimitPolicy
from seats.models import LimitChange, SeatAssignment, WaitingListEntry
from seats.services.limits import work_overage
from seats.services.seats import SeatLimitReached
from seats.services.waiting import request_seat
from tests.integration.seats.conftest import NOW, SOFT, Seats

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])
THREADS = 16


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Call everything, as many at the same time as there are threads; errors are results."""
    barrier = Barrier(min(THREADS, len(calls)))

    def run(number: int, call: Callable[[], Any]) -> Any:
        try:
            if number < barrier.parties:
                barrier.wait(20)
            return call()
        except DomainError as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(barrier.parties) as pool:
        return list(pool.map(run, range(len(calls)), calls))


class TestTwoHundredAssignments:
    @pytest.mark.parametrize(
        ("policy", "given"), [(LimitPolicy(LimitMode.HARD), 10), (SOFT, 12)], ids=["hard", "soft"]
    )
    def test_fill_exactly_what_the_limit_allows(
        self, seats: Seats, policy: LimitPolicy, given: int
    ) -> None:
        seats.purchase(10)
        seats.limit(policy)
        people = seats.people(200)
        results = at_once(*[lambda p=p: seats.assign(p) for p in people])
        refused = [result for result in results if isinstance(result, SeatLimitReached)]
        assert len(refused) == 200 - given
        with organization_context(seats.id):
            assert SeatAssignment.objects.count() == given
        assert seats.pool().assigned_seats == given


class TestTheEndOfACountdown:
    def test_at_its_second_against_assignments_converts_once_and_seats_nobody(
        self, seats: Seats
    ) -> None:
        seats.purchase(1)
        seats.limit()
        first, second, *others = seats.people(8)
        seats.assign(first)
        seats.assign(second)
        end = NOW + timedelta(days=14)
        at_once(
            lambda: work_overage(now=end),
            *[lambda p=p: seats.assign(p, end) for p in others],
            lambda: work_overage(now=end),
        )
        pool = seats.pool()
        assert (pool.limit, pool.assigned_seats, pool.kept_seats) == ("closed", 2, 1)
        with organization_context(seats.id):
            assert LimitChange.objects.filter(cause=LimitChange.Cause.TIME).count() == 1


class TestTwoPurchasesAtOnce:
    def test_seat_the_list_in_order(self, seats: Seats) -> None:
        people = seats.people(12)
        for number, person in enumerate(people):
            request_seat(
                organization_id=seats.id,
                membership_id=person.pk,
                actor=SYSTEM,
                now=NOW - timedelta(hours=12 - number),
            )
        at_once(lambda: seats.purchase(4), lambda: seats.purchase(7))
        with organization_context(seats.id):
            seated = WaitingListEntry.objects.filter(seated_at__isnull=False)
            names = [entry.membership.external_id for entry in seated.select_related("membership")]
        # 7 was granted at one moment, first or last; each grant took the next of the list.
        assert names == [f"p{number}" for number in range(7)]
        assert seats.waiting() == [f"p{number}" for number in range(7, 12)]
