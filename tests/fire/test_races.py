"""Hundreds at once, each on a connection of its own, against a real PostgreSQL.

Whatever the order in which they get through: no seat is assigned twice, no seat is granted that is
not paid, no charge is made twice, and everybody who came too late is told so.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from accounts.errors import DomainError
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from billing.models import DunningCase, Purchase, SeatLedgerEntry
from billing.services import dunning
from billing.services.periods import sync_subscription
from billing.services.provisioning import provision
from billing.services.purchases import purchase_seats
from billing.services.quotes import quote_seats
from billing.services.scheduling import schedule_seats, undo_scheduled_change
from seats.models import SeatAssignment
from seats.services.seats import SeatLimitReached, assign_seat, release_seat
from tests.fire.invariants import check_quiet
from tests.fire.killing import axe_over
from tests.fire.life import Life, begin
from tests.fire.paying import AGREEMENTS
from tests.support.people import make_admin
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

AT = datetime(2028, 1, 31, 12, 0, tzinfo=UTC)
MANY = 200
ALIASES = ("default", "pipeline")
SIZES: dict[str, dict[str, int]] = {
    "default": {"max_size": MANY + 10, "timeout": 120},
    "pipeline": {"max_size": 20, "timeout": 120},
}


@pytest.fixture(autouse=True, scope="module")
def a_connection_for_everybody() -> Iterator[None]:
    """More connections than the product's processes have: the locks decide, not the pool.

    One race leaves them open for the next.
    """
    pools = [(alias, connections.settings[alias]["OPTIONS"]["pool"]) for alias in ALIASES]
    for alias, pool in pools:
        connections[alias].close_pool()  # type: ignore[attr-defined]
        connections.settings[alias]["OPTIONS"]["pool"] = pool | SIZES[alias]
    yield
    for alias, pool in pools:
        connections[alias].close()
        connections[alias].close_pool()  # type: ignore[attr-defined]
        connections.settings[alias]["OPTIONS"]["pool"] = pool


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Call everything at the same moment; return what came back, refusals included."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            # Connect first, so that the calls themselves start together.
            connections["default"].ensure_connection()
            barrier.wait(60)
            return call()
        except DomainError as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def outcomes(results: Sequence[Any]) -> Counter[str]:
    return Counter(
        result.code if isinstance(result, DomainError) else type(result).__name__
        for result in results
    )


def charges(life: Life) -> int:
    """Invoices of changes that were paid."""
    return sum(
        invoice["billing_reason"] == "subscription_update" and invoice["status"] == "paid"
        for invoice in life.invoices_at_stripe()
    )


def assign(life: Life, member: int) -> SeatAssignment:
    return assign_seat(
        organization_id=life.id, membership_id=member, actor=life.actor, now=life.now
    )


def live_seats(life: Life) -> int:
    with organization_context(life.id):
        return SeatAssignment.objects.filter(during__endswith__isnull=True).count()


def renew(life: Life) -> None:
    sync_subscription(
        organization_id=life.id,
        stripe_subscription_id=life.subscription.stripe_subscription_id,
        now=life.now,
    )


def entries(life: Life, cause: str) -> int:
    with organization_context(life.id):
        return SeatLedgerEntry.objects.filter(cause=cause).count()


class TestAssignments:
    def test_200_at_once_for_5_free_seats_seat_5(self, ground: Sandbox) -> None:
        life = begin(ground, price="graduated", at=AT, seats=5, people=MANY)
        results = at_once([partial(assign, life, member) for member in life.people])
        assert outcomes(results) == {"SeatAssignment": 5, "seat_limit_reached": MANY - 5}
        assert live_seats(life) == life.pool().assigned_seats == 5

    def test_200_of_one_person_seat_them_once(self, ground: Sandbox) -> None:
        life = begin(ground, price="graduated", at=AT, seats=5, people=1)
        results = at_once([lambda: assign(life, life.people[0])] * MANY)
        assert outcomes(results) == {"SeatAssignment": 1, "seat_already_assigned": MANY - 1}
        assert live_seats(life) == 1

    def test_and_releases_at_once_never_seat_more_than_are_bought(self, ground: Sandbox) -> None:
        life = begin(ground, price="graduated", at=AT, seats=20, people=100)
        for member in life.people[:20]:
            assign(life, member)
        life.tick()

        def release(member: int) -> None:
            release_seat(
                organization_id=life.id, membership_id=member, actor=life.actor, now=life.now
            )

        results = at_once(
            [
                *[partial(release, member) for member in life.people[:20]],
                *[partial(assign, life, member) for member in life.people[20:]],
            ]
        )
        seated = sum(isinstance(result, SeatAssignment) for result in results)
        assert not any(
            isinstance(result, DomainError) and not isinstance(result, SeatLimitReached)
            for result in results
        )
        assert live_seats(life) == life.pool().assigned_seats == seated <= 20


class TestPurchases:
    def test_200_of_one_quote_with_one_key_are_one_charge(self, ground: Sandbox) -> None:
        life = begin(ground, price="graduated", at=AT, seats=5)
        quote = life.quote(8)
        results = at_once([lambda: life.buy(quote, "one-key")] * MANY)
        assert {result.pk for result in results} == {results[0].pk}
        assert charges(life) == 1
        assert life.current().purchased_seats == 8
        life.settle()
        check_quiet(life)

    def test_200_of_one_quote_with_200_keys_are_one_charge(self, ground: Sandbox) -> None:
        life = begin(ground, price="graduated", at=AT, seats=5)
        quote = life.quote(8)
        results = at_once([partial(life.buy, quote, f"key-{number}") for number in range(MANY)])
        assert outcomes(results) == {"Purchase": 1, "quote_already_bought": MANY - 1}
        assert charges(life) == 1
        life.settle()
        check_quiet(life)

    def test_200_of_20_quotes_charge_only_what_is_granted(self, ground: Sandbox) -> None:
        life = begin(ground, price="graduated", at=AT, seats=5)
        quotes = [life.quote(6 + number) for number in range(20)]
        results = at_once(
            [partial(life.buy, quotes[number % 20], f"key-{number}") for number in range(MANY)]
        )
        bought = [result for result in results if isinstance(result, Purchase)]
        # Whoever was first changed the price of all the others.
        assert len(bought) == charges(life) == 1
        assert set(outcomes(results)) <= {
            "Purchase",
            "purchase_under_way",
            "quote_already_bought",
            "quote_changed",
        }
        assert life.current().purchased_seats == bought[0].quantity_to
        life.settle()
        check_quiet(life)

    def test_of_two_admins_are_one_charge_and_one_answer_why_not(self, ground: Sandbox) -> None:
        life = begin(ground, price="cliff", at=AT, seats=5)
        bob = Actor.of(make_admin("bob-of-the-race", life.organization))
        mine = life.quote(9)
        his = quote_seats(organization_id=life.id, quantity=12, actor=bob, now=life.now)

        def he_buys() -> Purchase:
            return purchase_seats(
                organization_id=life.id,
                quote_id=his.pk,
                total_minor=his.total_now_minor,
                idempotency_key="his",
                actor=bob,
                now=life.now,
            )

        results = at_once([lambda: life.buy(mine), he_buys])
        assert outcomes(results)["Purchase"] == charges(life) == 1
        assert outcomes(results).keys() & {"purchase_under_way", "quote_changed"}
        life.settle()
        check_quiet(life)

    def test_against_100_assignments_seat_nobody_on_unpaid_seats(self, ground: Sandbox) -> None:
        life = begin(ground, price="graduated", at=AT, seats=5, people=100)
        quote = life.quote(30)
        results = at_once(
            [
                lambda: life.buy(quote),
                *[partial(assign, life, member) for member in life.people],
            ]
        )
        seated = sum(isinstance(result, SeatAssignment) for result in results)
        assert life.pool().purchased_seats == 30
        assert live_seats(life) == life.pool().assigned_seats == seated
        assert 5 <= seated <= 30


class TestPaidPurchase:
    @pytest.fixture
    def paid(self, ground: Sandbox) -> tuple[Life, Purchase]:
        """Bought and paid at Stripe; the process died before it was told."""
        life = begin(ground, price="graduated", at=AT, seats=5)
        quote = life.quote(8)
        with axe_over(None) as whole:
            life.buy(quote)
        charge = next(
            number
            for number, point in enumerate(whole.effects)
            if point.startswith("POST subscription_items")
        )
        again = life.quote(11)
        with axe_over(charge):
            life.buy(again)
        with organization_context(life.id):
            purchase = Purchase.objects.get(quote=again)
        assert purchase.state == Purchase.State.AWAITING_PAYMENT
        life.pass_time(timedelta(minutes=2))
        return life, purchase

    def test_is_granted_once_by_webhooks_sweepers_and_provisioning_at_once(
        self, paid: tuple[Life, Purchase]
    ) -> None:
        life, purchase = paid
        life.gather()
        events, life.waiting = life.waiting, []
        at_once(
            [
                *[partial(life.deliver, [event]) for event in events],
                *[life.beat] * 4,
                *[lambda: provision(organization_id=life.id, purchase_id=purchase.pk, now=life.now)]
                * 8,
            ]
        )
        life.settle()
        check_quiet(life)
        with organization_context(life.id):
            assert SeatLedgerEntry.objects.filter(purchase=purchase).count() == 1
        assert life.current().purchased_seats == 11

    def test_and_a_renewal_at_once_are_both_booked(self, paid: tuple[Life, Purchase]) -> None:
        life, _purchase = paid
        life.worker_runs = False
        life.pass_time(life.period_end() + timedelta(hours=2) - life.now)
        life.worker_runs = True
        at_once([*[partial(renew, life)] * 8, *[life.beat] * 4])
        life.settle()
        check_quiet(life)
        assert life.current().purchased_seats == 11
        with organization_context(life.id):
            assert SeatLedgerEntry.objects.filter(cause="renewal").count() == 1


class TestRenewal:
    def test_against_a_planned_decrease_and_its_undoing_brings_what_stripe_charged(
        self, ground: Sandbox
    ) -> None:
        life = begin(ground, price="graduated", at=AT, seats=8)
        plan = schedule_seats(organization_id=life.id, seats=5, actor=life.actor, now=life.tick())
        life.worker_runs = False
        before = life.period_end() - timedelta(seconds=1)
        life.pass_time(life.period_end() + timedelta(hours=2) - life.now)
        life.worker_runs = True

        def undo() -> None:
            # By this process's clock the period has not ended yet.
            undo_scheduled_change(
                organization_id=life.id, change_id=plan.pk, actor=life.actor, now=before
            )

        def plan_anew() -> None:
            schedule_seats(organization_id=life.id, seats=4, actor=life.actor, now=life.now)

        results = at_once(
            [*[partial(renew, life)] * 4, *[life.beat] * 2, *[undo] * 4, *[plan_anew] * 2]
        )
        life.settle()
        check_quiet(life)
        assert entries(life, "renewal") == 1
        # Stripe renewed with 5 before anybody asked for anything else.
        assert life.subscription_at_stripe()["items"]["data"][0]["quantity"] == 5, results


class TestEndOfDunning:
    def test_against_a_purchase_takes_no_money_for_seats_that_are_gone(
        self, ground: Sandbox
    ) -> None:
        life = begin(ground, price="graduated", at=AT, seats=5)
        life.agree(AGREEMENTS["invoice"])
        life.buy(life.quote(6))
        life.agree(AGREEMENTS["card"])
        # Due on 14 February and never paid: restricted 5 days later, ended 3 days after that.
        for day in (15, 20):
            life.pass_time(AT + timedelta(days=day) - life.now)
            life.beat()
        with organization_context(life.id):
            case = DunningCase.objects.get()
        assert case.stage == DunningCase.Stage.RESTRICTED
        assert case.next_step_at is not None
        ends_at = case.next_step_at
        life.worker_runs = False
        life.pass_time(ends_at - life.now)
        life.worker_runs = True
        quote = life.quote(9)
        results = at_once(
            [*[partial(dunning.run_dunning, now=life.now)] * 3, lambda: life.buy(quote, "late")]
        )
        life.settle()
        check_quiet(life)
        assert life.current().status == "canceled"
        with organization_context(life.id):
            bought = Purchase.objects.filter(quote=quote).first()
        # Whoever paid had the seats before the end took them; whoever came later paid nothing.
        is_granted = bought is not None and bought.provisioned_at is not None
        assert charges(life) == is_granted, results


class TestSweepers:
    def test_four_at_once_finish_what_was_left_once(self, ground: Sandbox) -> None:
        life = begin(ground, price="graduated", at=AT, seats=5)
        quote = life.quote(8)
        with axe_over(0):
            life.buy(quote)
        with axe_over(0):
            schedule_seats(organization_id=life.id, seats=3, actor=life.actor, now=life.tick())
        with organization_context(life.id):
            assert Purchase.objects.get().state == Purchase.State.RESERVED
        assert charges(life) == 0
        assert life.subscription_at_stripe()["schedule"] is None
        life.pass_time(timedelta(minutes=2))
        at_once([life.beat] * 4)
        life.settle()
        check_quiet(life)
        with organization_context(life.id):
            assert SeatLedgerEntry.objects.exclude(purchase=None).count() == charges(life) == 1
        assert (life.current().purchased_seats, life.current().next_term_seats) == (8, 6)
