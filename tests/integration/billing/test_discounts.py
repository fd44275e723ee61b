"""Discounts and credit at the sandbox: granted, quoted, charged, ended."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from django.utils import timezone

from accounts.tenancy import organization_context
from billing.domain.money import round_half_up
from billing.models import CreditGrant, Incident, Purchase, SubscriptionDiscount
from billing.selectors.discounts import balance_movements
from billing.services.credit import CreditRefused, carry_out_credit, grant_credit
from billing.services.discounts import (
    DiscountInForce,
    DiscountRefused,
    carry_out_discount,
    end_discount,
    grant_discount,
)
from billing.services.grants import sweep_grants
from billing.services.periods import sync_subscription
from billing.services.purchases import purchase_seats
from billing.services.quotes import quote_seats
from tests.integration.billing.conftest import World, make_world
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def give(world: World, basis_points: int, months: int | None = None) -> SubscriptionDiscount:
    now = timezone.now()
    discount = grant_discount(
        organization_id=world.id,
        basis_points=basis_points,
        months=months,
        reason="A pilot",
        actor=world.actor,
        now=now,
    )
    return carry_out_discount(organization_id=world.id, discount_id=discount.pk, now=now)


def buy(world: World, quantity: int, at: datetime | None = None) -> Purchase:
    now = at or timezone.now()
    quote = quote_seats(organization_id=world.id, quantity=quantity, actor=world.actor, now=now)
    return purchase_seats(
        organization_id=world.id,
        quote_id=quote.pk,
        total_minor=quote.total_now_minor,
        idempotency_key=f"{quote.pk}",
        actor=world.actor,
        now=now,
    )


def no_incidents(world: World) -> bool:
    with organization_context(world.id):
        return not Incident.objects.exists()


class TestGrantDiscount:
    def test_reduces_the_next_purchase_to_the_cent(self, sandbox: Sandbox) -> None:
        world = make_world(sandbox, tax_rate_basis_points=1900)
        give(world, 1250)
        bought = buy(world, 20)
        assert (bought.state, bought.failure_code) == ("provisioned", "")
        invoice = world.invoices_at_stripe()[0]
        figures = bought.quote.snapshot()
        left = figures.period.fraction_remaining(figures.at)
        # Credit of what was paid in full; 180.00 for the rest of the month less 12.5 %.
        debit = round_half_up(18_000 * left)
        off = round_half_up(debit * Fraction(1, 8))
        net = debit - off - round_half_up(11_600 * left)
        assert invoice["total_discount_amounts"][0]["amount"] == off
        assert invoice["total_excluding_tax"] == net
        assert invoice["total"] == invoice["amount_paid"] == bought.total_minor
        assert no_incidents(world)

    def test_credits_what_the_discount_left_of_the_last_charge(self, world: World) -> None:
        give(world, 3333)
        assert buy(world, 13).state == "provisioned"
        second = buy(world, 27)
        assert (second.state, second.failure_code) == ("provisioned", "")
        (credit, debit) = second.quote.snapshot().lines
        assert 0 < credit.paid_share < 1
        assert credit.discount_minor == 0 < debit.discount_minor
        assert no_incidents(world)

    def test_follows_stripes_own_seconds_to_its_end(self, sandbox: Sandbox) -> None:
        start = datetime(2026, 1, 31, 10, tzinfo=UTC)
        clock = sandbox.make_clock(int(start.timestamp()))
        world = make_world(sandbox, test_clock_id=clock, now=start, seats=12)
        given = give(world, 1000, months=1)
        assert (given.starts_at, given.ends_at) == (start, datetime(2026, 2, 28, 10, tzinfo=UTC))
        quote = quote_seats(organization_id=world.id, quantity=20, actor=world.actor, now=start)
        following = quote.snapshot().next_invoice
        # The renewal on 28 February at 10:00 is the first invoice without it.
        assert (following.discount_basis_points, following.total_minor) == (0, 18_000)
        renews = int((start + timedelta(days=28, hours=2)).timestamp())
        sandbox.advance(clock, renews)
        assert world.invoices_at_stripe()[0]["total"] == 11_600

    def test_is_in_every_renewal_without_an_end(self, sandbox: Sandbox) -> None:
        start = datetime(2026, 1, 1, tzinfo=UTC)
        clock = sandbox.make_clock(int(start.timestamp()))
        world = make_world(sandbox, test_clock_id=clock, now=start)
        give(world, 1000)
        later = datetime(2026, 2, 1, 2, tzinfo=UTC)
        sandbox.advance(clock, int(later.timestamp()))
        # 10 % of 100.00 and of 16.00
        assert world.invoices_at_stripe()[0]["total"] == 11_600 - 1_000 - 160
        sync_subscription(
            organization_id=world.id,
            stripe_subscription_id=world.subscription.stripe_subscription_id,
            now=later,
        )
        bought = buy(world, 20, later)
        assert (bought.state, bought.failure_code) == ("provisioned", "")
        assert bought.quote.snapshot().lines[0].paid_share == Fraction(9, 10)

    def test_refuses_a_second_one(self, world: World) -> None:
        give(world, 1000)
        with pytest.raises(DiscountInForce):
            give(world, 2000)

    @pytest.mark.parametrize(("basis_points", "months"), [(0, None), (10_001, None), (1, 0)])
    def test_refuses_what_is_no_discount(
        self, world: World, basis_points: int, months: int | None
    ) -> None:
        with pytest.raises(DiscountRefused):
            give(world, basis_points, months)

    def test_is_carried_out_by_the_sweeper_after_a_crash(self, world: World) -> None:
        now = timezone.now()
        stored = grant_discount(
            organization_id=world.id, basis_points=1000, months=3, reason="A pilot",
            actor=world.actor, now=now,
        )  # fmt: skip
        world.sandbox.chaos("cut_connection", match="POST /v1/subscriptions/", count=3)
        assert sweep_grants(now=now + timedelta(minutes=1)) == 1
        assert sweep_grants(now=now + timedelta(minutes=2)) == 1
        assert sweep_grants(now=now + timedelta(minutes=3)) == 0
        with organization_context(world.id):
            stored.refresh_from_db()
        assert stored.starts_at is not None
        coupons = world.sandbox.call("GET", "coupons")["data"]
        assert [coupon["times_redeemed"] for coupon in coupons] == [1]


class TestEndDiscount:
    def test_charges_the_full_price_and_credits_what_was_paid(self, world: World) -> None:
        given = give(world, 5000)
        assert buy(world, 13).state == "provisioned"
        end_discount(
            organization_id=world.id, discount_id=given.pk, actor=world.actor, now=timezone.now()
        )
        ended = carry_out_discount(
            organization_id=world.id, discount_id=given.pk, now=timezone.now()
        )
        assert ended.ended_at is not None
        bought = buy(world, 20)
        assert (bought.state, bought.failure_code) == ("provisioned", "")
        credit, debit = bought.quote.snapshot().lines
        assert (credit.paid_share <= Fraction(51, 100), debit.discount_minor) == (True, 0)

    def test_makes_room_for_another(self, world: World) -> None:
        given = give(world, 5000)
        end_discount(
            organization_id=world.id, discount_id=given.pk, actor=world.actor, now=timezone.now()
        )
        carry_out_discount(organization_id=world.id, discount_id=given.pk, now=timezone.now())
        assert give(world, 1000).starts_at is not None


class TestGrantCredit:
    def credit(self, world: World, amount_minor: int = 2000, key: str = "one") -> CreditGrant:
        return grant_credit(
            organization_id=world.id,
            amount_minor=amount_minor,
            reason="An outage in November",
            idempotency_key=key,
            actor=world.actor,
            now=timezone.now(),
        )

    def test_pays_the_next_purchase_first(self, world: World) -> None:
        grant = self.credit(world)
        carry_out_credit(organization_id=world.id, grant_id=grant.pk, now=timezone.now())
        assert world.account().credit_balance_minor == 2000
        bought = buy(world, 20)
        assert bought.state == "provisioned"
        assert bought.quote.snapshot().now.from_balance_minor == 2000
        with organization_context(world.id):
            moved = [movement.amount_minor for movement in balance_movements(world.id)]
        assert sorted(moved) == [-2000, 2000]

    def test_is_booked_once_however_often_it_is_carried_out(self, world: World) -> None:
        grant = self.credit(world)
        assert self.credit(world).pk == grant.pk
        world.sandbox.chaos("cut_connection", match="balance_transactions", count=4)
        sweep_grants(now=timezone.now() + timedelta(minutes=1))
        sweep_grants(now=timezone.now() + timedelta(minutes=2))
        assert world.account().credit_balance_minor == 2000

    def test_refuses_nothing(self, world: World) -> None:
        with pytest.raises(CreditRefused):
            self.credit(world, 0)
