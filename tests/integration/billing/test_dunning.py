"""Unpaid invoices by real renewals: reminders, restriction, each end, and the way back."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core import mail
from django.db import IntegrityError

from accounts.domain.roles import StaffScope
from accounts.models import HistoryEntry
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context, staff_context
from billing.domain.dunning import End, Policy
from billing.gateways import stripe
from billing.models import DunningCase, DunningNotice, Invoice, InvoicePaymentAttempt, Subscription
from billing.selectors.terms import SubscriptionCannotGrow
from billing.services.dunning import follow_invoice, follow_subscription, run_dunning
from billing.services.dunning_policy import PauseNotPossible, change_policy, pause_case, resume_case
from billing.services.mirror import mirror_invoice, refresh_customer
from billing.services.periods import sync_subscription
from billing.services.purchases import purchase_seats
from billing.services.quotes import quote_seats
from billing.services.recovery import (
    InvoiceNotPayable,
    finish_attempt,
    pay_invoice_now,
    pay_overdue_invoices,
    sweep_attempts,
)
from seats.models import SeatPool
from seats.services.seats import SeatsAreHeld, assign_seat
from tests.integration.billing.conftest import World, make_price, make_world
from tests.support.people import make_membership
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

START = datetime(2027, 1, 10, 8, tzinfo=UTC)
# The renewal's invoice is final an hour after the period has begun, and charged then.
RENEWED = datetime(2027, 2, 10, 10, tzinfo=UTC)


@dataclass
class Overdue:
    """A world whose renewal was refused, and its clock."""

    world: World
    clock: str

    @property
    def id(self) -> int:
        return self.world.id

    def look(self, at: datetime) -> None:
        """Have Stripe reach a moment, read what it did, and follow up."""
        self.world.sandbox.advance(self.clock, int(at.timestamp()))
        for found in self.world.invoices_at_stripe():
            state = stripe.retrieve_invoice(found["id"])
            mirror = mirror_invoice(organization_id=self.id, state=state, now=at)
            follow_invoice(organization_id=self.id, invoice_id=mirror.pk, now=at)
        sync_subscription(
            organization_id=self.id,
            stripe_subscription_id=self.world.subscription.stripe_subscription_id,
            now=at,
        )
        run_dunning(now=at)

    def use_card(self, payment_method: str, at: datetime) -> None:
        """Give Acme another card at Stripe, and our mirror the news."""
        self.world.use_card(payment_method)
        refresh_customer(organization_id=self.id, now=at)

    def case(self) -> DunningCase:
        with organization_context(self.id):
            return DunningCase.objects.select_related("invoice", "subscription").get()

    def steps(self) -> list[str]:
        with organization_context(self.id):
            return list(
                DunningNotice.objects.filter(is_skipped=False)
                .order_by("at", "pk")
                .values_list("step", flat=True)
            )

    def status_at_stripe(self) -> str:
        at = f"subscriptions/{self.world.subscription.stripe_subscription_id}"
        return str(self.world.sandbox.call("GET", at)["status"])


def days(count: int) -> datetime:
    """The morning `count` days after the invoice became overdue."""
    return datetime(2027, 2, 10, 9, 30, tzinfo=UTC) + timedelta(days=count)


def set_policy(end: End) -> None:
    with staff_context(user_id=0, scope=StaffScope.ALL):
        change_policy(policy=Policy((0, 3), 5, 8, end), reason="", actor=SYSTEM, now=START)


@pytest.fixture
def overdue(sandbox: Sandbox, transactional_db: None) -> Overdue:
    """Acme's renewal of 12 seats was refused by the bank on 10 February."""
    sandbox.http.post("/_sandbox/settings", json={"dunning_end": "past_due"}).raise_for_status()
    clock = sandbox.make_clock(int(START.timestamp()))
    world = make_world(sandbox, test_clock_id=clock, now=START, price=make_price())
    found = Overdue(world, clock)
    found.use_card("pm_card_chargeCustomerFail", START)
    set_policy(End.PAST_DUE)
    found.look(RENEWED)
    return found


class TestReminders:
    def test_begin_when_the_bank_has_refused_the_renewal(self, overdue: Overdue) -> None:
        case = overdue.case()
        assert case.invoice.amount_remaining_minor == 11_600
        assert (case.stage, overdue.steps()) == ("past_due", ["reminder-0"])
        # Ada, and the address for invoices.
        assert sorted(m.to[0] for m in mail.outbox) == ["acme@example.com", "ada@example.com"]

    def test_are_sent_once_however_often_the_job_runs(self, overdue: Overdue) -> None:
        for _ in range(3):
            run_dunning(now=days(3))
        assert overdue.steps() == ["reminder-0", "reminder-3"]
        assert len(mail.outbox) == 4

    def test_are_not_sent_twice_after_a_crash_in_the_middle(self, overdue: Overdue) -> None:
        mail.outbox.clear()
        with patch("billing.services.dunning.finish_end", side_effect=RuntimeError("killed")):
            run_dunning(now=days(3))
        run_dunning(now=days(3))
        assert len(mail.outbox) == 2
        case = overdue.case()
        with (
            pytest.raises(IntegrityError, match="one_notice_per_case_and_step"),
            organization_context(overdue.id),
        ):
            DunningNotice.objects.create(
                organization_id=overdue.id, case=case, step="reminder-3", at=days(3)
            )

    def test_speak_the_readers_language(self, overdue: Overdue) -> None:
        overdue.world.ada.language = "de"
        overdue.world.ada.save()
        mail.outbox.clear()
        run_dunning(now=days(3))
        bodies = {message.to[0]: message.body for message in mail.outbox}
        assert "February" in bodies["acme@example.com"]
        assert "Februar" in bodies["ada@example.com"]
        assert "February" not in bodies["ada@example.com"]

    def test_stop_more_purchases_from_the_first_day(self, overdue: Overdue) -> None:
        with pytest.raises(SubscriptionCannotGrow):
            quote_seats(
                organization_id=overdue.id,
                quantity=20,
                actor=overdue.world.actor,
                now=RENEWED,
            )


class TestRestriction:
    def test_holds_seats_and_lets_people_work(self, overdue: Overdue) -> None:
        person = make_membership(overdue.world.organization, external_id="ben")
        run_dunning(now=days(5))
        assert overdue.case().stage == DunningCase.Stage.RESTRICTED
        with pytest.raises(SeatsAreHeld):
            assign_seat(
                organization_id=overdue.id,
                membership_id=person.pk,
                actor=overdue.world.actor,
                now=days(5),
            )
        assert overdue.world.purchased_seats() == 12

    def test_comes_before_the_end_even_when_the_job_slept(self, overdue: Overdue) -> None:
        run_dunning(now=days(40))
        assert overdue.case().stage == DunningCase.Stage.RESTRICTED
        # 8 - 5 days after the restriction was really made.
        run_dunning(now=days(42))
        assert overdue.case().end_asked_at is None
        run_dunning(now=days(43))
        assert overdue.case().stage == DunningCase.Stage.ENDED


class TestEnds:
    def end(self, sandbox: Sandbox, end: End) -> Overdue:
        sandbox.http.post("/_sandbox/settings", json={"dunning_end": "past_due"})
        clock = sandbox.make_clock(int(START.timestamp()))
        world = make_world(sandbox, test_clock_id=clock, now=START, price=make_price())
        found = Overdue(world, clock)
        found.use_card("pm_card_chargeCustomerFail", START)
        set_policy(end)
        found.look(RENEWED)
        found.look(days(5))
        found.look(days(8) + timedelta(hours=1))
        return found

    def test_canceled(self, sandbox: Sandbox, transactional_db: None) -> None:
        overdue = self.end(sandbox, End.CANCELED)
        case = overdue.case()
        assert (case.stage, case.outcome) == ("ended", "subscription_ended")
        assert overdue.status_at_stripe() == "canceled"
        assert case.subscription is not None
        assert case.subscription.status == Subscription.Status.CANCELED

    def test_unpaid_stops_charging_and_goes_on_when_paid(
        self, sandbox: Sandbox, transactional_db: None
    ) -> None:
        overdue = self.end(sandbox, End.UNPAID)
        at = f"subscriptions/{overdue.world.subscription.stripe_subscription_id}"
        assert sandbox.call("GET", at)["pause_collection"]["behavior"] == "keep_as_draft"
        overdue.use_card("pm_card_visa", days(1))
        pay_overdue_invoices(organization_id=overdue.id, actor=overdue.world.actor, now=days(9))
        assert sandbox.call("GET", at)["pause_collection"] is None
        assert overdue.status_at_stripe() == "active"

    def test_past_due_stays(self, sandbox: Sandbox, transactional_db: None) -> None:
        overdue = self.end(sandbox, End.PAST_DUE)
        case = overdue.case()
        assert (case.stage, case.closed_at) == ("ended", None)
        assert overdue.status_at_stripe() == "past_due"

    def test_is_carried_out_after_a_crash_before_stripe(
        self, sandbox: Sandbox, transactional_db: None
    ) -> None:
        with patch.object(
            stripe, "cancel_subscription", side_effect=stripe.TemporarilyUnavailable("down")
        ):
            overdue = self.end(sandbox, End.CANCELED)
        assert overdue.case().ended_at is None
        run_dunning(now=days(9))
        assert overdue.case().ended_at is not None
        assert overdue.status_at_stripe() == "canceled"
        assert overdue.steps().count("end-8") == 1

    @pytest.mark.parametrize("choice", ["cancel", "unpaid"])
    def test_follows_what_stripe_decides_first(
        self, sandbox: Sandbox, transactional_db: None, choice: str
    ) -> None:
        sandbox.http.post("/_sandbox/settings", json={"dunning_end": choice}).raise_for_status()
        clock = sandbox.make_clock(int(START.timestamp()))
        world = make_world(sandbox, test_clock_id=clock, now=START, price=make_price())
        overdue = Overdue(world, clock)
        overdue.use_card("pm_card_chargeCustomerFail", START)
        overdue.look(RENEWED)
        # 3 + 5 + 7 days of Stripe's own attempts; our end is on day 30.
        overdue.look(RENEWED + timedelta(days=16))
        follow_subscription(organization_id=overdue.id, now=RENEWED + timedelta(days=16))
        case = overdue.case()
        assert case.stage == DunningCase.Stage.ENDED
        assert case.end == {"cancel": "canceled", "unpaid": "unpaid"}[choice]
        assert overdue.steps().count("stripe_ended") == 1


class TestRecovery:
    def test_with_a_new_card_brings_everything_back(self, overdue: Overdue) -> None:
        run_dunning(now=days(5))
        overdue.use_card("pm_card_visa", days(1))
        mail.outbox.clear()
        (attempt,) = pay_overdue_invoices(
            organization_id=overdue.id, actor=overdue.world.actor, now=days(6)
        )
        assert attempt.state == InvoicePaymentAttempt.State.PAID
        case = overdue.case()
        assert (case.outcome, case.invoice.status) == ("paid", "paid")
        assert overdue.status_at_stripe() == "active"
        with organization_context(overdue.id):
            assert SeatPool.objects.get().held_since is None
            verbs = set(HistoryEntry.objects.values_list("verb", flat=True))
        assert {"payment_asked", "payment_taken", "dunning_closed", "seats_released"} <= verbs
        assert [m.subject for m in mail.outbox if m.to == ["ada@example.com"]] == [
            f"Thank you, invoice {case.invoice} is paid"
        ]
        run_dunning(now=days(20))
        assert len(mail.outbox) == 2

    def test_lets_seats_be_bought_again(self, overdue: Overdue) -> None:
        overdue.use_card("pm_card_visa", days(1))
        pay_overdue_invoices(organization_id=overdue.id, actor=overdue.world.actor, now=days(1))
        now = days(1)
        overdue.world.sandbox.advance(overdue.clock, int(now.timestamp()))
        quote = quote_seats(
            organization_id=overdue.id, quantity=20, actor=overdue.world.actor, now=now
        )
        bought = purchase_seats(
            organization_id=overdue.id,
            quote_id=quote.pk,
            total_minor=quote.total_now_minor,
            idempotency_key="again",
            actor=overdue.world.actor,
            now=now,
        )
        assert bought.state == "provisioned"

    def test_says_why_the_bank_refuses_again(self, overdue: Overdue) -> None:
        attempt = pay_invoice_now(
            organization_id=overdue.id,
            invoice_id=overdue.case().invoice_id,
            actor=overdue.world.actor,
            now=days(1),
        )
        assert (attempt.state, attempt.failure_code) == ("refused", "generic_decline")
        assert overdue.case().closed_at is None

    def test_waits_for_a_bank_that_asks(self, overdue: Overdue) -> None:
        overdue.use_card("pm_card_authenticationRequired", days(1))
        attempt = pay_invoice_now(
            organization_id=overdue.id,
            invoice_id=overdue.case().invoice_id,
            actor=overdue.world.actor,
            now=days(1),
        )
        assert attempt.state == InvoicePaymentAttempt.State.CONFIRM
        assert attempt.invoice.hosted_invoice_url

    def test_charges_once_when_the_answer_was_lost(self, overdue: Overdue) -> None:
        overdue.use_card("pm_card_visa", days(1))
        real = stripe.pay_invoice

        def lost(**given: Any) -> None:
            real(**given)
            raise stripe.TemporarilyUnavailable("the answer was lost")

        with patch.object(stripe, "pay_invoice", side_effect=lost):
            asked = pay_invoice_now(
                organization_id=overdue.id,
                invoice_id=overdue.case().invoice_id,
                actor=overdue.world.actor,
                now=days(1),
            )
        assert asked.state == InvoicePaymentAttempt.State.ASKED
        assert sweep_attempts(now=days(1) + timedelta(minutes=1)) == 1
        done = finish_attempt(organization_id=overdue.id, attempt_id=asked.pk, now=days(1))
        assert done.state == InvoicePaymentAttempt.State.PAID
        (invoice, _first) = overdue.world.invoices_at_stripe()
        assert invoice["amount_paid"] == 11_600
        with pytest.raises(InvoiceNotPayable):
            pay_invoice_now(
                organization_id=overdue.id,
                invoice_id=overdue.case().invoice_id,
                actor=overdue.world.actor,
                now=days(2),
            )


class TestPause:
    def pause(self, overdue: Overdue, until: date, at: datetime) -> DunningCase:
        return pause_case(
            organization_id=overdue.id,
            case_id=overdue.case().pk,
            until=until,
            reason="The transfer is on its way",
            actor=overdue.world.actor,
            now=at,
        )

    def test_moves_what_was_to_come(self, overdue: Overdue) -> None:
        self.pause(overdue, date(2027, 2, 21), days(1))
        run_dunning(now=days(5))
        assert overdue.steps() == ["reminder-0"]
        # Day 3 of the policy and the 10 days of the pause.
        run_dunning(now=days(13))
        assert overdue.steps() == ["reminder-0", "reminder-3"]

    def test_gives_back_the_days_that_are_left_when_it_ends_early(self, overdue: Overdue) -> None:
        self.pause(overdue, date(2027, 2, 21), days(1))
        resume_case(
            organization_id=overdue.id,
            case_id=overdue.case().pk,
            actor=overdue.world.actor,
            now=days(2),
        )
        assert overdue.case().held_days == 1
        run_dunning(now=days(4))
        assert overdue.steps() == ["reminder-0", "reminder-3"]

    def test_needs_a_day_to_come(self, overdue: Overdue) -> None:
        with pytest.raises(PauseNotPossible):
            self.pause(overdue, date(2027, 2, 11), days(1))


class TestOnTerms:
    def test_an_invoice_sent_is_overdue_after_its_day(self, sandbox: Sandbox) -> None:
        clock = sandbox.make_clock(int(START.timestamp()))
        world = make_world(
            sandbox,
            test_clock_id=clock,
            now=START,
            price=make_price(),
            payment_method_id="",
            by_invoice=True,
        )
        overdue = Overdue(world, clock)
        overdue.look(START + timedelta(hours=2))
        due = START + timedelta(days=30, hours=1)
        overdue.look(due - timedelta(hours=2))
        with organization_context(world.id):
            assert not DunningCase.objects.exists()
        overdue.look(due + timedelta(hours=1))
        case = overdue.case()
        assert case.overdue_since == case.invoice.due_at
        with organization_context(world.id):
            assert Invoice.objects.get(pk=case.invoice_id).is_sent
