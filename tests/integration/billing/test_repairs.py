"""Repairs: a person confirms, both sides are looked at once more, and it happens once."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import HistoryEntry
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from billing.domain.repairs import Repair
from billing.models import (
    BillingAccount,
    Difference,
    Invoice,
    SeatLedgerEntry,
    Stranger,
    Subscription,
    VendorLimits,
)
from billing.services.four_eyes import SecondPersonNeeded
from billing.services.reconciliation import repairing
from billing.services.reconciliation.repairing import (
    DifferenceChanged,
    ReasonMissing,
    RepairNotPossible,
    look_again_at,
    repair_difference,
)
from billing.services.reconciliation.strangers import accept_stranger, link_customer
from seats.models import SeatPool
from tests.integration.billing.conftest import World
from tests.integration.billing.test_purchase import buy, quote
from tests.integration.billing.test_reconciliation import (
    change_quantity,
    compare,
    differences,
    found,
    unpaid_invoice,
)
from tests.support.people import make_organization, make_user

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


@pytest.fixture
def fin() -> Actor:
    return Actor.of(make_user("fin", vendor_role="finance"))


def repair(world: World, fin: Actor, which: Repair, **given: Any) -> Difference:
    """Confirm a repair of the only open difference."""
    (row,) = [d for d in differences(world) if d.state in ("open", "accepted")]
    return repair_difference(
        organization_id=world.id,
        difference_id=given.get("difference_id", row.pk),
        repair=which,
        note=given.get("note", "Changed in the dashboard by mistake"),
        actor=given.get("actor", fin),
        now=timezone.now(),
    )


class TestSetQuantity:
    def test_gives_stripe_the_ledgers_seats_without_a_charge(
        self, world: World, fin: Actor
    ) -> None:
        before = len(world.invoices_at_stripe())
        change_quantity(world, 15)
        compare()
        row = repair(world, fin, Repair.SET_QUANTITY)
        assert (row.state, row.ended_by_id) == ("repaired", fin.user_id)
        assert world.stripe_quantity() == world.purchased_seats() == 12
        assert len(world.invoices_at_stripe()) == before
        assert found(world) == []

    def test_is_made_once_however_often_it_is_confirmed(self, world: World, fin: Actor) -> None:
        change_quantity(world, 15)
        compare()
        first = repair(world, fin, Repair.SET_QUANTITY)
        change_quantity(world, 14)
        again = repair_difference(
            organization_id=world.id,
            difference_id=first.pk,
            repair=Repair.SET_QUANTITY,
            note="Again",
            actor=fin,
            now=timezone.now(),
        )
        assert (again.state, again.note) == ("repaired", first.note)
        assert world.stripe_quantity() == 14

    def test_does_nothing_when_the_figures_are_others_by_now(
        self, world: World, fin: Actor
    ) -> None:
        change_quantity(world, 15)
        compare()
        change_quantity(world, 16)
        with pytest.raises(DifferenceChanged):
            repair(world, fin, Repair.SET_QUANTITY)
        assert world.stripe_quantity() == 16
        assert [(d.state, d.theirs) for d in differences(world)] == [("open", "16")]

    def test_is_not_needed_when_both_sides_agree_by_now(self, world: World, fin: Actor) -> None:
        change_quantity(world, 15)
        compare()
        change_quantity(world, 12)
        assert repair(world, fin, Repair.SET_QUANTITY).state == "gone"

    def test_waits_for_a_purchase_that_is_under_way(self, world: World, fin: Actor) -> None:
        change_quantity(world, 15)
        compare()
        change_quantity(world, 12)
        world.use_card("pm_card_authenticationRequired")
        assert buy(world, quote(world, 20)).state == "requires_action"
        with pytest.raises(RepairNotPossible):
            repair(world, fin, Repair.SET_QUANTITY)

    def test_survives_a_death_after_stripe_made_the_change(
        self, world: World, fin: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        change_quantity(world, 15)
        compare()
        with monkeypatch.context() as patched:
            patched.setattr(repairing, "_finish_if_gone", _die)
            with pytest.raises(KeyboardInterrupt):
                repair(world, fin, Repair.SET_QUANTITY)
        assert world.stripe_quantity() == 12
        assert [d.state for d in differences(world)] == ["open"]
        # What is left to do is to see that it is done.
        assert repair(world, fin, Repair.SET_QUANTITY).state == "gone"


def _die(*_args: object) -> None:
    raise KeyboardInterrupt


class TestCorrectLedger:
    def test_writes_an_entry_with_the_reason(self, world: World, fin: Actor) -> None:
        change_quantity(world, 15)
        compare()
        row = repair(world, fin, Repair.CORRECT_LEDGER, note="Agreed by phone")
        assert row.state == "repaired"
        with organization_context(world.id):
            entry = SeatLedgerEntry.objects.order_by("sequence").last()
        assert entry is not None
        assert (entry.cause, entry.seats_delta, entry.seats_after, entry.note) == (
            "correction", 3, 15, "Agreed by phone",
        )  # fmt: skip
        assert entry.actor_id == fin.user_id
        assert world.stripe_quantity() == world.purchased_seats() == 15
        assert found(world) == []

    def test_names_the_invoice_that_paid_for_the_seats(self, world: World, fin: Actor) -> None:
        world.sandbox.call(
            "POST", f"subscription_items/{world.subscription.stripe_item_id}",
            quantity="15", proration_behavior="always_invoice",
        )  # fmt: skip
        compare()
        imported = next(d for d in differences(world) if d.kind == "invoice_unknown")
        repair_difference(
            organization_id=world.id, difference_id=imported.pk, repair=Repair.IMPORT_INVOICE,
            note="Sold by phone", actor=fin, now=timezone.now(),
        )  # fmt: skip
        compare()
        repair(world, fin, Repair.CORRECT_LEDGER, note="Sold by phone")
        with organization_context(world.id):
            entry = SeatLedgerEntry.objects.order_by("sequence").last()
            invoice = Invoice.objects.order_by("pk").last()
        assert entry is not None
        assert invoice is not None
        assert (entry.invoice_id, entry.amount_minor) == (invoice.pk, invoice.total_minor)
        assert found(world) == []

    def test_takes_seats_away_down_to_stripes(self, world: World, fin: Actor) -> None:
        change_quantity(world, 9)
        compare()
        repair(world, fin, Repair.CORRECT_LEDGER)
        assert world.purchased_seats() == 9


class TestOurSide:
    def test_the_seat_pool_follows_the_ledger_again(self, world: World, fin: Actor) -> None:
        with organization_context(world.id):
            SeatPool.objects.update(purchased_seats=14)
        compare()
        assert repair(world, fin, Repair.SET_POOL).state == "repaired"
        assert world.purchased_seats() == 12

    def test_an_invoice_is_mirrored_again_also_backwards(self, world: World, fin: Actor) -> None:
        invoice_id = unpaid_invoice(world)
        compare()
        assert repair(world, fin, Repair.IMPORT_INVOICE).state == "repaired"
        with organization_context(world.id):
            Invoice.objects.filter(stripe_invoice_id=invoice_id).update(status="void")
        compare()
        assert repair(world, fin, Repair.MIRROR_AGAIN).state == "repaired"
        with organization_context(world.id):
            assert Invoice.objects.get(stripe_invoice_id=invoice_id).status == "open"

    def test_a_canceled_subscription_is_mirrored(self, world: World, fin: Actor) -> None:
        world.sandbox.call("DELETE", f"subscriptions/{world.subscription.stripe_subscription_id}")
        compare()
        assert repair(world, fin, Repair.MIRROR_AGAIN).state == "repaired"
        with organization_context(world.id):
            assert Subscription.objects.get().status == "canceled"

    def test_a_balance_is_mirrored(self, world: World, fin: Actor) -> None:
        with organization_context(world.id):
            BillingAccount.objects.update(credit_balance_minor=900)
        compare()
        assert repair(world, fin, Repair.MIRROR_AGAIN).state == "repaired"
        assert world.account().credit_balance_minor == 0


class TestConfirming:
    def test_asks_for_a_reason(self, world: World, fin: Actor) -> None:
        change_quantity(world, 15)
        compare()
        with pytest.raises(ReasonMissing):
            repair(world, fin, Repair.SET_QUANTITY, note="  ")

    def test_refuses_a_repair_that_does_not_fit(self, world: World, fin: Actor) -> None:
        change_quantity(world, 15)
        compare()
        with pytest.raises(RepairNotPossible):
            repair(world, fin, Repair.IMPORT_INVOICE)

    def test_accepts_with_a_note_that_the_history_keeps(self, world: World, fin: Actor) -> None:
        change_quantity(world, 15)
        compare()
        assert repair(world, fin, Repair.ACCEPT, note="Trial until May").state == "accepted"
        with organization_context(world.id):
            entry = HistoryEntry.objects.get(verb="difference_accepted")
        assert (entry.actor_id, entry.changes["note"]) == (fin.user_id, "Trial until May")

    def test_needs_a_second_person_where_the_vendor_wants_two(
        self, world: World, fin: Actor
    ) -> None:
        VendorLimits.objects.create(repairs_need_two=True)
        change_quantity(world, 15)
        compare()
        proposed = repair(world, fin, Repair.SET_QUANTITY)
        assert (proposed.state, proposed.proposed_by_id) == ("open", fin.user_id)
        assert world.stripe_quantity() == 15
        with pytest.raises(SecondPersonNeeded):
            repair(world, fin, Repair.SET_QUANTITY)
        olga = Actor.of(make_user("olga", vendor_role="vendor_admin"))
        assert repair(world, fin, Repair.SET_QUANTITY, actor=olga).state == "repaired"

    def test_looks_again_on_demand(self, world: World) -> None:
        change_quantity(world, 15)
        compare()
        (row,) = differences(world)
        args = {"organization_id": world.id, "difference_id": row.pk}
        assert look_again_at(**args, now=timezone.now()).state == "open"
        change_quantity(world, 12)
        assert look_again_at(**args, now=timezone.now()).state == "gone"


class TestStranger:
    def test_is_linked_to_an_organization_without_a_customer(
        self, world: World, fin: Actor
    ) -> None:
        customer = world.sandbox.call("POST", "customers", name="Newcomer", balance="-300")
        compare()
        newcomer = make_organization("newcomer")
        row = link_customer(
            stranger_id=Stranger.objects.get().pk, organization=newcomer,
            note="Same tax number", actor=fin, now=timezone.now(),
        )  # fmt: skip
        assert row.state == "repaired"
        with organization_context(newcomer.pk):
            account = BillingAccount.objects.get()
        assert (account.stripe_customer_id, account.credit_balance_minor) == (customer["id"], 300)
        compare()
        assert not Stranger.objects.filter(state="open").exists()

    def test_is_not_linked_to_an_organization_that_has_a_customer(
        self, world: World, fin: Actor
    ) -> None:
        world.sandbox.call("POST", "customers", name="Newcomer")
        compare()
        with pytest.raises(RepairNotPossible):
            link_customer(
                stranger_id=Stranger.objects.get().pk, organization=world.organization,
                note="Guess", actor=fin, now=timezone.now(),
            )  # fmt: skip

    def test_is_accepted_with_a_note(self, world: World, fin: Actor) -> None:
        world.sandbox.call("POST", "customers", name="Another product of ours")
        compare()
        accept_stranger(
            stranger_id=Stranger.objects.get().pk, note="Another product", actor=fin,
            now=timezone.now(),
        )  # fmt: skip
        compare()
        assert Stranger.objects.get().state == "accepted"
