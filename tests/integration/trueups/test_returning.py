"""A removed person comes back where no seat is free: the rule, the exact charge, one press."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import organization_context
from billing.models import BillingAccount
from tests.integration.billing.conftest import World, sandbox, sandbox_process, world
from tests.integration.billing.test_one_press import (
    BUY,
    amount,
    browser,
    fill,
    person,
    press,
    seated,
    waiting,
)
from trueups.domain.terms import Terms, terms_to_json
from trueups.models import LockOut, TrueUp

__all__ = ["sandbox", "sandbox_process", "world"]

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def lock_out(world: World, gone: Membership, *, seats: int, credit_minor: int) -> LockOut:
    """Have somebody removed yesterday by a true-up, as its settlement writes it."""
    now = timezone.now()
    with organization_context(world.id):
        true_up = TrueUp.objects.create(
            organization=world.organization,
            subscription=world.subscription,
            reference="2026-Q1",
            quarter=(now - timedelta(days=91), now - timedelta(days=1)),
            time_zone="UTC",
            state=TrueUp.State.SETTLED,
            policy="hybrid",
            terms=terms_to_json(Terms()),
            currency="EUR",
            snapshot_at=now,
            review_until=now,
            share="3/4",
        )
        return LockOut.objects.create(
            organization=world.organization,
            true_up=true_up,
            membership=gone,
            removed_at=now - timedelta(days=1),
            until=now + timedelta(days=29),
            seats=seats,
            credit_minor=credit_minor,
            currency="EUR",
        )


class TestComingBack:
    def test_against_a_credit_is_one_press_with_the_tax_in_it(self, world: World) -> None:
        fill(world)
        mia = person(world, "Mia", asks=False)
        gone = lock_out(world, mia, seats=1, credit_minor=7_534)
        with organization_context(world.id):
            BillingAccount.objects.update(tax_rate_basis_points=1900)
        admin = browser(world)
        # Another seat is not sold to somebody whose charge brings one.
        panel = admin.get(f"/o/acme/people/{mia.pk}/seat/").text
        page = f"/o/acme/true-ups/returns/{gone.pk}/"
        assert "buy-for" not in panel
        assert f'href="{page}"' in panel
        bulk = admin.get(f"/o/acme/people/bulk/?action=missing&person={mia.pk}").text
        assert "buy-for" not in bulk
        assert f'href="{page}"' in bulk
        # 75.34 and 19 % of it, 14.3146.
        shown = admin.get(page).text
        assert "exactly that credit is charged again" in shown
        assert "Give the seat for 89.65\xa0EUR" in shown
        admin.post(page)
        with organization_context(world.id):
            gone.refresh_from_db()
        assert gone.reactivated_at is not None
        assert (seated(world), waiting(world)) == ([], ["Mia"])

    def test_without_a_credit_buys_the_seat_that_is_missing(self, world: World) -> None:
        fill(world)
        mia = person(world, "Mia", asks=False)
        gone = lock_out(world, mia, seats=0, credit_minor=0)
        admin = browser(world)
        page = admin.get(f"/o/acme/true-ups/returns/{gone.pk}/").text
        form = press(page, "and seat Mia")
        assert f"Buy 1 seat for {amount(world)} and seat Mia" in page
        admin.post(BUY, form)
        assert seated(world) == ["Mia"]
        assert world.stripe_quantity() == 13
