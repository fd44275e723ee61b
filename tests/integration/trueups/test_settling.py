"""From the signature to the settled quarter: two people, one invoice, the seats, the states.

A seat costs 100.00 a year. Acme has 10; 13 people sit, one of them never did anything.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core import mail
from django.utils import timezone

from accounts.services.history import SYSTEM, Actor
from accounts.tenancy import organization_context
from billing.domain.period import Interval
from billing.gateways import stripe
from billing.models import (
    Incident,
    ScheduledChange,
    SeatLedgerEntry,
    Settlement,
    SubscriptionPeriod,
)
from billing.services.four_eyes import SecondPersonNeeded, set_approval_amounts
from billing.services.periods import sync_subscription
from seats.models import ActivityDay, SeatAssignment, SeatPool
from seats.services.seats import assign_seat
from tests.integration.billing.conftest import (
    World,
    make_price,
    make_world,
    sandbox,
    sandbox_process,
)
from tests.integration.trueups.conftest import HUNDRED
from tests.support.people import make_membership, make_user
from tests.support.stripe import Sandbox, deliver
from trueups.domain.terms import Policy, Terms
from trueups.models import LockOut, PersonEvidence, TrueUp
from trueups.services.finance import waive_seats
from trueups.services.following import follow_up, settle_returns
from trueups.services.review import decide, submit_review
from trueups.services.scheduling import schedule_quarters
from trueups.services.settling import countersign, refuse_signature, sign, try_again
from trueups.services.snapshots import take_snapshots
from trueups.services.terms import approve_terms

__all__ = ["sandbox", "sandbox_process"]

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

DAY = timedelta(days=1)


@dataclass
class Quarter:
    """A quarter that the customer has submitted; finance has it."""

    world: World
    start: datetime
    fin: Actor
    flo: Actor

    @property
    def now(self) -> datetime:
        return self.start + 100 * DAY

    def true_up(self) -> TrueUp:
        with organization_context(self.world.id):
            return TrueUp.objects.exclude(snapshot_at=None).get()

    def given(self, actor: Actor | None = None) -> dict[str, Any]:
        return {
            "organization_id": self.world.id,
            "true_up_id": self.true_up().pk,
            "actor": actor or self.fin,
            "now": self.now,
        }

    def sign(self, **given: Any) -> TrueUp:
        total = given.pop("expected_total_minor", self.true_up().total_minor)
        return sign(expected_total_minor=total, **self.given(), **given)

    def booked(self) -> list[tuple[str, int]]:
        with organization_context(self.world.id):
            rows = SeatLedgerEntry.objects.order_by("sequence")[1:]
            return [(row.cause, row.seats_delta) for row in rows]

    def seated(self) -> int:
        with organization_context(self.world.id):
            return SeatAssignment.objects.filter(during__endswith__isnull=True).count()


def make_quarter(
    sandbox: Sandbox, *, baseline: int = 0, removed: int = 1, **given_world: Any
) -> Quarter:
    price = make_price(tiers=HUNDRED, interval=Interval.YEAR)
    world = make_world(sandbox, seats=10, price=price, **given_world)
    start = timezone.now()
    approve_terms(
        organization_id=world.id,
        terms=Terms(policy=Policy.HYBRID),
        reason="agreed",
        actor=SYSTEM,
        now=start,
    )
    people = [
        make_membership(world.organization, external_id=f"p{n}", name=f"Person {n:02}")
        for n in range(13)
    ]
    with organization_context(world.id):
        world.subscription.__class__.objects.update(committed_baseline_seats=baseline)
        SeatPool.objects.update(limit="soft", allowance_seats=5, allowance_days=365)
        for person in people[removed:]:
            ActivityDay.objects.create(
                organization_id=world.id,
                membership_id=person.pk,
                day=(start + 80 * DAY).date(),
                actions=1,
                sign_ins=1,
            )
    for person in people:
        assign_seat(
            organization_id=world.id,
            membership_id=person.pk,
            actor=world.actor,
            now=start + 10 * DAY,
        )
    schedule_quarters(now=start + DAY)
    take_snapshots(now=start + 99 * DAY)
    quarter = Quarter(
        world,
        start,
        Actor.of(make_user("fin", vendor_role="finance")),
        Actor.of(make_user("flo", vendor_role="finance")),
    )
    with organization_context(world.id):
        offered = list(
            PersonEvidence.objects.filter(is_offered=True).values_list("membership_id", flat=True)
        )
    given = {**quarter.given(world.actor), "now": start + 99 * DAY}
    decide(
        membership_ids=offered,
        decision=PersonEvidence.Decision.REMOVE,
        reason="Left",
        **given,
    )
    submit_review(total_minor=quarter.true_up().total_minor, **given)
    return quarter


class TestSigning:
    def test_settles_charge_and_credit_and_takes_the_removed_seat(self, sandbox: Sandbox) -> None:
        quarter = make_quarter(sandbox)
        settled = quarter.sign()
        assert settled.state == TrueUp.State.SETTLED
        invoice = quarter.world.invoices_at_stripe()[0]
        assert (invoice["status"], invoice["total"]) == ("paid", settled.total_minor)
        assert quarter.booked() == [("true_up_overage", 3), ("true_up_removal", -1)]
        assert quarter.world.purchased_seats() == quarter.world.stripe_quantity() == 12
        assert quarter.seated() == 12
        assert follow_up(now=quarter.now) == 0

    def test_charges_a_person_who_came_back(self, sandbox: Sandbox) -> None:
        quarter = make_quarter(sandbox)
        quarter.sign()
        with organization_context(quarter.world.id):
            gone = LockOut.objects.get()
        assign_seat(
            organization_id=quarter.world.id,
            membership_id=gone.membership_id,
            actor=quarter.world.actor,
            now=quarter.now + DAY,
        )
        settle_returns(now=quarter.now + 2 * DAY)
        assert quarter.booked()[-1] == ("true_up_reactivation", 1)
        assert quarter.world.invoices_at_stripe()[0]["total"] == gone.credit_minor
        assert quarter.world.purchased_seats() == quarter.world.stripe_quantity() == 13
        assert settle_returns(now=quarter.now + 3 * DAY) == 0

    def test_plans_for_the_renewal_what_is_committed(self, sandbox: Sandbox) -> None:
        quarter = make_quarter(sandbox, baseline=13)
        assert quarter.sign().state == TrueUp.State.SETTLED
        assert quarter.booked()[:1] == [("true_up_overage", 3)]
        assert quarter.world.purchased_seats() == quarter.world.stripe_quantity() == 13
        assert quarter.seated() == 12
        with organization_context(quarter.world.id):
            assert ScheduledChange.objects.planned().get().quantity_to == 12

    def test_that_stops_is_seen_and_tried_again(self, sandbox: Sandbox) -> None:
        quarter = make_quarter(sandbox)
        add_line = stripe.add_line

        def short(**given: Any) -> None:
            add_line(**given | {"amount_minor": given["amount_minor"] - 1})

        with patch.object(stripe, "add_line", short):
            stopped = quarter.sign()
        assert stopped.state == TrueUp.State.STOPPED
        assert quarter.booked() == []
        with organization_context(quarter.world.id):
            assert Incident.objects.get().kind == Incident.Kind.SETTLEMENT_DIFFERS
        assert try_again(**quarter.given()).state == TrueUp.State.SETTLED
        with organization_context(quarter.world.id):
            assert Incident.objects.get().closed_at is not None
            assert Settlement.objects.get().round == 2


class TestPaidAfterItsTerm:
    def test_brings_no_seats_and_is_a_persons_to_decide(self, sandbox: Sandbox) -> None:
        sandbox.http.post("/_sandbox/settings", json={"dunning_end": "past_due"})
        clock = sandbox.make_clock(int(timezone.now().timestamp()))
        quarter = make_quarter(sandbox, test_clock_id=clock)
        world = quarter.world
        world.use_card("pm_card_chargeCustomerFail")
        assert quarter.sign().state == TrueUp.State.SETTLING
        renewed = quarter.start + 366 * DAY
        sandbox.advance(clock, int(renewed.timestamp()))
        stripe_id = world.subscription.stripe_subscription_id
        sync_subscription(organization_id=world.id, stripe_subscription_id=stripe_id, now=renewed)
        with organization_context(world.id):
            settlement = Settlement.objects.get()
            assert SubscriptionPeriod.objects.count() == 2
        world.use_card("pm_card_visa")
        path = f"invoices/{settlement.stripe_invoice_id}/pay"
        assert sandbox.call("POST", path, off_session=False)["status"] == "paid"
        for _twice in range(2):
            for event in world.events():
                assert deliver(event) == 200
        assert [cause for cause, _seats in quarter.booked() if cause != "renewal"] == []
        assert world.purchased_seats() == world.stripe_quantity() == 10
        with organization_context(world.id):
            assert Settlement.objects.get().state == Settlement.State.LAPSED
            late = Incident.objects.get(kind=Incident.Kind.SETTLEMENT_LATE)
        assert late.closed_at is None
        assert late.theirs == {"invoice": settlement.stripe_invoice_id}
        true_up = quarter.true_up()
        assert true_up.state == TrueUp.State.STOPPED
        assert true_up.stop_reason == "The invoice was paid after its term."


class TestFourEyes:
    @pytest.fixture
    def large(self, sandbox: Sandbox) -> Quarter:
        set_approval_amounts(amounts={"EUR": (None, 10_000)}, actor=SYSTEM, now=timezone.now())
        return make_quarter(sandbox)

    def test_wait_for_a_second_person_before_anything_is_charged(self, large: Quarter) -> None:
        mail.outbox.clear()
        waiting = large.sign()
        assert (waiting.state, waiting.needs_second_signature) == (TrueUp.State.SIGNED, True)
        assert [message.to for message in mail.outbox] == [["flo@example.com"]]
        assert len(large.world.invoices_at_stripe()) == 1
        with pytest.raises(SecondPersonNeeded):
            countersign(**large.given())
        settled = countersign(**large.given(large.flo))
        assert (settled.state, settled.second_signed_by_label) == ("settled", large.flo.label)

    def test_are_not_those_of_who_changed_the_lines(self, large: Quarter) -> None:
        waive_seats(seats=1, reason="Agreed", **large.given(large.flo))
        large.sign()
        with pytest.raises(SecondPersonNeeded, match="You worked on this"):
            countersign(**large.given(large.flo))
        back = refuse_signature(reason="One more look", **large.given(large.flo))
        assert (back.state, back.signed_by_id) == (TrueUp.State.WITH_FINANCE, None)
