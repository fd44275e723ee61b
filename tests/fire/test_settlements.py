"""Settlements under attack: the process dies everywhere, purchases come at the same moment."""

from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count, cycle

import pytest

from accounts.errors import DomainError
from accounts.tenancy import organization_context
from billing.domain.settlement import Line, LineKind
from billing.models import SeatLedgerEntry, Settlement
from billing.services.settlements import reserve_settlement
from billing.services.settling import advance_settlement
from billing.services.sweeping import sweep_settlements
from tests.fire.invariants import check_always, check_quiet
from tests.fire.killing import axe_over
from tests.fire.life import Life, begin
from tests.fire.test_kill_points import MOST_POINTS, recover
from tests.fire.test_races import at_once
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

AT = datetime(2028, 1, 31, 12, 0, tzinfo=UTC)
_quarters = count(1)


@pytest.fixture
def life(ground: Sandbox) -> Life:
    return begin(ground, price="graduated", at=AT, seats=3)


def overage() -> Line:
    return Line(LineKind.OVERAGE, 2, 1500, "2 seats above 3")


def removal() -> Line:
    return Line(LineKind.REMOVAL, -1, -700, "1 seat removed")


def reserve(life: Life, *lines: Line) -> Settlement:
    return reserve_settlement(
        organization_id=life.id,
        reference=f"true-up {next(_quarters)}",
        lines=lines,
        seats_from=life.current().purchased_seats,
        actor=life.actor,
        now=life.tick(),
    )


def go_on(life: Life, settlement: Settlement) -> Settlement:
    return advance_settlement(organization_id=life.id, settlement_id=settlement.pk, now=life.tick())


def sweep(life: Life) -> None:
    recover(life)
    sweep_settlements(now=life.now)
    recover(life)


class TestThatDiedAnywhere:
    def test_is_charged_or_credited_once_with_its_seats(self, life: Life) -> None:
        """More seats and fewer by turns; a point of death further each time."""
        lines = cycle([overage(), removal(), removal()])
        wanted, deaths, alive = life.current().purchased_seats, set(), 0
        for point in range(0, MOST_POINTS, 3):
            line = next(lines)
            reserved = reserve(life, line)
            with axe_over(point) as axe:
                go_on(life, reserved)
            check_always(life)
            sweep(life)
            check_quiet(life)
            wanted += line.seats
            assert life.current().purchased_seats == wanted, axe.effects[-1]
            with organization_context(life.id):
                assert Settlement.objects.get(pk=reserved.pk).state == "settled"
                booked = SeatLedgerEntry.objects.filter(settlement=reserved)
                assert [row.amount_minor for row in booked] == [line.amount_minor]
            alive = 0 if axe.has_struck else alive + 1
            deaths |= {axe.effects[-1].split("/")[0]} if axe.has_struck else set()
            if alive == 2:
                break
        assert alive == 2
        assert {"commit", "POST invoices"} <= deaths


class TestNearARenewal:
    def test_takes_the_seat_once_whatever_was_renewed_meanwhile(self, ground: Sandbox) -> None:
        """It dies minutes before the end of the term, and the worker sleeps over the renewal.

        A term later it dies some effects further on.
        """
        life = begin(ground, price="graduated", at=AT, seats=12)
        wanted, deaths = life.current().purchased_seats, set()
        for point in range(1, MOST_POINTS, 8):
            life.pass_time(life.period_end() - life.now - timedelta(minutes=5))
            end = life.period_end()
            reserved = reserve(life, removal())
            with axe_over(point) as axe:
                go_on(life, reserved)
            check_always(life)
            life.worker_runs = False
            life.pass_time(timedelta(hours=2))
            life.worker_runs = True
            sweep(life)
            assert life.period_end() > end
            check_always(life)
            check_quiet(life)
            wanted -= 1
            assert life.current().purchased_seats == wanted, axe.effects[-1]
            with organization_context(life.id):
                assert Settlement.objects.get(pk=reserved.pk).state == "settled"
                booked = SeatLedgerEntry.objects.filter(settlement=reserved)
                assert [row.amount_minor for row in booked] == [-700]
            if not axe.has_struck:
                break
            deaths.add(axe.effects[-1].split("/")[0])
        else:
            raise AssertionError("the path has no end")
        # In the database and on the way to Stripe.
        assert "commit" in deaths
        assert any(death.startswith("POST") for death in deaths)


class TestAgainstAPurchase:
    def test_never_grants_more_than_is_paid(self, life: Life) -> None:
        for _round in range(2):
            quoted = life.quote(life.current().purchased_seats + 1)
            results = at_once(
                [lambda: go_on(life, reserve(life, overage())), partial(life.buy, quoted)]
            )
            assert not all(isinstance(result, DomainError) for result in results), results
            check_always(life)
            sweep(life)
            check_quiet(life)
            life.pass_time(timedelta(minutes=5))
