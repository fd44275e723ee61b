"""Time passes at Stripe: renewals, failed payments, cancellation."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from accounts.tenancy import organization_context
from billing.domain.money import round_half_up
from billing.models import Purchase, SeatLedgerEntry, Subscription, SubscriptionPeriod
from billing.selectors.terms import SubscriptionCannotGrow
from billing.services.purchases import purchase_seats
from billing.services.quotes import quote_seats
from billing.services.sweeping import sweep_renewals
from tests.integration.billing.conftest import DAY, Clocked, make_world
from tests.support.stripe import Sandbox, deliver

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


class TestRenewal:
    def test_begins_a_period_and_writes_the_ledger_with_its_invoice(self, clocked: Clocked) -> None:
        clocked.advance(32)
        with organization_context(clocked.world.id):
            first, second = SubscriptionPeriod.objects.order_by("during")
            renewal = SeatLedgerEntry.objects.select_related("invoice").get(cause="renewal")
        assert first.period.end == second.period.start == renewal.effective_at
        # 10 x 10.00 + 2 x 8.00, as before
        assert (renewal.seats_delta, renewal.seats_after, renewal.amount_minor) == (0, 12, 11_600)
        assert renewal.invoice is not None
        assert (renewal.invoice.billing_reason, renewal.invoice.status) == (
            "subscription_cycle",
            "paid",
        )

    def test_is_written_once_however_often_it_is_told(self, clocked: Clocked) -> None:
        clocked.advance(32)
        for event in clocked.told():
            deliver(event | {"id": f"{event['id']}_again"})
        with organization_context(clocked.world.id):
            assert SeatLedgerEntry.objects.filter(cause="renewal").count() == 1

    def test_three_in_a_row_leave_no_gap(self, clocked: Clocked) -> None:
        for days in (32, 63, 93):
            clocked.advance(days)
        with organization_context(clocked.world.id):
            periods = [row.period for row in SubscriptionPeriod.objects.order_by("during")]
        assert len(periods) == 4
        assert all(earlier.end == later.start for earlier, later in pairwise(periods))

    def test_that_no_webhook_told_of_is_found_by_the_sweeper(self, clocked: Clocked) -> None:
        clocked.world.sandbox.advance(clocked.clock_id, clocked.start + 32 * DAY)
        later = datetime.fromtimestamp(clocked.start + 32 * DAY, tz=UTC)
        assert sweep_renewals(now=later) == 1
        with organization_context(clocked.world.id):
            assert SeatLedgerEntry.objects.filter(cause="renewal").count() == 1
        assert sweep_renewals(now=later + timedelta(hours=1)) == 0


class TestUnpaidRenewal:
    @pytest.fixture
    def overdue(self, clocked: Clocked) -> Clocked:
        clocked.world.use_card("pm_card_chargeCustomerFail")
        clocked.advance(32)
        return clocked

    def test_is_past_due_and_nothing_is_added(self, overdue: Clocked) -> None:
        subscription = overdue.subscription()
        assert subscription.status == Subscription.Status.PAST_DUE
        assert subscription.past_due_since is not None
        with pytest.raises(SubscriptionCannotGrow):
            quote_seats(
                organization_id=overdue.world.id,
                quantity=20,
                actor=overdue.world.actor,
                now=datetime.fromtimestamp(overdue.start + 32 * DAY, tz=UTC),
            )

    def test_is_active_again_when_it_is_paid(self, overdue: Clocked) -> None:
        overdue.world.use_card("pm_card_visa")
        overdue.advance(45)
        subscription = overdue.subscription()
        assert (subscription.status, subscription.past_due_since) == ("active", None)

    @pytest.mark.parametrize(
        ("end", "status", "seats"),
        [("cancel", "canceled", 0), ("unpaid", "unpaid", 12), ("past_due", "past_due", 12)],
    )
    def test_ends_as_the_account_says(
        self, overdue: Clocked, end: str, status: str, seats: int
    ) -> None:
        overdue.world.sandbox.http.post("/_sandbox/settings", json={"dunning_end": end})
        overdue.advance(60)
        assert overdue.subscription().status == status
        assert overdue.world.purchased_seats() == seats


class TestAnnual:
    def test_keeps_the_committed_baseline_apart_from_additions(self, sandbox: Sandbox) -> None:
        from billing.domain.period import Interval
        from tests.integration.billing.conftest import make_price
        from tests.integration.billing.test_purchase import buy, quote

        yearly = make_price(interval=Interval.YEAR)
        world = make_world(sandbox, seats=10, price=yearly)
        bought = buy(world, quote(world, 15))
        with organization_context(world.id):
            subscription = Subscription.objects.get()
            (period,) = SubscriptionPeriod.objects.all()
        assert (subscription.committed_baseline_seats, subscription.purchased_seats) == (10, 15)
        assert bought.quote.next_invoice_at == period.period.end
        assert period.period.end - period.period.start >= timedelta(days=365)


class TestSmallAmount:
    def test_below_the_minimum_is_carried_to_the_next_purchase(self, clocked: Clocked) -> None:
        world = clocked.world
        clocked.advance(29)
        now = datetime.fromtimestamp(clocked.start + 29 * DAY, tz=UTC)

        def buy_at(quantity: int) -> Purchase:
            asked = quote_seats(
                organization_id=world.id, quantity=quantity, actor=world.actor, now=now
            )
            return purchase_seats(
                organization_id=world.id,
                quote_id=asked.pk,
                total_minor=asked.total_now_minor,
                idempotency_key=str(asked.pk),
                actor=world.actor,
                now=now,
            )

        with organization_context(world.id):
            period = SubscriptionPeriod.objects.get().period
        left = period.fraction_remaining(now)
        first = buy_at(13)
        # One seat at 8.00 for a day or two of the month is less than the 0.50 Stripe charges.
        owed = round_half_up(12_400 * left) - round_half_up(11_600 * left)
        assert 0 < owed < 50
        assert (first.state, first.total_minor) == ("provisioned", 0)
        assert world.account().credit_balance_minor == -owed
        second = buy_at(30)
        more = round_half_up(26_000 * left) - round_half_up(12_400 * left)
        assert (second.state, second.total_minor) == ("provisioned", more + owed)
        assert world.invoices_at_stripe()[0]["amount_paid"] == more + owed
        assert world.account().credit_balance_minor == 0
