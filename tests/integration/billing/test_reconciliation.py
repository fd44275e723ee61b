"""The comparison with Stripe: reports each difference once as long as it lasts, repairs none."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.tenancy import organization_context
from billing.models import (
    BillingAccount,
    Difference,
    Invoice,
    InvoiceLine,
    Payment,
    ReconciliationRun,
    Stranger,
    Subscription,
)
from billing.services.incidents import close_incident, open_incident
from billing.services.mirror import refresh_customer
from billing.services.reconciliation import (
    RunUnderWay,
    reconcile,
    request_run,
    resume_unfinished_run,
)
from billing.services.scheduling import schedule_seats
from seats.models import SeatPool
from tests.integration.billing.conftest import DAY, Clocked, World, make_world
from tests.integration.billing.test_purchase import buy, quote

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def compare() -> ReconciliationRun:
    """Compare everything."""
    run = reconcile(now=timezone.now(), clock=timezone.now)
    assert run is not None
    return run


def differences(world: World) -> list[Difference]:
    with organization_context(world.id):
        return list(Difference.objects.order_by("kind", "pk"))


def found(world: World) -> list[tuple[str, str, str]]:
    """Compare everything and return what is open."""
    compare()
    return [(d.kind, d.ours, d.theirs) for d in differences(world) if d.state == "open"]


def change_quantity(world: World, quantity: int) -> None:
    """Change the seats in Stripe's dashboard, as somebody does who should not."""
    item = world.subscription.stripe_item_id
    world.sandbox.call(
        "POST", f"subscription_items/{item}", quantity=str(quantity), proration_behavior="none"
    )


def unpaid_invoice(world: World, customer: str = "") -> str:
    """Write an invoice over 7.00 in Stripe's dashboard; return its id."""
    customer = customer or world.account().stripe_customer_id
    world.sandbox.call("POST", "invoiceitems", customer=customer, amount="700", currency="eur")
    invoice = world.sandbox.call(
        "POST", "invoices", customer=customer, collection_method="send_invoice",
        days_until_due="30", pending_invoice_items_behavior="include", currency="eur",
    )  # fmt: skip
    world.sandbox.call("POST", f"invoices/{invoice['id']}/finalize")
    return str(invoice["id"])


class TestReconcile:
    def test_finds_nothing_after_purchases(self, world: World) -> None:
        buy(world, quote(world))
        buy(world, quote(world, 30))
        refresh_customer(organization_id=world.id, now=timezone.now())
        assert found(world) == []
        run = ReconciliationRun.objects.get()
        assert run.is_complete
        # one customer, one subscription, its first invoice and two purchases with a payment each
        assert run.compared == {
            "customers": 1, "subscriptions": 1, "invoices": 3, "payments": 3, "ledger": 1,
        }  # fmt: skip
        assert Stranger.objects.count() == 0

    def test_finds_a_quantity_that_was_changed_at_stripe(self, world: World) -> None:
        change_quantity(world, 13)
        assert found(world) == [("quantity", "12", "13")]
        assert world.purchased_seats() == 12
        assert world.stripe_quantity() == 13

    def test_finds_a_subscription_that_was_canceled_at_stripe(self, world: World) -> None:
        world.sandbox.call("DELETE", f"subscriptions/{world.subscription.stripe_subscription_id}")
        assert found(world) == [("subscription_missing", "active", "canceled")]

    def test_finds_an_invoice_that_we_do_not_know(self, world: World) -> None:
        unpaid_invoice(world)
        assert found(world) == [("invoice_unknown", "", "700 EUR")]

    def test_finds_a_second_subscription_of_the_same_customer(self, world: World) -> None:
        second = world.sandbox.call(
            "POST", "subscriptions",
            **{
                "customer": world.account().stripe_customer_id,
                "items[0][price]": world.subscription.price.stripe_price_id,
                "items[0][quantity]": "2",
            },
        )  # fmt: skip
        open_now = found(world)
        assert (
            "two_subscriptions",
            world.subscription.stripe_subscription_id,
            second["id"],
        ) in open_now
        assert {kind for kind, _ours, _theirs in open_now} <= {
            "two_subscriptions", "invoice_unknown", "payment_unknown",
        }  # fmt: skip

    def test_finds_an_invoice_collection_and_a_credit_made_in_the_dashboard(
        self, world: World
    ) -> None:
        customer = world.account().stripe_customer_id
        world.sandbox.call(
            "POST", f"subscriptions/{world.subscription.stripe_subscription_id}",
            collection_method="send_invoice", days_until_due="30",
        )  # fmt: skip
        world.sandbox.call(
            "POST", f"customers/{customer}/balance_transactions", amount="-500", currency="eur"
        )
        assert found(world) == [("balance", "0 EUR", "500 EUR"), ("collection", "card", "invoice")]

    @pytest.mark.parametrize(
        ("spoil", "expected"),
        [
            (
                lambda: SeatPool.objects.update(purchased_seats=14),
                ("seat_pool", "14", "12"),
            ),
            (
                lambda: Invoice.objects.update(amount_paid_minor=1),
                # 10 x 10.00 + 2 x 8.00
                ("invoice_paid", "1 EUR", "11600 EUR"),
            ),
            (
                lambda: InvoiceLine.objects.filter(position=0).update(amount_minor=9000),
                ("invoice_lines", "10600 EUR", "11600 EUR"),
            ),
            (
                lambda: Payment.objects.update(amount_minor=11599),
                ("payments", "11599 EUR", "11600 EUR"),
            ),
            (
                lambda: BillingAccount.objects.update(tax_rate_basis_points=1900),
                ("tax", "1900", "0"),
            ),
            (
                lambda: BillingAccount.objects.update(payment_method_id="pm_other"),
                ("payment_method", "pm_other", ""),
            ),
            (
                lambda: Subscription.objects.update(status="past_due"),
                ("status", "past_due", "active"),
            ),
        ],
    )
    def test_finds_what_is_wrong_on_our_side(
        self, world: World, spoil: Callable[[], Any], expected: tuple[str, str, str]
    ) -> None:
        with organization_context(world.id):
            spoil()
        kind, ours, theirs = expected
        assert [(k, o, t if theirs else "") for k, o, t in found(world)] == [(kind, ours, theirs)]

    def test_finds_an_invoice_and_a_payment_that_stripe_does_not_have(self, world: World) -> None:
        with organization_context(world.id):
            Invoice.objects.update(stripe_invoice_id="in_gone")
        kinds = {kind for kind, _ours, _theirs in found(world)}
        assert kinds == {"invoice_missing", "invoice_unknown"}

    def test_reports_what_belongs_to_no_organization(self, world: World) -> None:
        stranger = world.sandbox.call("POST", "customers", name="Somebody")
        unpaid_invoice(world, stranger["id"])
        assert found(world) == []
        kinds = Stranger.objects.order_by("kind").values_list("kind", "amount_minor", "state")
        assert list(kinds) == [("customer", None, "open"), ("invoice", 700, "open")]

    def test_says_nothing_of_an_organization_that_is_buying(self, world: World) -> None:
        world.use_card("pm_card_authenticationRequired")
        assert buy(world, quote(world, 20)).state == "requires_action"
        change_quantity(world, 13)
        assert found(world) == []


class TestADifferenceThatLasts:
    def test_is_one_row_seen_so_many_times_since_when(self, world: World) -> None:
        change_quantity(world, 13)
        first, second = compare(), compare()
        (row,) = differences(world)
        assert (row.times_seen, row.first_seen_at < row.last_seen_at) == (2, True)
        assert ((first.opened, first.gone), (second.opened, second.gone)) == ((1, 0), (0, 0))

    def test_is_gone_when_both_sides_agree_and_a_new_row_when_it_comes_back(
        self, world: World
    ) -> None:
        change_quantity(world, 13)
        compare()
        change_quantity(world, 12)
        assert compare().gone == 1
        change_quantity(world, 13)
        assert compare().opened == 1
        assert sorted(row.state for row in differences(world)) == ["gone", "open"]

    def test_stays_accepted_until_a_side_changes(self, world: World) -> None:
        change_quantity(world, 13)
        compare()
        with organization_context(world.id):
            Difference.objects.update(state="accepted", ended_at=timezone.now())
        compare()
        assert [row.state for row in differences(world)] == ["accepted"]
        change_quantity(world, 14)
        compare()
        assert [(row.state, row.theirs) for row in differences(world)] == [("open", "14")]


class TestARun:
    def test_compares_one_organization_and_leaves_the_others(self, world: World) -> None:
        other = make_world(
            world.sandbox, name="other", admin="cleo", price=world.subscription.price
        )
        change_quantity(world, 13)
        change_quantity(other, 14)
        run = request_run(actor=world.actor, now=timezone.now(), organization=other.organization)
        reconcile(now=timezone.now(), clock=timezone.now, run=run)
        assert differences(world) == []
        assert [(d.kind, d.theirs) for d in differences(other)] == [("quantity", "14")]
        # customer, subscription, invoice, payment, ledger
        assert run.done == run.total == 5

    def test_is_asked_for_once(self, world: World) -> None:
        request_run(actor=world.actor, now=timezone.now())
        with pytest.raises(RunUnderWay):
            request_run(actor=world.actor, now=timezone.now())

    def test_that_stripe_cut_off_says_what_it_did_not_see_and_goes_on_later(
        self, world: World
    ) -> None:
        change_quantity(world, 13)
        with organization_context(world.id):
            SeatPool.objects.update(purchased_seats=14)
        world.sandbox.chaos("fail_answer", count=3, status=500, match="GET /v1/subscriptions")
        cut_off = compare()
        assert (cut_off.not_seen, cut_off.error) == (["subscriptions"], "TemporarilyUnavailable")
        assert not cut_off.is_complete
        assert [row.kind for row in differences(world)] == ["seat_pool"]
        assert resume_unfinished_run(now=timezone.now(), clock=timezone.now) is None
        later = timezone.now() + timedelta(minutes=6)
        resumed = resume_unfinished_run(now=later, clock=timezone.now)
        assert resumed is not None
        assert (resumed.pk, resumed.is_complete, resumed.attempts) == (cut_off.pk, True, 2)
        rows = [(row.kind, row.times_seen) for row in differences(world)]
        assert rows == [("quantity", 1), ("seat_pool", 1)]

    def test_leaves_open_what_it_could_not_look_at(self, world: World) -> None:
        change_quantity(world, 13)
        compare()
        change_quantity(world, 12)
        world.sandbox.chaos("fail_answer", count=3, status=500, match="GET /v1/subscriptions")
        compare()
        assert [row.state for row in differences(world)] == ["open"]


class TestIncident:
    def test_is_opened_once_and_closed_with_a_note(self, world: World) -> None:
        bought = buy(world, quote(world))
        for _repeat in range(2):
            incident = open_incident(
                organization_id=world.id,
                kind="invoice_differs",  # type: ignore[arg-type]
                purchase=bought,
                ours={"total_minor": 1},
                theirs={"total_minor": 2},
                now=timezone.now(),
            )
        closed = close_incident(
            organization_id=world.id,
            incident_id=incident.pk,
            note="Rounded twice by the old price",
            actor=world.actor,
            now=timezone.now(),
        )
        assert closed.closed_by_id == world.ada.pk
        assert closed.note == "Rounded twice by the old price"


class TestSeatsOfAnUnpaidRenewal:
    def test_are_expected_at_stripe(self, clocked: Clocked) -> None:
        world = clocked.world
        schedule_seats(organization_id=world.id, seats=20, actor=world.actor, now=timezone.now())
        world.use_card("pm_card_chargeCustomerFail")
        clocked.advance(32)
        assert (world.purchased_seats(), world.stripe_quantity()) == (12, 20)
        later = datetime.fromtimestamp(clocked.start + 32 * DAY, tz=UTC)
        run = reconcile(now=later, clock=lambda: later)
        assert run is not None
        assert run.finished_at is not None
        assert [d.kind for d in differences(world) if d.state == "open"] == []
