"""How long the two longest paths are: statements of SQL and calls of Stripe, counted.

The bounds are what the paths need today with a little room. A path that grows with seats, people,
tiers or history breaks them.
"""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from billing.gateways.stripe import connection
from billing.models import Purchase
from stripe_sandbox.validation import ValidatingHTTPClient
from tests.integration.billing.conftest import World
from tests.integration.billing.test_purchase import buy, quote
from tests.support.people import make_membership

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

# Contexts of a tenant read and write settings; they are statements as well.
MOST_STATEMENTS_OF_A_QUOTE = 18
# Four of a purchase's ask the customer's approval rules and look for a request that waits for it.
MOST_STATEMENTS_OF_A_PURCHASE = 134
# The preview, the change, which invoice it made, that invoice.
MOST_CALLS_OF_A_PURCHASE = 5


def calls() -> int:
    client = connection.client()._requestor._client
    assert isinstance(client, ValidatingHTTPClient)
    return len(client.calls)


class TestQuote:
    def test_asks_stripe_nothing_and_the_database_little(self, world: World) -> None:
        asked = calls()
        with CaptureQueriesContext(database) as statements:
            quote(world)
        assert calls() == asked
        assert 0 < len(statements) <= MOST_STATEMENTS_OF_A_QUOTE


class TestPurchase:
    def test_asks_stripe_at_most_five_times(self, world: World) -> None:
        asked, offered = calls(), quote(world)
        with CaptureQueriesContext(database) as statements:
            assert buy(world, offered).state == Purchase.State.PROVISIONED
        assert 0 < calls() - asked <= MOST_CALLS_OF_A_PURCHASE
        assert 0 < len(statements) <= MOST_STATEMENTS_OF_A_PURCHASE

    def test_does_not_grow_with_people_or_history(self, world: World) -> None:
        with CaptureQueriesContext(database) as first:
            buy(world, quote(world, 20))
        for number in range(30):
            make_membership(world.organization, external_id=f"p{number}")
        for quantity in range(21, 26):
            buy(world, quote(world, quantity))
        with CaptureQueriesContext(database) as last:
            buy(world, quote(world, 40))
        assert len(last) <= len(first) + 2
