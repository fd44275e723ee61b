"""Safety bounds: what is out of pattern stops for a person before any charge."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts.services.history import Actor
from accounts.tenancy import organization_context
from billing.domain.bounds import Limits
from billing.domain.price_table import Scheme, Tier
from billing.models import Incident, InvoiceHold, PurchaseReview, ScheduledChange
from billing.services.bounds import (
    PurchaseNeedsReview,
    ReviewNoteMissing,
    decide_review,
    set_organization_limits,
    set_vendor_limits,
)
from billing.services.periods import sync_subscription
from billing.services.renewals import HoldNoteMissing, release_renewal, void_renewal
from billing.services.webhooks import process_due_events
from tests.integration.billing.conftest import World, make_price, make_world
from tests.integration.billing.test_purchase import buy, quote
from tests.support.people import make_user
from tests.support.stripe import Sandbox, deliver

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


@pytest.fixture
def fin() -> Actor:
    return Actor.of(make_user("fin", vendor_role="finance"))


def limit(world: World, **limits: int) -> None:
    """Give the organization limits of its own."""
    set_organization_limits(
        organization=world.organization,
        limits=Limits(**limits),
        actor=world.actor,
        now=timezone.now(),
    )


def decide(world: World, fin: Actor, *, is_approved: bool, note: str = "") -> PurchaseReview:
    with organization_context(world.id):
        review = PurchaseReview.objects.get(state="open")
    return decide_review(
        organization_id=world.id,
        review_id=review.pk,
        is_approved=is_approved,
        note=note,
        actor=fin,
        now=timezone.now(),
    )


class TestAPurchaseOutOfPattern:
    @pytest.mark.parametrize(
        ("limits", "rule"),
        [
            # 12 -> 40: 28 more
            ({"seats": 27}, "seats"),
            # 12 x 3.33 = 39
            ({"factor_percent": 333}, "factor"),
            ({"purchase_minor": 100}, "purchase_amount"),
            ({"day_minor": 100}, "day_amount"),
        ],
    )
    def test_stops_before_any_charge_and_says_why(
        self, world: World, limits: dict[str, int], rule: str
    ) -> None:
        limit(world, **limits)
        invoices = len(world.invoices_at_stripe())
        with pytest.raises(PurchaseNeedsReview) as stopped:
            buy(world, quote(world, 40))
        assert len(stopped.value.reasons) == 1
        assert world.stripe_quantity() == world.purchased_seats() == 12
        assert len(world.invoices_at_stripe()) == invoices
        with organization_context(world.id):
            review = PurchaseReview.objects.get()
        assert [breach["rule"] for breach in review.breaches] == [rule]
        assert (review.seats, review.requested_by_id) == (28, world.ada.pk)

    def test_goes_through_at_the_limit(self, world: World) -> None:
        limit(world, seats=28, factor_percent=334)
        assert buy(world, quote(world, 40)).state == "provisioned"

    def test_counts_what_was_bought_within_a_day(self, world: World) -> None:
        first = quote(world, 20)
        limit(world, day_minor=first.total_now_minor + 100)
        assert buy(world, first).state == "provisioned"
        with pytest.raises(PurchaseNeedsReview):
            buy(world, quote(world, 30))

    def test_asked_for_again_is_one_review(self, world: World) -> None:
        limit(world, seats=5)
        for _again in range(2):
            with pytest.raises(PurchaseNeedsReview):
                buy(world, quote(world, 40))
        with organization_context(world.id):
            assert PurchaseReview.objects.count() == 1

    def test_goes_through_once_a_person_approved_it_and_once_only(
        self, world: World, fin: Actor
    ) -> None:
        limit(world, seats=5)
        with pytest.raises(PurchaseNeedsReview):
            buy(world, quote(world, 40))
        decide(world, fin, is_approved=True)
        assert mail.outbox[-1].to == [world.ada.email]
        assert "approved" in mail.outbox[-1].subject
        bought = buy(world, quote(world, 40))
        assert bought.state == "provisioned"
        with organization_context(world.id):
            assert PurchaseReview.objects.get().purchase_id == bought.pk
        with pytest.raises(PurchaseNeedsReview):
            buy(world, quote(world, 50))

    def test_may_be_tried_again_after_a_declined_card(self, world: World, fin: Actor) -> None:
        limit(world, seats=5)
        with pytest.raises(PurchaseNeedsReview):
            buy(world, quote(world, 40))
        decide(world, fin, is_approved=True)
        world.use_card("pm_card_chargeCustomerFail")
        assert buy(world, quote(world, 40)).state == "failed"
        world.use_card("pm_card_visa")
        assert buy(world, quote(world, 40)).state == "provisioned"

    def test_an_approval_ends_and_covers_no_more_than_was_asked(
        self, world: World, fin: Actor
    ) -> None:
        limit(world, seats=5)
        with pytest.raises(PurchaseNeedsReview):
            buy(world, quote(world, 40))
        review = decide(world, fin, is_approved=True)
        with pytest.raises(PurchaseNeedsReview):
            buy(world, quote(world, 41))
        with organization_context(world.id):
            PurchaseReview.objects.filter(pk=review.pk).update(
                approved_until=timezone.now() - timedelta(seconds=1)
            )
        with pytest.raises(PurchaseNeedsReview):
            buy(world, quote(world, 40))

    def test_is_refused_with_a_note_that_the_buyer_reads(self, world: World, fin: Actor) -> None:
        limit(world, seats=5)
        with pytest.raises(PurchaseNeedsReview):
            buy(world, quote(world, 40))
        with pytest.raises(ReviewNoteMissing):
            decide(world, fin, is_approved=False)
        assert decide(world, fin, is_approved=False, note="Call us first").state == "refused"
        assert "Call us first" in str(mail.outbox[-1].body)
        with pytest.raises(PurchaseNeedsReview):
            buy(world, quote(world, 40))


class TestVendorLimits:
    def test_hold_for_everybody_and_give_way_to_an_organizations_own(self, world: World) -> None:
        set_vendor_limits(
            seats=5,
            factor_percent=None,
            renewal_percent=25,
            repairs_need_two=False,
            amounts={"EUR": (None, None)},
            actor=world.actor,
            now=timezone.now(),
        )
        with pytest.raises(PurchaseNeedsReview):
            buy(world, quote(world, 40))
        limit(world, seats=28)
        assert buy(world, quote(world, 40)).state == "provisioned"


class Renewing:
    """A world on a test clock that comes to its renewal."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.start = timezone.now().replace(microsecond=0)
        self.clock = sandbox.make_clock(int(self.start.timestamp()))
        self.world = make_world(sandbox, now=self.start, test_clock_id=self.clock)
        with organization_context(self.world.id):
            self.end = self.world.subscription.periods.get().period.end

    def change_at_stripe(self, quantity: int) -> None:
        self.world.sandbox.call(
            "POST", f"subscription_items/{self.world.subscription.stripe_item_id}",
            quantity=str(quantity), proration_behavior="none",
        )  # fmt: skip

    def pass_the_end(self, **after: int) -> None:
        self.world.sandbox.advance(self.clock, int((self.end + timedelta(**after)).timestamp()))

    def hear(self, kind: str) -> None:
        """Take the events of a kind in and work them off."""
        for event in self.world.events():
            if event["type"] == kind:
                deliver(event)
        process_due_events(now=timezone.now(), clock=timezone.now)

    def hold(self) -> InvoiceHold:
        with organization_context(self.world.id):
            return InvoiceHold.objects.get()

    def latest_invoice(self) -> dict[str, Any]:
        return self.world.invoices_at_stripe()[0]


@pytest.fixture
def renewing(sandbox: Sandbox, transactional_db: None) -> Renewing:
    return Renewing(sandbox)


class TestARenewalOutOfPattern:
    def test_is_held_while_it_is_a_draft_and_opens_an_incident(self, renewing: Renewing) -> None:
        # 12 seats are 116.00; 20 are 10 x 10.00 + 10 x 8.00 = 180.00, more than 145.00
        renewing.change_at_stripe(20)
        renewing.pass_the_end(minutes=10)
        renewing.hear("invoice.created")
        hold = renewing.hold()
        assert (hold.state, hold.expected_minor, hold.most_minor, hold.total_minor) == (
            "held", 11600, 14500, 18000,
        )  # fmt: skip
        renewing.pass_the_end(hours=5)
        assert renewing.latest_invoice()["status"] == "draft"
        with organization_context(renewing.world.id):
            assert Incident.objects.get().kind == "renewal_held"

    def test_passes_within_the_limit(self, renewing: Renewing) -> None:
        # 14 seats are 132.00, at most 145.00
        renewing.change_at_stripe(14)
        renewing.pass_the_end(minutes=10)
        renewing.hear("invoice.created")
        renewing.pass_the_end(hours=5)
        assert renewing.latest_invoice()["status"] == "paid"

    def test_is_expected_at_the_price_that_was_planned_for_it(self, renewing: Renewing) -> None:
        world = renewing.world
        # 12 x 15.00 = 180.00, as much as 20 seats of today's price are.
        dearer = make_price(code="plus", scheme=Scheme.FLAT, tiers=(Tier(None, 1500),))
        with organization_context(world.id):
            ScheduledChange.objects.create(
                organization_id=world.id, subscription=world.subscription, kind="price",
                quantity_from=12, price_from=world.subscription.price, price_to=dearer,
                effective_at=renewing.end, created_label="Ada",
            )  # fmt: skip
        renewing.change_at_stripe(20)
        renewing.pass_the_end(minutes=10)
        renewing.hear("invoice.created")
        with organization_context(world.id):
            assert not InvoiceHold.objects.exists()

    def test_goes_on_when_a_person_releases_it(self, renewing: Renewing, fin: Actor) -> None:
        renewing.change_at_stripe(20)
        renewing.pass_the_end(minutes=10)
        renewing.hear("invoice.created")
        args: dict[str, Any] = {
            "organization_id": renewing.world.id, "hold_id": renewing.hold().pk,
            "actor": fin, "now": timezone.now(),
        }  # fmt: skip
        with pytest.raises(HoldNoteMissing):
            release_renewal(**args, note="")
        assert release_renewal(**args, note="They know").state == "released"
        renewing.pass_the_end(hours=5)
        assert renewing.latest_invoice()["status"] == "paid"
        with organization_context(renewing.world.id):
            assert Incident.objects.get().closed_by_id == fin.user_id
        assert void_renewal(**args, note="Too late").state == "released"

    def test_is_voided_uncharged_when_a_person_says_so(
        self, renewing: Renewing, fin: Actor
    ) -> None:
        renewing.change_at_stripe(20)
        renewing.pass_the_end(minutes=10)
        renewing.hear("invoice.created")
        voided = void_renewal(
            organization_id=renewing.world.id, hold_id=renewing.hold().pk,
            note="A mistake in the dashboard", actor=fin, now=timezone.now(),
        )  # fmt: skip
        assert voided.state == "voided"
        invoice = renewing.latest_invoice()
        assert (invoice["status"], invoice["amount_paid"]) == ("void", 0)

    def test_that_was_charged_before_we_heard_of_it_is_an_incident(
        self, renewing: Renewing
    ) -> None:
        renewing.change_at_stripe(20)
        renewing.pass_the_end(hours=5)
        sync_subscription(
            organization_id=renewing.world.id,
            stripe_subscription_id=renewing.world.subscription.stripe_subscription_id,
            now=timezone.now(),
        )
        assert renewing.hold().state == "too_late"
        with organization_context(renewing.world.id):
            assert Incident.objects.get().theirs["total_minor"] == 18000
