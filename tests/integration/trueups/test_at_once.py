"""Who signs, Stripe's webhook and the sweeper settle the same true-up at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from django.db import connection, connections

from accounts.tenancy import organization_context
from billing.domain.settlement import Event
from billing.gateways import stripe
from billing.models import Settlement
from billing.services import settled_seats
from billing.services.settlements import move
from billing.services.settling import advance_settlement
from seats.services.seats import lock_seat_pool
from tests.integration.trueups.test_settling import Quarter, make_quarter, sandbox, sandbox_process
from tests.support.stripe import Sandbox
from trueups.models import TrueUp

__all__ = ["sandbox", "sandbox_process"]

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

_LOOKS = 20_000


def left_before_the_last_step(quarter: Quarter) -> UUID:
    """Sign, and lose Stripe when all is done but the last state; return the settlement."""

    def lost(settlement: Settlement, event: Event, *given: Any, **named: Any) -> Settlement:
        if event is Event.SEATS_CHANGED:
            raise stripe.TemporarilyUnavailable("lost")
        return move(settlement, event, *given, **named)

    with patch.object(settled_seats, "move", lost):
        assert quarter.sign().state == TrueUp.State.SETTLING
    with organization_context(quarter.world.id):
        left = Settlement.objects.get()
        assert (left.state, left.granted_at is not None) == (Settlement.State.APPLYING, True)
        return left.pk


def wait_until_somebody_waits_for_us() -> None:
    for look in count():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            )
            if cursor.fetchone() != (0,):
                return
        assert look < _LOOKS, "nobody came to wait"


class TestTheLastStep:
    def test_waits_for_the_seat_pool_without_holding_the_settlement(self, sandbox: Sandbox) -> None:
        """Who holds the pool may want the settlement next: the other way round is a deadlock."""
        quarter = make_quarter(sandbox)
        settlement_id = left_before_the_last_step(quarter)
        given: dict[str, Any] = {"organization_id": quarter.world.id, "now": quarter.now}

        def finish() -> Settlement:
            try:
                return advance_settlement(settlement_id=settlement_id, **given)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(1) as pool:
            with organization_context(quarter.world.id):
                lock_seat_pool(organization_id=quarter.world.id)
                other = pool.submit(finish)
                wait_until_somebody_waits_for_us()
                assert Settlement.objects.select_for_update(nowait=True).get(pk=settlement_id)
            assert other.result().state == Settlement.State.SETTLED
        assert quarter.true_up().state == TrueUp.State.SETTLED
