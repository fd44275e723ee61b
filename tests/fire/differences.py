"""What somebody changes behind the other side's back, and what the comparison has to say of it."""

from collections import Counter
from collections.abc import Callable

from accounts.tenancy import organization_context
from billing.models import ReconciliationRun
from billing.services.reconciliation import reconcile
from seats.models import SeatPool
from tests.fire.life import Life


def compare(life: Life) -> Counter[str]:
    """Compare everything with Stripe; return how many differences of which kind there are."""
    run = reconcile(now=life.now, clock=lambda: life.now)
    assert isinstance(run, ReconciliationRun)
    assert run.is_complete, run.not_seen
    return Counter(run.found)


def _seats_at_stripe(life: Life) -> None:
    item = life.subscription_at_stripe()["items"]["data"][0]
    life.sandbox.call(
        "POST",
        f"subscription_items/{item['id']}",
        quantity=str(item["quantity"] + 1),
        proration_behavior="none",
    )


def _end_at_stripe(life: Life) -> None:
    life.sandbox.call("DELETE", f"subscriptions/{life.subscription.stripe_subscription_id}")


def _credit_at_stripe(life: Life) -> None:
    life.sandbox.call(
        "POST",
        f"customers/{life.customer_id}/balance_transactions",
        amount="-500",
        currency=life.organization.currency.lower(),
    )


def _seats_of_ours(life: Life) -> None:
    pool = life.pool()
    with organization_context(life.id):
        SeatPool.objects.filter(pk=pool.pk).update(purchased_seats=pool.purchased_seats + 1)


# What is changed, the kind of difference it is, and whether a live subscription is needed.
DIFFERENCES: dict[str, tuple[Callable[[Life], None], str, bool]] = {
    "seats at Stripe": (_seats_at_stripe, "quantity", True),
    "end at Stripe": (_end_at_stripe, "subscription_missing", True),
    "credit at Stripe": (_credit_at_stripe, "balance", False),
    "seats of ours": (_seats_of_ours, "seat_pool", True),
}


def find_made_up_difference(life: Life, name: str) -> bool:
    """Make up one difference at the very end of a life and have it found; False if it cannot be."""
    make_up, kind, needs_subscription = DIFFERENCES[name]
    if needs_subscription and life.current().status != "active":
        return False
    make_up(life)
    found = compare(life)
    assert found[kind] >= 1, f"{name}: {dict(found)}"
    return True
