"""From the request to the seats: approved, compared with today, bought for whoever asked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tenancy import organization_context
from billing.hooks import OrderKind
from billing.models import Invoice, Purchase, Quote, ScheduledChange
from billing.services.consent import ApprovalNeeded
from billing.services.purchases import purchase_seats
from billing.services.scheduling import schedule_seats
from procurement.models import PurchaseRequest
from procurement.services.buying import carry_out, retry, sweep_requests
from procurement.services.request_errors import (
    AlreadyDecided,
    ApprovalNotNeeded,
    MayNotDecide,
    NobodyCanApprove,
    RequestNotOpen,
    RequestOpenAlready,
)
from procurement.services.requests import Wanted, ask_again, make_request, withdraw
from tests.integration.billing.conftest import DAY
from tests.integration.billing.test_terms import agree
from tests.integration.procurement.conftest import Company, make_company
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])
State = PurchaseRequest.State


def buy_directly(company: Company, quote: Quote) -> Purchase:
    return purchase_seats(
        organization_id=company.id,
        quote_id=quote.pk,
        total_minor=quote.total_now_minor,
        idempotency_key=f"direct-{quote.pk}",
        actor=company.world.actor,
        now=timezone.now(),
    )


class TestWithoutApproval:
    def test_a_purchase_above_the_threshold_is_refused_and_nothing_is_charged(
        self, company: Company
    ) -> None:
        quote = company.quote(17)
        before = len(company.world.invoices_at_stripe())
        with pytest.raises(ApprovalNeeded) as refused:
            buy_directly(company, quote)
        assert str(quote.pk) in refused.value.ask_url
        assert len(company.world.invoices_at_stripe()) == before
        assert company.world.purchased_seats() == 12

    def test_a_small_one_passes_until_the_small_ones_add_up(self, company: Company) -> None:
        # One seat at 8.00 a month is 96.00 a year, below 100.00; two are 192.00.
        assert buy_directly(company, company.quote(13)).state == Purchase.State.PROVISIONED
        with pytest.raises(ApprovalNeeded):
            buy_directly(company, company.quote(14))

    def test_more_seats_for_the_renewal_are_refused_and_fewer_are_not(
        self, company: Company
    ) -> None:
        now = timezone.now()
        with pytest.raises(ApprovalNeeded):
            schedule_seats(organization_id=company.id, seats=20, actor=company.world.actor, now=now)
        schedule_seats(organization_id=company.id, seats=10, actor=company.world.actor, now=now)
        # Ten are planned; thirteen are one more than today and pass, fourteen do not.
        schedule_seats(organization_id=company.id, seats=13, actor=company.world.actor, now=now)
        with pytest.raises(ApprovalNeeded):
            schedule_seats(organization_id=company.id, seats=14, actor=company.world.actor, now=now)

    def test_nothing_is_asked_for_that_needs_no_approval_or_is_asked_for_already(
        self, company: Company
    ) -> None:
        with pytest.raises(ApprovalNotNeeded):
            company.ask(13)
        company.ask(17)
        with pytest.raises(RequestOpenAlready):
            company.ask(17)

    def test_nothing_is_asked_for_that_nobody_could_approve(self, company: Company) -> None:
        with organization_context(company.id):
            for approver in (company.ben, company.eve):
                approver.role = "member"
                approver.save()
        with pytest.raises(NobodyCanApprove):
            company.ask(17)


class TestApproved:
    def test_is_bought_for_whoever_asked_with_the_po_number(self, company: Company) -> None:
        asked = company.ask(17, po_number="PO-77", cost_centre="Sales")
        company.decide(asked, company.ben)
        bought = carry_out(organization_id=company.id, request_id=asked.pk, now=timezone.now())
        assert bought.state == State.BOUGHT
        assert company.world.purchased_seats() == company.world.stripe_quantity() == 17
        purchase = company.read(asked).purchase
        assert purchase is not None
        assert (purchase.po_number, purchase.requested_by_id) == ("PO-77", company.ada.user_id)
        # A second look buys nothing more.
        carry_out(organization_id=company.id, request_id=asked.pk, now=timezone.now())
        assert company.world.purchased_seats() == 17

    def test_waits_for_every_step_in_order_and_for_two_different_people(
        self, company: Company
    ) -> None:
        # 190 seats more: 38 x 8.00 + 152 x 6.00 = 1,216.00 a month, 14,592.00 a year: two steps.
        asked = company.ask(202)
        with pytest.raises(MayNotDecide):
            company.decide(asked, company.dora)
        with pytest.raises(MayNotDecide):
            company.decide(asked, company.ada)
        company.decide(asked, company.ben)
        assert company.read(asked).state == State.WAITING
        with pytest.raises(AlreadyDecided):
            company.decide(asked, company.eve)
        company.decide(company.read(asked), company.dora)
        assert company.read(asked).state == State.APPROVED

    def test_that_was_declined_buys_nothing(self, company: Company) -> None:
        asked = company.ask(17)
        declined = company.decide(asked, company.ben, approve=False, note="Not this year")
        assert declined.state == State.DECLINED
        carry_out(organization_id=company.id, request_id=asked.pk, now=timezone.now())
        assert company.world.purchased_seats() == 12

    def test_a_sweeper_goes_on_where_the_process_died(self, company: Company) -> None:
        asked = company.ask(17)
        company.decide(asked, company.ben)
        later = timezone.now() + timedelta(minutes=2)
        assert sweep_requests(now=later) == 1
        assert company.read(asked).state == State.BOUGHT
        assert sweep_requests(now=later + timedelta(minutes=2)) == 0

    def test_days_later_the_quote_of_today_is_bought_for_less(
        self, sandbox: Sandbox, transactional_db: None
    ) -> None:
        start = int(timezone.now().timestamp())
        clock = sandbox.make_clock(start)
        company = make_company(sandbox, test_clock_id=clock)
        asked = company.ask(17)
        company.decide(asked, company.ben)
        # The quote ran out after half an hour; two days later less of the month is left.
        sandbox.advance(clock, start + 2 * DAY)
        later = timezone.now() + timedelta(days=2)
        bought = carry_out(organization_id=company.id, request_id=asked.pk, now=later)
        purchase = company.read(asked).purchase
        assert bought.state == State.BOUGHT
        assert purchase is not None
        assert purchase.quote_id != asked.quote_id
        assert purchase.total_minor < asked.now_minor

    def test_a_plan_for_the_renewal_is_made_once_approved(self, company: Company) -> None:
        asked = make_request(
            organization_id=company.id,
            requester_id=company.ada.pk,
            wanted=Wanted(OrderKind.RENEWAL, seats=20),
            reason="The new team begins with the renewal",
            actor=company.world.actor,
            now=timezone.now(),
        )
        company.decide(asked, company.ben)
        carried = carry_out(organization_id=company.id, request_id=asked.pk, now=timezone.now())
        assert carried.state == State.BOUGHT
        with organization_context(company.id):
            assert ScheduledChange.objects.planned().get().quantity_to == 20

    def test_a_credit_balance_that_was_changed_at_stripe_is_read_anew(
        self, company: Company
    ) -> None:
        asked = company.ask(17)
        company.decide(asked, company.ben)
        customer = company.world.account().stripe_customer_id
        company.world.sandbox.call(
            "POST", f"customers/{customer}/balance_transactions", amount="-500", currency="eur"
        )
        bought = carry_out(organization_id=company.id, request_id=asked.pk, now=timezone.now())
        assert (bought.state, bought.attempts) == (State.BOUGHT, 2)
        assert company.world.purchased_seats() == company.world.stripe_quantity() == 17


class TestSentBack:
    def test_when_seats_were_bought_meanwhile_with_the_difference(self, company: Company) -> None:
        asked = company.ask(17)
        buy_directly(company, company.quote(13))
        company.decide(asked, company.ben)
        back = carry_out(organization_id=company.id, request_id=asked.pk, now=timezone.now())
        assert back.state == State.SENT_BACK
        assert company.world.purchased_seats() == 13
        moved = {row["what"]: (row["approved"], row["today"]) for row in back.differences}
        assert moved["seats_before"] == (12, 13)

    def test_it_is_asked_again_with_todays_price_from_the_first_step_on(
        self, company: Company
    ) -> None:
        asked = company.ask(17)
        buy_directly(company, company.quote(13))
        company.decide(asked, company.ben)
        carry_out(organization_id=company.id, request_id=asked.pk, now=timezone.now())
        again = ask_again(
            organization_id=company.id,
            request_id=asked.pk,
            quote=company.quote(17),
            actor=company.world.actor,
            now=timezone.now(),
        )
        assert (again.state, again.round, again.step) == (State.WAITING, 2, 0)
        assert (again.quantity_from, again.quantity_to) == (13, 17)
        company.decide(again, company.ben)
        carry_out(organization_id=company.id, request_id=asked.pk, now=timezone.now())
        assert company.world.purchased_seats() == 17


class TestWhatStandsInTheWay:
    def test_a_declined_card_is_shown_and_can_be_tried_again(self, company: Company) -> None:
        company.world.use_card("pm_card_chargeCustomerFail")
        asked = company.ask(17)
        company.decide(asked, company.ben)
        stopped = carry_out(organization_id=company.id, request_id=asked.pk, now=timezone.now())
        assert stopped.state == State.APPROVED
        assert stopped.problem_code == "generic_decline"
        assert company.world.purchased_seats() == 12
        # Nothing is tried over and over without a person.
        assert sweep_requests(now=timezone.now() + timedelta(hours=1)) == 0
        company.world.use_card("pm_card_visa")
        now = timezone.now()
        retry(organization_id=company.id, request_id=asked.pk, actor=company.world.actor, now=now)
        bought = carry_out(organization_id=company.id, request_id=asked.pk, now=now)
        assert (bought.state, bought.attempts) == (State.BOUGHT, 2)
        assert company.world.purchased_seats() == company.world.stripe_quantity() == 17

    def test_a_bought_request_cannot_be_withdrawn_and_an_open_one_can(
        self, company: Company
    ) -> None:
        asked, other = company.ask(17), company.ask(18)
        company.decide(asked, company.ben)
        carry_out(organization_id=company.id, request_id=asked.pk, now=timezone.now())
        actor, now = company.world.actor, timezone.now()
        with pytest.raises(RequestNotOpen):
            withdraw(organization_id=company.id, request_id=asked.pk, actor=actor, now=now)
        gone = withdraw(organization_id=company.id, request_id=other.pk, actor=actor, now=now)
        assert gone.state == State.WITHDRAWN
        with pytest.raises(AlreadyDecided):
            company.decide(other, company.ben)


class TestOnNetTerms:
    def test_seats_come_with_the_approval_and_the_invoice_names_the_po_number(
        self, company: Company
    ) -> None:
        agree(company.world)
        asked = company.ask(17, po_number="PO-4711")
        company.decide(asked, company.ben)
        carry_out(organization_id=company.id, request_id=asked.pk, now=timezone.now())
        purchase = company.read(asked).purchase
        assert purchase is not None
        assert purchase.state == Purchase.State.PROVISIONED
        assert purchase.collection == Purchase.Collection.INVOICE
        assert purchase.paid_at is None
        assert company.world.purchased_seats() == 17
        with organization_context(company.id):
            invoice = Invoice.objects.get(purchases=purchase)
        at_stripe = company.world.sandbox.call("GET", f"invoices/{invoice.stripe_invoice_id}")
        assert at_stripe["status"] == "open"
        assert at_stripe["custom_fields"][0]["value"] == "PO-4711"
