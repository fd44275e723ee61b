"""Amounts decided outside of a purchase: one invoice, equal to the cent, and the seats that follow.

The price is 10 seats at 10.00, the next 40 at 8.00, the rest at 6.00, a month. Acme has 12 seats:
116.00.
"""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone

from accounts.tenancy import organization_context
from billing.domain.money import round_half_up
from billing.domain.quoting import tax_on
from billing.domain.settlement import Line, LineKind
from billing.gateways import stripe
from billing.models import (
    DunningCase,
    Incident,
    Invoice,
    Purchase,
    Quote,
    SeatLedgerEntry,
    Settlement,
    SubscriptionPeriod,
)
from billing.selectors.sides import OurSide
from billing.services.contracts import Agreement, apply_contract, approve_contract
from billing.services.discounts import carry_out_discount, grant_discount
from billing.services.purchases import PurchaseUnderWay
from billing.services.reconciliation import reconcile
from billing.services.settlements import (
    SeatsHaveChanged,
    SettlementConflict,
    SettlementRefused,
    reserve_settlement,
)
from billing.services.settling import advance_settlement
from billing.services.sweeping import sweep_settlements
from seats.models import SeatPool
from tests.integration.billing.conftest import World, make_world
from tests.integration.billing.test_purchase import buy, quote
from tests.support.stripe import Sandbox, deliver

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

# T(15) - T(12) = 140.00 - 116.00, for three quarters of the term.
OVERAGE = Line(LineKind.OVERAGE, 3, 1800, "3 seats above 12, July to September")
# T(12) - T(10) = 116.00 - 100.00, for three quarters.
REMOVAL = Line(LineKind.REMOVAL, -2, -1200, "2 seats removed, from October")
REFERENCE = "true-up 2026-Q3"
add_line = stripe.add_line


def reserve(world: World, *lines: Line, seats_from: int = 12, **given: Any) -> Settlement:
    return reserve_settlement(
        organization_id=world.id,
        reference=given.pop("reference", REFERENCE),
        lines=lines,
        seats_from=seats_from,
        actor=world.actor,
        now=timezone.now(),
        **given,
    )


def go_on(world: World, settlement: Settlement) -> Settlement:
    return advance_settlement(
        organization_id=world.id, settlement_id=settlement.pk, now=timezone.now()
    )


def settle(world: World, *lines: Line, **given: Any) -> Settlement:
    return go_on(world, reserve(world, *lines, **given))


def entries(world: World) -> list[tuple[str, int, int]]:
    with organization_context(world.id):
        rows = SeatLedgerEntry.objects.order_by("sequence")[1:]
        return [(row.cause, row.seats_delta, row.amount_minor) for row in rows]


def incidents(world: World) -> list[str]:
    with organization_context(world.id):
        return list(Incident.objects.filter(closed_at=None).values_list("kind", flat=True))


def found_by_comparing(world: World) -> int:
    run = reconcile(now=timezone.now(), clock=timezone.now)
    assert run is not None
    return run.differences


class TestByCard:
    def test_charges_bring_their_seats_with_an_entry_a_kind(self, world: World) -> None:
        back = Line(LineKind.REACTIVATION, 1, 400, "Ben again, within 30 days")
        done = settle(world, OVERAGE, back)
        assert done.state == Settlement.State.SETTLED
        invoice = world.invoices_at_stripe()[0]
        assert (invoice["status"], invoice["total"], invoice["amount_paid"]) == ("paid", 2200, 2200)
        said = [line["description"] for line in invoice["lines"]["data"]]
        assert said == [OVERAGE.description, back.description]
        assert entries(world) == [("true_up_overage", 3, 1800), ("true_up_reactivation", 1, 400)]
        assert world.purchased_seats() == world.stripe_quantity() == 16

    def test_charge_and_credit_stand_on_one_invoice(self, world: World) -> None:
        done = settle(world, OVERAGE, REMOVAL)
        # 18.00 - 12.00 = 6.00
        assert (done.state, done.total_minor) == ("settled", 600)
        assert world.invoices_at_stripe()[0]["amount_paid"] == 600
        assert entries(world) == [("true_up_overage", 3, 1800), ("true_up_removal", -2, -1200)]
        assert world.purchased_seats() == world.stripe_quantity() == 13
        assert found_by_comparing(world) == 0

    def test_more_credit_than_charge_goes_to_the_balance(self, world: World) -> None:
        done = settle(world, REMOVAL)
        assert done.state == Settlement.State.SETTLED
        assert world.account().credit_balance_minor == 1200
        assert entries(world) == [("true_up_removal", -2, -1200)]
        assert world.purchased_seats() == world.stripe_quantity() == 10
        with organization_context(world.id):
            assert Invoice.objects.get(settlements=done).status == Invoice.Status.PAID
        assert found_by_comparing(world) == 0

    def test_tax_is_rounded_line_by_line_as_stripe_does(self, sandbox: Sandbox) -> None:
        world = make_world(sandbox, tax_rate_basis_points=1900)
        odd = replace(OVERAGE, amount_minor=1803)
        settle(world, odd, REMOVAL)
        # 18.03 x 19 % = 3.4257 -> 3.43; -12.00 x 19 % = -2.28
        assert entries(world) == [("true_up_overage", 3, 2146), ("true_up_removal", -2, -1428)]
        assert world.invoices_at_stripe()[0]["total"] == 2146 - 1428
        assert incidents(world) == []

    def test_a_discount_is_in_the_amounts_and_not_taken_twice(self, world: World) -> None:
        granted = grant_discount(
            organization_id=world.id,
            basis_points=1000,
            months=None,
            reason="Agreed",
            actor=world.actor,
            now=timezone.now(),
        )
        carry_out_discount(organization_id=world.id, discount_id=granted.pk, now=timezone.now())
        assert settle(world, OVERAGE).state == Settlement.State.SETTLED
        assert world.invoices_at_stripe()[0]["total"] == 1800


class TestAPurchaseAfterwards:
    """Stripe's own credit is of the 12 seats that it charged; the rest stands beside it."""

    def rest(self, world: World, shown: Quote) -> Fraction:
        with organization_context(world.id):
            return SubscriptionPeriod.objects.get().period.fraction_remaining(shown.prorated_at)

    def test_does_not_pay_the_seats_of_an_overage_again(self, world: World) -> None:
        settle(world, OVERAGE)
        shown = quote(world, 20)
        rest = self.rest(world, shown)
        # 180.00 for 20 seats less 116.00 of Stripe's own and 24.00 of the true-up
        assert shown.total_now_minor == (
            round_half_up(18_000 * rest) - round_half_up(11_600 * rest) - round_half_up(2400 * rest)
        )
        assert buy(world, shown).state == Purchase.State.PROVISIONED
        assert (incidents(world), world.stripe_quantity()) == ([], 20)
        # Now Stripe has charged all 20 itself.
        again = quote(world, 21)
        assert len(again.snapshot().lines) == 2
        assert buy(world, again).state == Purchase.State.PROVISIONED
        assert found_by_comparing(world) == 0

    def test_pays_removed_seats_that_were_credited(self, sandbox: Sandbox) -> None:
        world = make_world(sandbox, tax_rate_basis_points=1900)
        settle(world, REMOVAL)
        shown = quote(world, 13)
        rest = self.rest(world, shown)
        # 124.00 for 13 seats less 116.00, and the 16.00 of two seats that were given back
        net = [
            round_half_up(12_400 * rest),
            -round_half_up(11_600 * rest),
            round_half_up(1600 * rest),
        ]
        total = sum(amount + tax_on(amount, 1900) for amount in net)
        assert shown.snapshot().now.total_minor == total
        assert buy(world, shown).state == Purchase.State.PROVISIONED
        assert (incidents(world), world.stripe_quantity()) == ([], 13)

    def test_that_is_declined_leaves_no_credit_behind(self, world: World) -> None:
        settle(world, OVERAGE)
        world.use_card("pm_card_chargeCustomerFail")
        assert buy(world, quote(world, 20)).state == Purchase.State.FAILED
        world.use_card("pm_card_visa")
        waiting = world.sandbox.call(
            "GET", "invoiceitems", customer=world.account().stripe_customer_id, pending="true"
        )
        assert waiting["data"] == []
        assert buy(world, quote(world, 20)).state == Purchase.State.PROVISIONED
        assert (incidents(world), world.stripe_quantity()) == ([], 20)


class TestADeclinedCard:
    def test_leaves_the_invoice_to_dunning_and_the_seats_until_it_is_paid(
        self, world: World
    ) -> None:
        world.use_card("pm_card_chargeCustomerFail")
        waits = settle(world, OVERAGE)
        assert waits.state == Settlement.State.ISSUED
        assert world.purchased_seats() == world.stripe_quantity() == 12
        assert entries(world) == []
        with organization_context(world.id):
            assert DunningCase.objects.get().invoice_id == waits.invoice_id
        assert found_by_comparing(world) == 0
        # The webhook says that it is paid, twice.
        world.use_card("pm_card_visa")
        world.sandbox.call("POST", f"invoices/{waits.stripe_invoice_id}/pay", off_session=False)
        for _twice in range(2):
            for event in world.events():
                assert deliver(event) == 200
        assert entries(world) == [("true_up_overage", 3, 1800)]
        assert world.purchased_seats() == world.stripe_quantity() == 15

    def test_does_not_hold_up_a_purchase_and_follows_it(self, world: World) -> None:
        world.use_card("pm_card_chargeCustomerFail")
        waits = settle(world, OVERAGE)
        world.use_card("pm_card_visa")
        assert buy(world, quote(world)).state == Purchase.State.PROVISIONED
        world.sandbox.call("POST", f"invoices/{waits.stripe_invoice_id}/pay", off_session=False)
        assert go_on(world, waits).quantity_to == 20 + 3
        assert world.purchased_seats() == world.stripe_quantity() == 23

    def test_that_is_given_up_grants_nothing(self, world: World) -> None:
        world.use_card("pm_card_chargeCustomerFail")
        waits = settle(world, OVERAGE)
        world.sandbox.call("POST", f"invoices/{waits.stripe_invoice_id}/void")
        assert go_on(world, waits).state == Settlement.State.FAILED
        assert world.purchased_seats() == world.stripe_quantity() == 12
        world.use_card("pm_card_visa")
        again = settle(world, OVERAGE)
        assert (again.pk, again.state) == (waits.pk, Settlement.State.SETTLED)
        assert world.purchased_seats() == world.stripe_quantity() == 15


class TestOnTerms:
    def agree(self, world: World, limit: int) -> None:
        approve_contract(
            organization_id=world.id,
            agreement=Agreement(collection="invoice", net_days=14, credit_limit_minor=limit),
            reason="Pays by transfer",
            actor=world.actor,
            now=timezone.now(),
        )
        apply_contract(organization_id=world.id, now=timezone.now())

    def test_seats_come_with_the_invoice_that_names_the_order(self, world: World) -> None:
        self.agree(world, 10_000)
        done = settle(world, OVERAGE, po_number="PO-77")
        assert (done.state, done.paid_at) == (Settlement.State.SETTLED, None)
        invoice = world.invoices_at_stripe()[0]
        assert (invoice["status"], invoice["collection_method"]) == ("open", "send_invoice")
        assert invoice["custom_fields"] == [{"name": "PO number", "value": "PO-77"}]
        assert world.purchased_seats() == world.stripe_quantity() == 15
        world.sandbox.call(
            "POST", f"invoices/{done.stripe_invoice_id}/pay", paid_out_of_band="true"
        )
        assert go_on(world, done).paid_at is not None
        assert entries(world) == [("true_up_overage", 3, 1800)]

    def test_seats_wait_for_the_payment_beyond_the_credit_limit(self, world: World) -> None:
        self.agree(world, 1799)
        assert settle(world, OVERAGE).state == Settlement.State.ISSUED
        assert world.purchased_seats() == world.stripe_quantity() == 12


class TestADifference:
    def test_stops_before_anything_is_charged(self, world: World) -> None:
        def short(**given: Any) -> None:
            add_line(**given | {"amount_minor": given["amount_minor"] - 1})

        with patch.object(stripe, "add_line", short):
            stopped = settle(world, OVERAGE)
        assert stopped.state == Settlement.State.STOPPED
        assert world.invoices_at_stripe()[0]["status"] == "draft"
        assert (entries(world), incidents(world)) == ([], ["settlement_differs"])
        assert world.purchased_seats() == world.stripe_quantity() == 12
        assert {row["what"] for row in stopped.differences} == {"line", "total"}

    def test_is_mended_on_the_same_draft_when_a_person_tries_again(self, world: World) -> None:
        def twice(**given: Any) -> None:
            add_line(**given)
            add_line(**given | {"name": "other", "idempotency_key": "other"})

        with patch.object(stripe, "add_line", twice):
            stopped = settle(world, OVERAGE)
        assert stopped.state == Settlement.State.STOPPED
        again = settle(world, OVERAGE, REMOVAL)
        assert (again.pk, again.state, again.round) == (stopped.pk, "settled", 2)
        assert len(world.invoices_at_stripe()) == 2
        assert incidents(world) == []
        assert world.purchased_seats() == world.stripe_quantity() == 13

    def test_made_between_the_looks_voids_the_invoice(self, world: World) -> None:
        finalize = stripe.finalize_invoice

        def meddled(**given: Any) -> None:
            world.sandbox.call(
                "POST",
                "invoiceitems",
                customer=world.account().stripe_customer_id,
                invoice=given["invoice_id"],
                amount="100",
                currency="eur",
            )
            finalize(**given)

        with patch.object(stripe, "finalize_invoice", meddled):
            stopped = settle(world, OVERAGE)
        assert stopped.state == Settlement.State.STOPPED
        assert world.invoices_at_stripe()[0]["status"] == "void"
        assert settle(world, OVERAGE).state == Settlement.State.SETTLED
        assert world.purchased_seats() == world.stripe_quantity() == 15


class TestIsRefused:
    def test_below_the_minimum_for_other_seats_and_a_second_time(self, world: World) -> None:
        gone = Line(LineKind.REMOVAL, -12, -1200, "Everybody")
        with pytest.raises(SettlementRefused, match="0 seats would be left"):
            reserve(world, gone)
        with pytest.raises(SeatsHaveChanged):
            reserve(world, OVERAGE, seats_from=11)
        first = settle(world, OVERAGE)
        assert settle(world, OVERAGE).pk == first.pk
        with pytest.raises(SettlementConflict):
            reserve(world, REMOVAL)
        assert len(world.invoices_at_stripe()) == 2

    def test_while_it_is_under_way_nothing_is_bought(self, world: World) -> None:
        shown = quote(world)
        reserved = reserve(world, OVERAGE)
        with pytest.raises(PurchaseUnderWay):
            buy(world, shown)
        assert sweep_settlements(now=timezone.now()) == 0
        later = timezone.now() + timedelta(minutes=1)
        assert sweep_settlements(now=later) == 1
        with organization_context(world.id):
            assert Settlement.objects.get().state == "settled"
        assert reserved.pk
        assert OurSide().organizations_that_buy() == frozenset()

    def test_to_take_seats_from_people_who_sit_on_them(self, world: World) -> None:
        with organization_context(world.id):
            SeatPool.objects.update(assigned_seats=11, limit=SeatPool.Limit.HARD)
        assert settle(world, REMOVAL).state == Settlement.State.APPLYING
        assert incidents(world) == ["grant_blocked"]
        with organization_context(world.id):
            SeatPool.objects.update(assigned_seats=10)
            settlement = Settlement.objects.get()
        assert go_on(world, settlement).state == Settlement.State.SETTLED
