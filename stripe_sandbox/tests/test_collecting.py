"""Small changes that wait for one invoice, and subscriptions that stop collecting."""

import pytest
import stripe

from stripe_sandbox.tests.world import FEBRUARY, HOUR, MIDDLE, World


class TestWaitingItems:
    def test_are_listed_by_the_time_they_were_made(self, world: World) -> None:
        ada = world.ada()
        sub = world.subscribe(ada, world.flat(), 5)
        world.advance(MIDDLE)
        world.v1.subscription_items.update(
            sub["items"].data[0].id, {"quantity": 8, "proration_behavior": "create_prorations"}
        )
        items = world.v1.invoice_items

        def found(since: int) -> list[int]:
            page = items.list({"customer": ada.id, "created": {"gte": since}, "pending": True})
            return sorted(item.amount for item in page.data)

        # 5 seats at 10.00 and 8 seats at 10.00 for the second half of the month.
        assert found(MIDDLE) == [-2500, 4000]
        assert found(MIDDLE + HOUR) == []


class TestPauseCollection:
    def test_keeps_the_renewal_as_a_draft_until_it_ends(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        world.v1.subscriptions.update(sub.id, {"pause_collection": {"behavior": "keep_as_draft"}})
        world.advance(FEBRUARY + 2 * HOUR)
        assert world.latest(sub).status == "draft"
        world.v1.subscriptions.update(sub.id, {"pause_collection": ""})
        assert world.sub(sub).pause_collection is None

    def test_says_which_way_it_does_not_know(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        with pytest.raises(stripe.APIError, match="pausing as void"):
            world.v1.subscriptions.update(sub.id, {"pause_collection": {"behavior": "void"}})
