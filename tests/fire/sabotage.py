"""Proof that the machine can fail: deliberate defects, each of which it has to find.

Not part of the suite: `make fire` runs it. A defect is a patch of the product; the machine lives
lives until one of them breaks an invariant, and the test fails when `LIVES` pass without.
"""

import os
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import stripe as sdk
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from billing.domain import ledger as ledger_rules
from billing.domain.period import whole_second
from billing.gateways import stripe
from billing.gateways.stripe import reading, starting, subscriptions
from billing.selectors import terms
from billing.services import (
    charging,
    collecting,
    dunning,
    periods,
    provisioning,
    purchase_steps,
    purchases,
    renewing,
    sweeping,
    webhooks,
)
from billing.services import ledger as ledger_service
from tests.fire.base import BaseLife, Tally
from tests.fire.life import Life
from tests.fire.machine import BuyersLife, OrganizationLife, PlannersLife
from tests.fire.told import TOLD, live_told
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

LIVES = int(os.environ.get("FIRE_SABOTAGE_LIVES", "40"))
STEPS = 18


def granted_before_paid() -> AbstractContextManager[Any]:
    """An open invoice counts as paid."""
    paid_or_open = property(lambda self: self.status in ("paid", "open"))
    return patch.object(stripe.InvoiceState, "is_paid", paid_or_open)


def no_idempotency_key() -> AbstractContextManager[Any]:
    """A repeated change of the quantity is a new one for Stripe."""
    return patch.object(
        subscriptions, "keyed", lambda _key: {"idempotency_key": f"fresh-{uuid.uuid4()}"}
    )


def decrease_lost_on_increase() -> AbstractContextManager[Any]:
    """Buying seats forgets what was planned for the renewal."""
    right = ledger_rules._balance_after

    def wrong(balance: Any, cause: Any, delta: int, planned: int) -> Any:
        after = right(balance, cause, delta, planned)
        if cause is ledger_rules.Cause.PURCHASE:
            return ledger_rules.Balance(after.purchased_seats, after.purchased_seats)
        return after

    return patch.object(ledger_rules, "_balance_after", wrong)


@contextmanager
def webhook_trusts_the_payload() -> Iterator[None]:
    """An invoice is taken from the delivery, which may be days old, instead of being fetched."""
    told: dict[str, Any] = {}
    right = Life.deliver

    def deliver(self: Life, events: Any) -> None:
        events = list(events)
        for event in events:
            told[event["data"]["object"]["id"]] = event["data"]["object"]
        right(self, events)

    class Trusting:
        def __getattr__(self, name: str) -> Any:
            return getattr(stripe, name)

        def retrieve_invoice(self, invoice_id: str) -> stripe.InvoiceState:
            if invoice_id not in told:
                return stripe.retrieve_invoice(invoice_id)
            return reading.read_invoice(sdk.Invoice.construct_from(told[invoice_id], None))

    with patch.object(Life, "deliver", deliver), patch.object(webhooks, "stripe", Trusting()):
        yield


def lost_events_stay_lost() -> AbstractContextManager[Any]:
    return patch.object(webhooks, "fetch_missed_events", lambda *, now: 0)


def only_the_last_renewal_is_booked() -> AbstractContextManager[Any]:
    right = stripe.renewal_invoices
    return patch.object(stripe, "renewal_invoices", lambda **given: right(**given)[-1:])


def ledger_runs_back_in_time() -> AbstractContextManager[Any]:
    """A purchase granted after a renewal takes effect before it."""
    return patch.object(ledger_service, "max", lambda wanted, _last: wanted, create=True)


def nobody_resumes_a_purchase() -> AbstractContextManager[Any]:
    return patch.object(sweeping, "sweep_purchases", lambda *, now: 0)


def a_declined_invoice_stays_open() -> AbstractContextManager[Any]:
    """The purchase ends and its invoice can still be paid."""
    return patch.object(
        charging,
        "_give_up",
        lambda purchase, event, now, **given: purchase_steps.end_purchase(
            purchase, event, now, code=given["code"], message=given["message"]
        ),
    )


def prorated_a_second_late() -> AbstractContextManager[Any]:
    right = whole_second
    return patch.object(terms, "whole_second", lambda at: right(at) + timedelta(seconds=1))


def the_quantity_is_never_looked_at_again() -> AbstractContextManager[Any]:
    """Stripe is asked for one seat more than was bought."""
    right = stripe.set_quantity
    return patch.object(
        stripe,
        "set_quantity",
        lambda **given: right(**(given | {"quantity": given["quantity"] + 1})),
    )


def plans_are_told_to_stripe_once() -> AbstractContextManager[Any]:
    """A plan that Stripe did not hear of is not told again."""
    return patch.object(sweeping, "sweep_plans", lambda *, now: 0)


def another_price_is_paid_and_not_taken() -> AbstractContextManager[Any]:
    """A switch or another plan is charged, and our side keeps the old price."""
    return patch.object(provisioning, "_use_price", lambda *_given: None)


def a_planned_price_is_never_applied() -> AbstractContextManager[Any]:
    """Stripe renews under the new price, and our side keeps the old one."""
    return patch.object(renewing, "_use_price", lambda *_given: None)


def the_credit_limit_is_not_asked() -> AbstractContextManager[Any]:
    return patch.object(purchases, "_check_credit", lambda *_given: None)


def a_month_is_invoiced_and_stays_noted() -> AbstractContextManager[Any]:
    """The purchases of a month do not learn of the invoice that holds them."""

    @contextmanager
    def everywhere() -> Iterator[None]:
        with (
            patch.object(collecting, "link_noted", lambda **_given: 0),
            patch.object(webhooks, "link_noted", lambda **_given: 0),
        ):
            yield

    return everywhere()


def nobody_is_restricted() -> AbstractContextManager[Any]:
    """Who does not pay goes on as before until the end."""
    return patch.object(dunning, "hold_seats", lambda **_given: None)


def dunning_sleeps() -> AbstractContextManager[Any]:
    """Reminders, restriction and end never come."""
    return patch.object(dunning, "run_dunning", lambda *, now: 0)


def a_new_beginning_has_a_new_key() -> AbstractContextManager[Any]:
    """A beginning that was interrupted begins another subscription at Stripe."""
    return patch.object(
        starting, "keyed", lambda _key: {"idempotency_key": f"fresh-{uuid.uuid4()}"}
    )


def seats_outlive_their_subscription() -> AbstractContextManager[Any]:
    """The end of a subscription takes no seat away."""
    return patch.object(periods, "end", lambda *_given: None)


# Each with the lives in which it may show: those, and not all of them, are lived until it does.
DEFECTS: list[tuple[Callable[[], AbstractContextManager[Any]], type[BaseLife]]] = [
    (granted_before_paid, BuyersLife),
    (no_idempotency_key, BuyersLife),
    (decrease_lost_on_increase, PlannersLife),
    (webhook_trusts_the_payload, BuyersLife),
    (lost_events_stay_lost, BuyersLife),
    (only_the_last_renewal_is_booked, BuyersLife),
    (ledger_runs_back_in_time, BuyersLife),
    (nobody_resumes_a_purchase, BuyersLife),
    (a_declined_invoice_stays_open, BuyersLife),
    (prorated_a_second_late, BuyersLife),
    (the_quantity_is_never_looked_at_again, BuyersLife),
    (plans_are_told_to_stripe_once, PlannersLife),
    (another_price_is_paid_and_not_taken, PlannersLife),
    (a_planned_price_is_never_applied, PlannersLife),
    (the_credit_limit_is_not_asked, OrganizationLife),
    (a_month_is_invoiced_and_stays_noted, OrganizationLife),
    (nobody_is_restricted, OrganizationLife),
    (dunning_sleeps, OrganizationLife),
    (a_new_beginning_has_a_new_key, PlannersLife),
    (seats_outlive_their_subscription, PlannersLife),
]


@pytest.mark.parametrize(
    ("defect", "lives"), DEFECTS, ids=[defect.__name__ for defect, _lives in DEFECTS]
)
def test_the_machine_finds(
    defect: Callable[[], AbstractContextManager[Any]],
    lives: type[BaseLife],
    ground: Sandbox,
    capsys: pytest.CaptureFixture[str],
) -> None:
    how = ""
    # One statement cannot live them all: which life finds the defect is part of the answer.
    with defect(), pytest.raises(BaseException) as found:  # noqa: PT011, PT012
        for tell in TOLD:
            OrganizationLife.sandbox, OrganizationLife.tally = ground, Tally()
            how = f"in the told life {tell.__name__}, step {{}}"
            live_told(OrganizationLife, tell)
        lives.sandbox, lives.tally = ground, Tally()
        how = "in life {lives}"
        run_state_machine_as_test(
            lives,
            settings=settings(
                max_examples=LIVES,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
                phases=(Phase.generate,),
            ),
        )
    assert not isinstance(found.value, KeyboardInterrupt)
    where = how.format(OrganizationLife.tally.steps, lives=lives.tally.lives)
    with capsys.disabled():
        first = (str(found.value).splitlines() or [type(found.value).__name__])[0]
        sys.stdout.write(f"\n{defect.__name__}: found {where}: {first[:150]}\n")
