"""Two requests to their end: a purchase on net terms that nobody pays, and a first subscription."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.domain.roles import StaffScope
from accounts.services.history import SYSTEM, Actor
from accounts.tenancy import organization_context, staff_context
from billing.domain.dunning import End, Policy
from billing.domain.period import Interval
from billing.domain.price_table import Tier
from billing.hooks import OrderKind
from billing.models import Invoice, SubscriptionStart
from billing.selectors.terms import SubscriptionCannotGrow
from billing.services.consent import ApprovalNeeded
from billing.services.dunning_policy import change_policy
from procurement.domain.rules import Rules
from procurement.models import PurchaseRequest
from procurement.services.buying import carry_out
from procurement.services.policies import set_rules
from procurement.services.requests import Wanted, decide, make_request
from seats.models import SeatAssignment, SeatPool
from seats.services.seats import assign_seat
from tests.integration.billing.conftest import make_price
from tests.integration.billing.test_dunning import Overdue
from tests.integration.billing.test_starting import Newcomer
from tests.integration.billing.test_terms import agree
from tests.integration.procurement.conftest import BANDS, Company, make_company
from tests.support.people import make_membership, make_user
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])
State = PurchaseRequest.State
DAY = timedelta(days=1)


@dataclass
class OnTerms:
    """Acme pays yearly by invoice within 30 days; ada asks and ben approves, each at a moment."""

    company: Company
    overdue: Overdue

    def buy(self, seats: int, at: datetime) -> PurchaseRequest:
        """Ask for so many seats in all, have it approved, and carry it out."""
        asked = make_request(
            organization_id=self.company.id,
            requester_id=self.company.ada.pk,
            wanted=Wanted(OrderKind.PURCHASE, quote_id=self.company.quote(seats, at).pk),
            reason="The team grows",
            po_number=f"PO-{seats}",
            actor=self.company.world.actor,
            now=at,
        )
        decide(
            organization_id=self.company.id,
            request_id=asked.pk,
            member_id=self.company.ben.pk,
            is_approved=True,
            seen=(asked.round, asked.step),
            note="",
            actor=Actor.of(self.company.user(self.company.ben)),
            now=at,
        )
        carry_out(organization_id=self.company.id, request_id=asked.pk, now=at)
        return self.company.read(asked)

    def is_held(self) -> bool:
        with organization_context(self.company.id):
            return SeatPool.objects.get().held_since is not None


@pytest.fixture
def on_terms(sandbox: Sandbox, transactional_db: None) -> OnTerms:
    now = timezone.now()
    clock = sandbox.make_clock(int(now.timestamp()))
    price = make_price(tiers=(Tier(None, 10_000),), interval=Interval.YEAR)
    company = make_company(sandbox, test_clock_id=clock, price=price)
    agree(company.world)
    with staff_context(user_id=0, scope=StaffScope.ALL):
        policy = Policy((0, 3), 5, 8, End.PAST_DUE)
        change_policy(policy=policy, reason="", actor=SYSTEM, now=now)
    return OnTerms(company, Overdue(company.world, clock))


class TestApprovedUnderNetTerms:
    def test_and_not_paid_stops_buying_until_the_money_is_there(self, on_terms: OnTerms) -> None:
        company, overdue = on_terms.company, on_terms.overdue
        bought = on_terms.buy(17, timezone.now())
        # Seats at approval, the money later: 5 seats at 100.00.
        assert (bought.state, company.world.purchased_seats()) == (State.BOUGHT, 17)
        assert bought.purchase is not None
        invoice = bought.purchase.invoice
        assert invoice is not None
        with organization_context(company.id):
            invoice = Invoice.objects.get(pk=invoice.pk)
        assert (invoice.status, invoice.total_minor, invoice.is_sent) == ("open", 50_000, True)
        due = invoice.due_at
        assert due is not None

        overdue.look(due - timedelta(hours=2))
        assert overdue.steps() == []
        mail.outbox.clear()
        # The steps of the policy: reminded at once and after 3 days, restricted after 5.
        overdue.look(due + timedelta(hours=2))
        assert overdue.case().overdue_since == due
        for days in (3, 5):
            overdue.look(due + days * DAY + timedelta(hours=12))
        assert overdue.steps()[:2] == ["reminder-0", "reminder-3"]
        assert overdue.case().stage == "restricted"
        assert on_terms.is_held()
        assert {m.to[0] for m in mail.outbox} >= {"ada@example.com", "dora@example.com"}

        with pytest.raises(SubscriptionCannotGrow, match="A payment is open"):
            on_terms.buy(20, due + 6 * DAY)
        assert company.world.purchased_seats() == company.world.stripe_quantity() == 17

        # The customer's bank sends the money: everything is as before.
        path = f"invoices/{invoice.stripe_invoice_id}/pay"
        company.world.sandbox.call("POST", path, paid_out_of_band=True)
        overdue.look(due + 7 * DAY)
        assert (overdue.case().outcome, on_terms.is_held()) == ("paid", False)
        with organization_context(company.id):
            assert Invoice.objects.get(pk=invoice.pk).status == "paid"
        overdue.look(due + 8 * DAY)
        again = on_terms.buy(20, due + 8 * DAY)
        assert (again.state, again.problem) == (State.BOUGHT, "")
        assert company.world.purchased_seats() == company.world.stripe_quantity() == 20


class TestAFirstSubscription:
    def test_is_asked_for_approved_started_seated_and_invoiced(
        self, sandbox: Sandbox, transactional_db: None
    ) -> None:
        acme = Newcomer(sandbox)
        now = timezone.now()
        ben_user = make_user("ben")
        ben = make_membership(acme.organization, user=ben_user, role="approver")
        with organization_context(acme.id):
            ada = acme.ada.memberships.get()
        set_rules(
            organization_id=acme.id,
            rules=Rules(currency="EUR", bypass_minor=10_000, bands=BANDS),
            valid_from=None,
            reason="",
            actor=Actor.of(acme.ada),
            now=now,
        )
        acme.card()
        with pytest.raises(ApprovalNeeded):
            acme.choose(12)
        asked = make_request(
            organization_id=acme.id,
            requester_id=ada.pk,
            wanted=Wanted(OrderKind.START, seats=12, price=acme.price),
            reason="The first team",
            actor=Actor.of(acme.ada),
            now=now,
        )
        # 116.00 a month are 1,392.00 a year: one approver.
        decide(
            organization_id=acme.id,
            request_id=asked.pk,
            member_id=ben.pk,
            is_approved=True,
            seen=(asked.round, asked.step),
            note="",
            actor=Actor.of(ben_user),
            now=now,
        )
        waits = carry_out(organization_id=acme.id, request_id=asked.pk, now=acme.now())
        assert waits.state == State.APPROVED
        # What was approved is what may be started, and nothing more.
        with pytest.raises(ApprovalNeeded):
            acme.choose(13)
        started = acme.start(12)
        assert started.state == SubscriptionStart.State.DONE
        done = carry_out(organization_id=acme.id, request_id=asked.pk, now=acme.now())
        assert (done.state, done.start_id) == (State.BOUGHT, started.pk)
        assert acme.seats() == 12
        assign_seat(organization_id=acme.id, membership_id=ben.pk, actor=SYSTEM, now=acme.now())
        with organization_context(acme.id):
            assert SeatAssignment.objects.get().membership_id == ben.pk
            invoice = Invoice.objects.get()
        assert (invoice.status, invoice.total_minor) == ("paid", 11_600)
        (at_stripe,) = acme.subscriptions_at_stripe()
        assert at_stripe["items"]["data"][0]["quantity"] == 12
