"""Starting a subscription by oneself: chosen, paid, granted, and everything in between."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.domain.roles import StaffScope
from accounts.models import Organization, User
from accounts.services.history import SYSTEM, Actor
from accounts.tenancy import organization_context, staff_context
from billing.domain.period import Interval
from billing.models import BillingAccount, Incident, Price, Seller, Subscription, SubscriptionStart
from billing.selectors.starting import start_figures
from billing.services.choosing import DetailsMissing, StartChanged, StartUnderWay, reserve_start
from billing.services.periods import sync_subscription
from billing.services.starting import (
    advance_open_start,
    advance_start,
    sweep_starts,
    withdraw_start,
)
from billing.services.subscriptions import AlreadySubscribed, Payer, ensure_customer, use_card
from billing.services.tax import set_tax_rule
from seats.models import SeatPool
from seats.services.waiting import request_seat
from tests.integration.billing.conftest import make_price
from tests.support.people import make_admin, make_membership, make_organization
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


class Newcomer:
    """Acme before it has a subscription, and Ada who starts one."""

    def __init__(self, sandbox: Sandbox, price: Price | None = None) -> None:
        self.sandbox = sandbox
        self.price = price or make_price()
        self.organization: Organization = make_organization("acme", currency="EUR")
        self.ada: User = make_admin("ada", self.organization)

    @property
    def id(self) -> int:
        return self.organization.pk

    def now(self) -> datetime:
        return timezone.now()

    def card(self, payment_method: str = "pm_card_visa") -> None:
        now = self.now()
        customer = ensure_customer(organization_id=self.id, now=now)
        use_card(
            organization_id=self.id, customer_id=customer, payment_method_id=payment_method, now=now
        )

    def due(self, seats: int = 12, country: str = "DE", vat_id: str = "") -> int:
        with organization_context(self.id):
            return start_figures(
                organization=self.organization, price=self.price, seats=seats, country=country,
                vat_id=vat_id, now=self.now(),
            ).due_minor  # fmt: skip

    def choose(self, seats: int = 12, *, key: str = "one", **given: Any) -> SubscriptionStart:
        country, vat_id = given.pop("country", "DE"), given.pop("vat_id", "")
        due = given.pop("due_minor", None)
        return reserve_start(
            organization_id=self.id,
            price=given.pop("price", self.price),
            seats=seats,
            due_minor=self.due(seats, country, vat_id) if due is None else due,
            payer=Payer(name="Acme", email="billing@acme.example", country=country, **given),
            vat_id=vat_id,
            idempotency_key=key,
            actor=Actor.of(self.ada),
            now=self.now(),
        )

    def advance(self, start: SubscriptionStart, **later: float) -> SubscriptionStart:
        now = self.now() + timedelta(**later)
        return advance_start(organization_id=self.id, start_id=start.pk, now=now)

    def start(self, seats: int = 12, **given: Any) -> SubscriptionStart:
        return self.advance(self.choose(seats, **given))

    def subscriptions_at_stripe(self) -> list[dict[str, Any]]:
        with organization_context(self.id):
            customer = BillingAccount.objects.get().stripe_customer_id
        page = self.sandbox.call("GET", "subscriptions", customer=customer, status="all")
        return list(page["data"])

    def seats(self) -> int:
        with organization_context(self.id):
            return SeatPool.objects.get().purchased_seats


@pytest.fixture
def acme(sandbox: Sandbox, transactional_db: None) -> Newcomer:
    return Newcomer(sandbox)


def tax(country: str, basis_points: int) -> None:
    with staff_context(user_id=0, scope=StaffScope.ALL):
        set_tax_rule(
            country=country, basis_points=basis_points, name="MwSt.", actor=SYSTEM,
            now=timezone.now(),
        )  # fmt: skip


class TestStart:
    def test_grants_the_seats_once_the_first_invoice_is_paid(self, acme: Newcomer) -> None:
        acme.card()
        people = [make_membership(acme.organization, external_id=f"p{n}") for n in range(3)]
        for person in people:
            request_seat(
                organization_id=acme.id, membership_id=person.pk, actor=SYSTEM, now=timezone.now()
            )
        done = acme.start()
        assert (done.state, done.failure_code) == ("done", "")
        # 10 x 10.00 + 2 x 8.00
        assert (done.due_minor, acme.seats()) == (11_600, 12)
        assert sorted(done.seated_membership_ids) == sorted(person.pk for person in people)
        (subscription,) = acme.subscriptions_at_stripe()
        assert subscription["status"] == "active"
        with organization_context(acme.id):
            ours = Subscription.objects.get()
            assert (ours.status, ours.stripe_subscription_id) == ("active", subscription["id"])
            assert not Incident.objects.exists()

    def test_waits_for_the_first_card_and_goes_on_with_it(self, acme: Newcomer) -> None:
        start = acme.start()
        assert (start.state, acme.seats()) == ("reserved", 0)
        acme.card()
        advance_open_start(organization_id=acme.id, now=timezone.now())
        assert acme.advance(start).state == "done"
        assert len(acme.subscriptions_at_stripe()) == 1

    def test_charges_the_tax_of_the_buyers_country(self, acme: Newcomer) -> None:
        tax("DE", 1900)
        acme.card()
        done = acme.start()
        # 19 % of 100.00 and of 16.00: 19.00 + 3.04
        assert (done.state, done.due_minor) == ("done", 11_600 + 2_204)
        customer = acme.subscriptions_at_stripe()[0]["customer"]
        (invoice,) = acme.sandbox.call("GET", "invoices", customer=customer)["data"]
        assert invoice["total"] == invoice["amount_paid"] == 13_804
        assert acme.subscriptions_at_stripe()[0]["default_tax_rates"][0]["display_name"] == "MwSt."

    def test_charges_a_business_in_another_member_state_no_tax(self, acme: Newcomer) -> None:
        Seller.objects.create(name="Vendor", country="DE")
        tax("FR", 2000)
        acme.card()
        done = acme.start(country="FR", vat_id="FR83404833048")
        assert (done.state, done.due_minor) == ("done", 11_600)
        with organization_context(acme.id):
            account = BillingAccount.objects.get()
        assert account.tax_reason == "reverse_charge"
        customer = acme.sandbox.call("GET", f"customers/{account.stripe_customer_id}")
        assert customer["tax_exempt"] == "reverse"

    def test_begins_one_subscription_however_often_it_is_asked(self, acme: Newcomer) -> None:
        acme.card()
        first = acme.start()
        assert acme.start().pk == first.pk
        with pytest.raises(AlreadySubscribed):
            acme.start(key="two")
        assert len(acme.subscriptions_at_stripe()) == 1

    def test_refuses_another_total_than_the_one_shown(self, acme: Newcomer) -> None:
        with pytest.raises(StartChanged) as refused:
            acme.choose(due_minor=11_599)
        assert refused.value.details["due_minor"] == 11_600

    def test_refuses_a_payer_without_a_country(self, acme: Newcomer) -> None:
        with pytest.raises(DetailsMissing):
            acme.choose(country="", due_minor=11_600)

    def test_may_be_chosen_anew_before_there_is_a_card(self, acme: Newcomer) -> None:
        first = acme.start()
        second = acme.choose(20, key="two")
        with organization_context(acme.id):
            first.refresh_from_db()
        assert (first.state, second.state) == ("withdrawn", "reserved")

    def test_begins_again_after_an_earlier_subscription_ended(self, acme: Newcomer) -> None:
        acme.card()
        acme.start()
        (old,) = acme.subscriptions_at_stripe()
        acme.sandbox.call("DELETE", f"subscriptions/{old['id']}")
        sync_subscription(
            organization_id=acme.id, stripe_subscription_id=old["id"], now=timezone.now()
        )
        again = acme.start(15, key="two")
        assert (again.state, again.failure_code) == ("done", "")
        assert acme.seats() == 15

    def test_needs_no_card_from_who_pays_by_invoice(self, acme: Newcomer) -> None:
        with organization_context(acme.id):
            BillingAccount.objects.create(organization=acme.organization, collection="invoice")
        done = acme.start()
        assert (done.state, done.due_minor, acme.seats()) == ("done", 0, 12)
        assert acme.subscriptions_at_stripe()[0]["collection_method"] == "send_invoice"


class TestRefusal:
    def test_of_the_card_charges_nothing_and_leaves_nothing(self, acme: Newcomer) -> None:
        acme.card("pm_card_chargeCustomerFail")
        failed = acme.start()
        assert (failed.state, failed.failure_code) == ("failed", "generic_decline")
        (gone,) = acme.subscriptions_at_stripe()
        assert gone["status"] == "incomplete_expired"
        assert acme.seats() == 0
        acme.card()
        assert acme.start(key="another card").state == "done"

    def test_by_the_bank_that_asks_is_settled_when_it_agrees(self, acme: Newcomer) -> None:
        acme.card("pm_card_authenticationRequired")
        asked = acme.start()
        assert (asked.state, acme.seats()) == ("requires_action", 0)
        assert asked.hosted_invoice_url
        with pytest.raises(StartUnderWay):
            acme.choose(key="two")
        acme.sandbox.confirm_at_bank(self.intent(acme), passes=True)
        assert acme.advance(asked).state == "done"
        assert acme.seats() == 12

    def test_by_the_bank_that_asks_ends_when_it_does_not_agree(self, acme: Newcomer) -> None:
        acme.card("pm_card_authenticationRequired")
        asked = acme.start()
        acme.sandbox.confirm_at_bank(self.intent(acme), passes=False)
        failed = acme.advance(asked)
        assert (failed.state, acme.seats()) == ("failed", 0)
        assert acme.subscriptions_at_stripe()[0]["status"] == "incomplete_expired"

    def test_may_be_withdrawn_while_the_bank_asks(self, acme: Newcomer) -> None:
        acme.card("pm_card_authenticationRequired")
        asked = acme.start()
        withdraw_start(organization_id=acme.id, start_id=asked.pk, actor=SYSTEM, now=timezone.now())
        assert acme.advance(asked).failure_code == "canceled"
        assert acme.subscriptions_at_stripe()[0]["status"] == "incomplete_expired"

    def intent(self, acme: Newcomer) -> str:
        latest = acme.subscriptions_at_stripe()[0]["latest_invoice"]
        payments = acme.sandbox.call("GET", "invoice_payments", invoice=latest)["data"]
        return str(payments[0]["payment"]["payment_intent"])


class TestCrash:
    def test_after_stripe_began_it_ends_in_seats_and_one_charge(self, acme: Newcomer) -> None:
        acme.card()
        acme.sandbox.chaos("cut_connection", match="POST /v1/subscriptions$", count=3)
        left = acme.start()
        assert left.state == "asked"
        assert sweep_starts(now=timezone.now(), idle_for=timedelta()) == 1
        assert acme.advance(left).state == "done"
        assert (len(acme.subscriptions_at_stripe()), acme.seats()) == (1, 12)

    def test_for_longer_than_a_key_lasts_finds_what_was_begun(self, acme: Newcomer) -> None:
        acme.card()
        acme.sandbox.chaos("cut_connection", match="POST /v1/subscriptions$", count=3)
        left = acme.start()
        assert acme.advance(left, hours=30).state == "done"
        assert len(acme.subscriptions_at_stripe()) == 1


class TestFigures:
    def test_say_what_a_year_saves(self, acme: Newcomer) -> None:
        from billing.domain.price_table import Tier

        year = make_price(interval=Interval.YEAR, tiers=(Tier(10, 9_840), Tier(None, 7_872)))
        with organization_context(acme.id):
            figures = start_figures(
                organization=acme.organization, price=year, seats=12, country="DE",
                now=timezone.now(),
            )  # fmt: skip
        # 12 x 116.00 = 1392.00 a year in months; 98.40 x 10 + 78.72 x 2 = 1141.44
        assert figures.saving == pytest.approx(1 - 114_144 / 139_200)
