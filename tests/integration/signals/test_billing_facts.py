"""What billing says to a scan: price, renewal, purchases, quotes and overdue payments."""

from datetime import date, datetime, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.domain.roles import StaffScope
from accounts.models import Organization
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context, staff_context
from billing.domain.ledger import Cause
from billing.domain.period import Interval
from billing.domain.price_table import PriceTable, Scheme, Tier
from billing.models import Invoice, Subscription, SubscriptionPeriod
from billing.services.catalog import make_plan, publish_price
from billing.services.ledger import append_entry
from signals.models import ExpansionTask, Signal, SignalEvaluation
from signals.selectors.facts import scanned_facts
from signals.services.scan import scan
from tests.integration.signals.world import LONG_AGO, World, day

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

# 10 at 50.00, the next at 40.00, a month.
TIERS = (Tier(10, 5000), Tier(None, 4000))
FAR_AHEAD = day(100)


def subscribe(
    world: World,
    *,
    interval: Interval = Interval.MONTH,
    ends: datetime = FAR_AHEAD,
    plan: str = "team",
) -> Subscription:
    """Give the organization a running subscription whose period ends at `ends`."""
    with staff_context(user_id=0, scope=StaffScope.ALL):
        price = publish_price(
            plan=make_plan(code=plan, name=plan, now=LONG_AGO),
            interval=interval,
            table=PriceTable(scheme=Scheme.GRADUATED, currency="EUR", tiers=TIERS),
            actor=SYSTEM,
            now=LONG_AGO,
        )
    with organization_context(world.id):
        subscription = Subscription.objects.create(
            organization_id=world.id, price=price, status="active", started_at=LONG_AGO
        )
        SubscriptionPeriod.objects.create(
            organization_id=world.id,
            subscription=subscription,
            during=DateTimeTZRange(ends - timedelta(days=365), ends),
        )
    return subscription


def buy(world: World, subscription: Subscription, seats: int, at: datetime) -> None:
    with organization_context(world.id):
        append_entry(
            subscription=Subscription.objects.get(pk=subscription.pk),
            cause=Cause.PURCHASE,
            seats_delta=seats,
            effective_at=at,
            actor=SYSTEM,
            now=at,
            currency="EUR",
        )


def held_back(world: World) -> list[str]:
    with organization_context(world.id):
        evaluation = SignalEvaluation.objects.filter(kind="utilization").latest("on")
    return list(evaluation.holdbacks)


@pytest.fixture
def lago() -> World:
    """Ten seats, nine assigned and in use: near the limit."""
    world = World(people=9)
    world.use(world.people, day(-1))
    return world


class TestWorth:
    def test_is_the_price_of_the_suggested_seats_for_a_year(self, lago: World) -> None:
        subscription = subscribe(lago)
        buy(lago, subscription, 10, LONG_AGO)
        scan(now=day(0))
        with organization_context(lago.id):
            task = ExpansionTask.objects.get()
        # 9 / 0.75 = 12 seats, 2 more than there are, at 40.00 a month: 2 x 4000 x 12.
        assert (task.seats_suggested, task.value_minor, task.currency) == (2, 96_000, "EUR")


class TestHoldBacks:
    def test_a_purchase_in_the_last_30_days(self, lago: World) -> None:
        subscription = subscribe(lago)
        buy(lago, subscription, 10, day(-29))
        scan(now=day(0))
        assert held_back(lago) == ["recent_purchase"]
        scan(now=day(1))
        assert held_back(lago) == []

    def test_a_yearly_renewal_within_30_days(self, lago: World) -> None:
        subscribe(lago, interval=Interval.YEAR, ends=day(30))
        scan(now=day(0))
        assert held_back(lago) == ["renewal_near"]

    def test_but_not_a_monthly_one(self, lago: World) -> None:
        subscribe(lago, ends=day(30))
        scan(now=day(0))
        assert held_back(lago) == []
        with organization_context(lago.id):
            assert Signal.objects.filter(kind="utilization").exists()

    def test_a_subscription_that_is_past_due(self, lago: World) -> None:
        subscription = subscribe(lago)
        with organization_context(lago.id):
            Subscription.objects.filter(pk=subscription.pk).update(
                status="past_due", past_due_since=day(-2)
            )
        scan(now=day(0))
        assert held_back(lago) == ["payment_overdue"]

    def test_an_invoice_that_is_overdue_until_it_is_paid(self, lago: World) -> None:
        subscription = subscribe(lago)
        with organization_context(lago.id):
            invoice = Invoice.objects.create(
                organization_id=lago.id,
                subscription=subscription,
                stripe_invoice_id="in_1",
                status="open",
                currency="EUR",
                subtotal_minor=100,
                tax_minor=0,
                total_minor=100,
                amount_due_minor=100,
                amount_paid_minor=0,
                amount_remaining_minor=100,
                issued_at=day(-20),
                due_at=day(-1),
            )
        scan(now=day(0))
        assert held_back(lago) == ["payment_overdue"]
        with organization_context(lago.id):
            Invoice.objects.filter(pk=invoice.pk).update(status="paid", paid_at=day(0))
        scan(now=day(0) + timedelta(minutes=1))
        assert held_back(lago) == []


class TestAPastDay:
    def test_has_the_seats_of_the_ledger_on_that_day(self, lago: World) -> None:
        subscription = subscribe(lago)
        buy(lago, subscription, 6, day(-60))
        buy(lago, subscription, 4, day(-30))
        seen = {
            on: scanned_facts(now=day(0), as_of=on)[0].seats.purchased
            for on in (day(-61).date(), day(-60).date(), day(-31).date(), day(-30).date())
        }
        assert list(seen.values()) == [0, 6, 6, 10]

    def test_knows_the_purchases_up_to_then_alone(self, lago: World) -> None:
        subscription = subscribe(lago)
        buy(lago, subscription, 6, day(-60))
        buy(lago, subscription, 4, day(-30))
        (facts,) = scanned_facts(now=day(0), as_of=day(-40).date())
        assert facts.organization.circumstances.last_purchase_on == day(-60).date()

    def test_ends_at_midnight_of_the_organization(self, lago: World) -> None:
        with staff_context(user_id=0, scope=StaffScope.ALL):
            Organization.objects.update(time_zone="Asia/Jakarta")
        (facts,) = scanned_facts(now=day(5), as_of=date(2026, 11, 3))
        # 24:00 in Jakarta (UTC+7) is 17:00 UTC.
        assert facts.at.isoformat() == "2026-11-03T16:59:59.999999+00:00"
