"""Another interval or plan at once, and seats that were paid before: charged to the cent."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from accounts.tenancy import organization_context
from billing.domain.ledger import Cause
from billing.domain.money import round_half_up
from billing.domain.period import Interval
from billing.domain.price_table import Scheme, Tier
from billing.models import Incident, Price, Purchase, Quote, ScheduledChange, Subscription
from billing.models import SeatLedgerEntry as Entry
from billing.selectors.terms import ChangeNotNow, QuantityRefused, current_terms
from billing.services.charging import advance_purchase, cancel_purchase
from billing.services.ledger import append_entry
from billing.services.purchases import purchase_seats
from billing.services.quotes import quote_seats
from billing.services.scheduling import schedule_cancellation, schedule_seats
from seats.services.seats import change_purchased_seats, lock_seat_pool
from tests.integration.billing.conftest import DAY, Clocked, World, make_price, make_world
from tests.integration.billing.test_scheduled_changes import ANNUAL, at_stripe, quantities
from tests.support.stripe import Sandbox, deliver

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def quote(
    world: World, quantity: int, price: Price | None = None, *, now: datetime | None = None
) -> Quote:
    return quote_seats(
        organization_id=world.id,
        quantity=quantity,
        price=price,
        actor=world.actor,
        now=now or timezone.now(),
    )


def buy(world: World, shown: Quote, *, now: datetime | None = None) -> Purchase:
    return purchase_seats(
        organization_id=world.id,
        quote_id=shown.pk,
        total_minor=shown.total_now_minor,
        idempotency_key=f"switch-{shown.pk}",
        actor=world.actor,
        now=now or timezone.now(),
    )


def subscription_of(world: World) -> Subscription:
    with organization_context(world.id):
        return Subscription.objects.select_related("price").get()


def periods(world: World) -> list[Any]:
    with organization_context(world.id):
        return [row.period for row in subscription_of(world).periods.order_by("during")]


def incidents(world: World) -> int:
    with organization_context(world.id):
        return Incident.objects.count()


def annual_price() -> Price:
    return make_price(interval=Interval.YEAR, tiers=ANNUAL)


def business_price() -> Price:
    return make_price(code="business", scheme=Scheme.FLAT, tiers=(Tier(None, 1500),))


class TestSwitchToAnnual:
    def test_charges_the_year_less_the_rest_of_the_month(self, world: World) -> None:
        annual = annual_price()
        shown = quote(world, 12, annual)
        (period,) = periods(world)
        rest = period.fraction_remaining(shown.prorated_at)
        # 10 x 96.00 + 2 x 76.80 for the year; 116.00 x what is left of the month comes back
        assert shown.kind == "switch"
        assert shown.total_now_minor == 96_000 + 15_360 - round_half_up(11_600 * rest)
        bought = buy(world, shown)
        assert bought.state == "provisioned"
        assert incidents(world) == 0
        assert bought.invoice is not None
        assert bought.invoice.total_minor == shown.total_now_minor

    def test_changes_price_period_and_commitment_with_the_ledger(self, clocked: Clocked) -> None:
        world, annual = clocked.world, annual_price()
        clocked.advance(10)
        tenth_day = datetime.fromtimestamp(clocked.start + 10 * DAY, tz=UTC)
        buy(world, quote(world, 15, annual, now=tenth_day), now=tenth_day)
        subscription = subscription_of(world)
        assert subscription.price_id == annual.pk
        assert (subscription.purchased_seats, subscription.committed_baseline_seats) == (15, 15)
        month, year = periods(world)
        assert month.end == year.start == tenth_day
        assert (year.end - year.start).days in (365, 366)
        with organization_context(world.id):
            entry = Entry.objects.get(cause="switch")
        assert (entry.seats_delta, entry.seats_after, entry.next_term_seats_after) == (3, 15, 15)
        assert world.stripe_quantity() == world.purchased_seats() == 15

    def test_in_the_second_of_the_start_leaves_no_empty_period(self, clocked: Clocked) -> None:
        world, start = clocked.world, datetime.fromtimestamp(clocked.start, tz=UTC)
        shown = quote(world, 12, annual_price(), now=start)
        # 1,113.60 for the year; all of the 116.00 for the month comes back
        assert shown.total_now_minor == 111_360 - 11_600
        assert buy(world, shown, now=start).state == "provisioned"
        (year,) = periods(world)
        assert (year.start, (year.end - year.start).days in (365, 366)) == (start, True)

    def test_that_is_declined_changes_nothing_and_keeps_the_plan(self, world: World) -> None:
        annual = annual_price()
        schedule_seats(organization_id=world.id, seats=8, actor=world.actor, now=timezone.now())
        world.use_card("pm_card_chargeCustomerFail")
        failed = buy(world, quote(world, 12, annual))
        assert failed.state == "failed"
        assert subscription_of(world).price_id != annual.pk
        assert len(periods(world)) == 1
        # The plan had to be let go of for the charge; Stripe has it again.
        assert quantities(world) == [12, 8]
        assert [invoice["status"] for invoice in world.invoices_at_stripe()] == ["void", "paid"]

    def test_waits_for_the_bank(self, world: World, sandbox: Sandbox) -> None:
        annual = annual_price()
        world.use_card("pm_card_authenticationRequired")
        waiting = buy(world, quote(world, 12, annual))
        assert waiting.state == "requires_action"
        assert subscription_of(world).price_id != annual.pk
        assert at_stripe(world)["items"]["data"][0]["price"]["recurring"]["interval"] == "month"
        with organization_context(world.id):
            payment = Purchase.objects.select_related("invoice").get().invoice.payments.get()  # type: ignore[union-attr]
        sandbox.confirm_at_bank(payment.stripe_payment_intent_id, passes=True)
        for event in world.events():
            deliver(event)
        with organization_context(world.id):
            assert Purchase.objects.get().state == "provisioned"
        assert subscription_of(world).price_id == annual.pk
        assert (periods(world)[-1].end - periods(world)[-1].start).days in (365, 366)

    def test_given_up_at_the_bank_leaves_the_month(self, world: World) -> None:
        world.use_card("pm_card_authenticationRequired")
        waiting = buy(world, quote(world, 12, annual_price()))
        ended = cancel_purchase(
            organization_id=world.id,
            purchase_id=waiting.pk,
            actor=world.actor,
            now=timezone.now(),
        )
        assert ended.state == "failed"
        assert at_stripe(world)["pending_update"] is None
        assert len(periods(world)) == 1

    def test_ends_what_was_planned_for_the_old_term(self, world: World) -> None:
        annual = annual_price()
        schedule_seats(organization_id=world.id, seats=8, actor=world.actor, now=timezone.now())
        buy(world, quote(world, 12, annual))
        with organization_context(world.id):
            assert ScheduledChange.objects.get().state == "superseded"
        assert subscription_of(world).next_term_seats == 12
        assert at_stripe(world)["schedule"] is None

    def test_additions_end_with_the_year(self, world: World) -> None:
        buy(world, quote(world, 12, annual_price()))
        added = buy(world, quote(world, 15))
        assert added.state == "provisioned"
        assert incidents(world) == 0
        subscription = subscription_of(world)
        assert (subscription.committed_baseline_seats, subscription.co_terming_seats) == (12, 3)
        assert added.quote.next_invoice_at == periods(world)[-1].end

    def test_is_charged_once_when_the_answer_is_lost(self, world: World, sandbox: Sandbox) -> None:
        shown = quote(world, 12, annual_price())
        sandbox.chaos("cut_connection", count=3, match="POST /v1/subscription_items")
        left = buy(world, shown)
        bought = advance_purchase(organization_id=world.id, purchase_id=left.pk, now=timezone.now())
        assert bought.state == "provisioned"
        assert len(world.invoices_at_stripe(status="paid")) == 2


class TestPlanChange:
    def test_credits_the_old_plan_and_charges_the_new_one(self, world: World) -> None:
        business = business_price()
        shown = quote(world, 12, business)
        (period,) = periods(world)
        rest = period.fraction_remaining(shown.prorated_at)
        # 12 x 15.00 instead of 116.00, for what is left of the month
        assert shown.total_now_minor == round_half_up(18_000 * rest) - round_half_up(11_600 * rest)
        assert buy(world, shown).state == "provisioned"
        assert incidents(world) == 0
        assert subscription_of(world).price_id == business.pk
        assert periods(world) == [period]

    def test_to_a_cheaper_one_waits_for_the_renewal(self, world: World) -> None:
        basic = make_price(code="basic", scheme=Scheme.FLAT, tiers=(Tier(None, 500),))
        with pytest.raises(ChangeNotNow, match="cheaper plan begins at the renewal"):
            quote(world, 12, basic)

    def test_from_annual_to_monthly_waits_for_the_end_of_the_year(self, sandbox: Sandbox) -> None:
        monthly = make_price()
        world = make_world(sandbox, price=annual_price())
        with pytest.raises(ChangeNotNow, match="committed until"):
            quote(world, 12, monthly)

    def test_takes_no_seats_away(self, world: World) -> None:
        with pytest.raises(ChangeNotNow, match="Plan fewer seats"):
            quote(world, 8, annual_price())

    def test_is_refused_while_the_subscription_ends(self, world: World) -> None:
        annual = annual_price()
        schedule_cancellation(organization_id=world.id, actor=world.actor, now=timezone.now())
        with pytest.raises(ChangeNotNow, match="Reactivate"):
            quote(world, 12, annual)

    def test_is_not_a_change_without_another_price(self, world: World) -> None:
        with pytest.raises(QuantityRefused):
            quote(world, 12, subscription_of(world).price)


class TestSeatsPaidBefore:
    """Twelve were paid, four were given up without a credit."""

    @pytest.fixture
    def dipped(self, world: World) -> World:
        now = timezone.now()
        with organization_context(world.id):
            lock_seat_pool(organization_id=world.id)
            append_entry(
                subscription=Subscription.objects.get(),
                cause=Cause.TRUE_UP_REMOVAL,
                seats_delta=-4,
                effective_at=now,
                actor=world.actor,
                now=now,
                currency="EUR",
            )
            change_purchased_seats(
                organization_id=world.id, seats_after=8, actor=world.actor, now=now
            )
        world.sandbox.call(
            "POST",
            f"subscription_items/{world.subscription.stripe_item_id}",
            quantity=8,
            proration_behavior="none",
        )
        return world

    def test_come_back_without_a_charge_or_an_invoice(self, dipped: World) -> None:
        shown = quote(dipped, 12)
        assert shown.total_now_minor == 0
        bought = buy(dipped, shown)
        assert (bought.state, bought.invoice) == ("provisioned", None)
        assert len(dipped.invoices_at_stripe()) == 1
        assert dipped.stripe_quantity() == dipped.purchased_seats() == 12

    def test_are_credited_when_more_are_bought(self, dipped: World) -> None:
        shown = quote(dipped, 15)
        with organization_context(dipped.id):
            assert current_terms(dipped.id, timezone.now()).paid_quantity == 12
        rest = periods(dipped)[0].fraction_remaining(shown.prorated_at)
        # 140.00 for 15 seats less 116.00 for the 12 that were paid
        assert shown.total_now_minor == round_half_up(14_000 * rest) - round_half_up(11_600 * rest)
        assert buy(dipped, shown).state == "provisioned"
        assert incidents(dipped) == 0
