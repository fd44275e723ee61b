"""Renewals that Stripe kept as drafts while nobody paid, and what became of them."""

from datetime import datetime, timedelta
from unittest.mock import patch

import pytest

from accounts.tenancy import organization_context
from billing.domain.dunning import End
from billing.gateways import stripe
from billing.models import SeatLedgerEntry
from billing.services.dunning import follow_subscription, run_dunning
from billing.services.recovery import pay_overdue_invoices
from tests.integration.billing.conftest import make_price, make_world
from tests.integration.billing.test_dunning import RENEWED, START, Overdue, days, set_policy
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

# The renewals of 10 March and 10 April come while nothing is collected.
LATER = days(62)


def never_paid(sandbox: Sandbox, *, by_stripe: bool) -> Overdue:
    """Return Acme, unpaid by our policy or by Stripe's, two renewals later."""
    rule = "unpaid" if by_stripe else "past_due"
    sandbox.http.post("/_sandbox/settings", json={"dunning_end": rule}).raise_for_status()
    clock = sandbox.make_clock(int(START.timestamp()))
    world = make_world(sandbox, test_clock_id=clock, now=START, price=make_price())
    found = Overdue(world, clock)
    found.use_card("pm_card_chargeCustomerFail", START)
    if not by_stripe:
        set_policy(End.UNPAID)
    found.look(RENEWED)
    found.look(days(5))
    found.look(days(9))
    if by_stripe:
        at = RENEWED + timedelta(days=16)
        found.look(at)
        follow_subscription(organization_id=found.id, now=at)
    found.look(LATER)
    return found


def pay(overdue: Overdue, at: datetime) -> None:
    overdue.use_card("pm_card_visa", days(1))
    pay_overdue_invoices(organization_id=overdue.id, actor=overdue.world.actor, now=at)


def statuses(overdue: Overdue) -> list[str]:
    """The states of Acme's invoices, the latest first."""
    return [invoice["status"] for invoice in overdue.world.invoices_at_stripe()]


class TestKeptDrafts:
    @pytest.mark.parametrize("by_stripe", [False, True])
    def test_are_charged_once_each_after_the_recovery(
        self, sandbox: Sandbox, transactional_db: None, by_stripe: bool
    ) -> None:
        overdue = never_paid(sandbox, by_stripe=by_stripe)
        assert statuses(overdue) == ["draft", "draft", "open", "paid"]
        pay(overdue, LATER)
        assert statuses(overdue) == ["paid"] * 4
        run_dunning(now=LATER)
        overdue.look(LATER + timedelta(hours=3))
        assert statuses(overdue) == ["paid"] * 4
        assert overdue.status_at_stripe() == "active"
        with organization_context(overdue.id):
            entries = SeatLedgerEntry.objects.filter(cause="renewal")
            amounts = list(entries.values_list("amount_minor", flat=True))
        # 10 x 10.00 + 2 x 8.00, for February, March and April.
        assert amounts == [11_600] * 3

    def test_are_gone_on_with_after_a_crash(self, sandbox: Sandbox, transactional_db: None) -> None:
        overdue = never_paid(sandbox, by_stripe=False)
        with patch.object(stripe, "pay_invoice", side_effect=_after(2, stripe.pay_invoice)):
            pay(overdue, LATER)
        run_dunning(now=LATER)
        assert statuses(overdue) == ["paid"] * 4


def _after(count: int, real: object) -> object:
    """Answer as Stripe does so many times; then it is down."""
    calls = []

    def call(**given: object) -> None:
        calls.append(given)
        if len(calls) == count:
            raise stripe.TemporarilyUnavailable("down")
        real(**given)  # type: ignore[operator]

    return call
