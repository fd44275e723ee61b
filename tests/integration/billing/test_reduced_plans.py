"""Discounts where an invoice is made later: by a renewal that was planned, by the month."""

import pytest
from django.utils import timezone

from accounts.tenancy import organization_context
from billing.models import Incident, Purchase, SubscriptionDiscount
from billing.services.collecting import collect_months
from billing.services.discounts import carry_out_discount, end_discount
from tests.integration.billing.conftest import Clocked, World
from tests.integration.billing.test_collecting import LATER, agree, three_additions
from tests.integration.billing.test_discounts import give
from tests.integration.billing.test_scheduled_changes import phases, plan_seats, quantities

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def end(world: World, discount: SubscriptionDiscount) -> None:
    now = timezone.now()
    end_discount(organization_id=world.id, discount_id=discount.pk, actor=world.actor, now=now)
    carry_out_discount(organization_id=world.id, discount_id=discount.pk, now=now)


def renewal(clocked: Clocked) -> int:
    """Let the month end; return what its renewal came to."""
    clocked.advance(32)
    latest = clocked.world.invoices_at_stripe()[0]
    assert latest["billing_reason"] == "subscription_cycle"
    return int(latest["total"])


class TestAPlannedRenewal:
    def test_keeps_the_discount_that_was_there_before(self, clocked: Clocked) -> None:
        give(clocked.world, 1250)
        plan_seats(clocked.world, 8)
        # 8 x 10.00, less an eighth.
        assert renewal(clocked) == 7000

    def test_has_the_discount_that_came_after_it(self, clocked: Clocked) -> None:
        plan_seats(clocked.world, 8)
        told = phases(clocked.world)
        give(clocked.world, 1250)
        assert phases(clocked.world) == told
        assert renewal(clocked) == 7000

    def test_has_no_discount_that_was_ended(self, clocked: Clocked) -> None:
        given = give(clocked.world, 1250)
        plan_seats(clocked.world, 8)
        end(clocked.world, given)
        assert quantities(clocked.world) == [12, 8]
        assert renewal(clocked) == 8000

    def test_rounds_a_third_as_our_own_figures_do(self, clocked: Clocked) -> None:
        plan_seats(clocked.world, 13)
        give(clocked.world, 3333)
        # 10 x 10.00 + 3 x 8.00 = 124.00; 33.33 % of it are 41.3292, so 41.33 come off.
        assert renewal(clocked) == 12_400 - 4133


class TestAMonthOfAdditions:
    @pytest.mark.parametrize("basis_points", [1250, 3333])
    def test_with_a_discount_is_invoiced_one_by_one_to_the_cent(
        self, world: World, basis_points: int
    ) -> None:
        give(world, basis_points)
        agree(world)
        three_additions(world)
        *made, _first = world.invoices_at_stripe()
        with organization_context(world.id):
            bought = list(Purchase.objects.select_related("quote").order_by("-created_at"))
            assert not Incident.objects.exists()
        assert [invoice["total"] for invoice in made] == [
            purchase.quote.snapshot().now.total_minor for purchase in bought
        ]
        collect_months(now=timezone.now() + LATER)
        assert len(world.invoices_at_stripe()) == 4

    def test_quoted_before_a_discount_is_invoiced_without_it(self, world: World) -> None:
        agree(world)
        total = three_additions(world)
        given = give(world, 1250)
        assert given.starts_at is not None
        (collected, _first) = world.invoices_at_stripe()
        assert (collected["total"], collected["status"]) == (total, "open")
