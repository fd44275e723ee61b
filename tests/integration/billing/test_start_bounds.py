"""Beginning and switching are held by the safety limits like any purchase."""

from dataclasses import replace

import pytest
from django.core import mail
from django.utils import timezone

from accounts.services.history import Actor
from accounts.tenancy import organization_context
from billing.domain.bounds import Limits
from billing.domain.period import Interval
from billing.models import PurchaseReview, SubscriptionStart
from billing.services.bounds import (
    PurchaseNeedsReview,
    decide_review,
    set_organization_limits,
)
from billing.services.purchases import purchase_seats
from billing.services.quotes import quote_seats
from tests.integration.billing.conftest import World, make_price
from tests.integration.billing.test_scheduled_changes import ANNUAL
from tests.integration.billing.test_starting import Newcomer
from tests.integration.billing.test_trials import make_trial_price
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

NONE = Limits()


class TestStart:
    def test_above_a_limit_waits_and_goes_through_once_approved(
        self, sandbox: Sandbox, transactional_db: None
    ) -> None:
        acme = Newcomer(sandbox)
        acme.card()
        limits = replace(NONE, seats=10)
        set_organization_limits(
            organization=acme.organization, limits=limits, actor=Actor.of(acme.ada), now=acme.now()
        )
        for _ in range(2):
            with pytest.raises(PurchaseNeedsReview):
                acme.choose(12)
        with organization_context(acme.id):
            assert not SubscriptionStart.objects.exists()
            review = PurchaseReview.objects.get()
        assert (review.quantity_from, review.quantity_to, review.total_minor) == (0, 12, 11_600)
        decide_review(
            organization_id=acme.id,
            review_id=review.pk,
            is_approved=True,
            note="",
            actor=Actor.of(acme.ada),
            now=acme.now(),
        )
        assert "/seats/start/?seats=12" in mail.outbox[-1].body
        chosen = acme.choose(12)
        with organization_context(acme.id):
            assert PurchaseReview.objects.get().start_id == chosen.pk
        # One approval, one beginning: with another key it waits again.
        with pytest.raises(PurchaseNeedsReview):
            acme.choose(12, key="two")

    def test_counts_what_a_trial_ends_in(self, sandbox: Sandbox, transactional_db: None) -> None:
        acme = Newcomer(sandbox, make_trial_price())
        limits = replace(NONE, purchase_minor=5_000)
        set_organization_limits(
            organization=acme.organization, limits=limits, actor=Actor.of(acme.ada), now=acme.now()
        )
        with pytest.raises(PurchaseNeedsReview):
            acme.choose(12)


class TestSwitch:
    def test_above_a_limit_waits_before_any_charge(self, world: World) -> None:
        annual = make_price(tiers=ANNUAL, interval=Interval.YEAR)
        now = timezone.now()
        set_organization_limits(
            organization=world.organization,
            limits=replace(NONE, purchase_minor=50_000),
            actor=world.actor,
            now=now,
        )
        quote = quote_seats(
            organization_id=world.id, quantity=12, price=annual, actor=world.actor, now=now
        )
        with pytest.raises(PurchaseNeedsReview):
            purchase_seats(
                organization_id=world.id,
                quote_id=quote.pk,
                total_minor=quote.total_now_minor,
                idempotency_key="switch",
                actor=world.actor,
                now=now,
            )
        assert len(world.invoices_at_stripe()) == 1
