"""What the database refuses, whoever asks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import Error, IntegrityError, InternalError, connections, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from accounts.tenancy import organization_context
from billing.models import (
    Price,
    PriceTier,
    Quote,
    SeatLedgerEntry,
    Subscription,
    SubscriptionPeriod,
)
from tests.integration.billing.conftest import World
from tests.integration.billing.test_purchase import buy, quote

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def entry(world: World, **changes: Any) -> SeatLedgerEntry:
    fields: dict[str, Any] = {
        "organization_id": world.id,
        "subscription_id": world.subscription.pk,
        "sequence": 2,
        "cause": "purchase",
        "seats_delta": 3,
        "seats_after": 15,
        "next_term_seats_after": 15,
        "currency": "EUR",
        "effective_at": NOW,
        "actor_label": "Ada",
    }
    return SeatLedgerEntry(**fields | changes)


class TestLedger:
    @pytest.mark.parametrize(
        ("changes", "constraint"),
        [
            ({"seats_after": 16}, "ledger_entries_add_up"),
            ({"seats_delta": 4}, "ledger_entries_add_up"),
            ({"sequence": 3}, "ledger_entries_follow_each_other"),
            ({"sequence": 1}, "ledger_entries_follow_each_other"),
            (
                {
                    "cause": "scheduled_decrease",
                    "seats_delta": 0,
                    "seats_after": 12,
                    "next_term_seats_after": 13,
                },
                "a_planned_decrease_keeps_at_most_its_seats",
            ),
            (
                {
                    "cause": "scheduled_increase",
                    "seats_delta": 0,
                    "seats_after": 12,
                    "next_term_seats_after": 11,
                },
                "a_planned_increase_keeps_at_least_its_seats",
            ),
            (
                {"cause": "switch", "next_term_seats_after": 16},
                "a_new_term_leaves_nothing_planned",
            ),
            (
                {"cause": "end", "seats_delta": -11, "seats_after": 1, "next_term_seats_after": 0},
                "the_end_leaves_no_seat",
            ),
        ],
    )
    def test_refuses_an_entry_that_does_not_follow(
        self, world: World, changes: dict[str, Any], constraint: str
    ) -> None:
        with (
            organization_context(world.id),
            pytest.raises(IntegrityError) as refused,
            transaction.atomic(),
        ):
            entry(world, **changes).save()
        cause: Any = refused.value.__cause__
        assert cause.diag.constraint_name == constraint

    def test_writes_the_balance_of_the_subscription(self, world: World) -> None:
        with organization_context(world.id):
            entry(world).save()
            assert Subscription.objects.get().purchased_seats == 15

    @pytest.mark.parametrize("table", ["billing_seatledgerentry", "billing_quote"])
    @pytest.mark.parametrize("statement", ["UPDATE {} SET currency = 'USD'", "DELETE FROM {}"])
    def test_is_never_changed_not_even_by_the_owner(
        self, world: World, table: str, statement: str
    ) -> None:
        quote(world)
        with organization_context(world.id), pytest.raises(Error), transaction.atomic():
            connections["default"].cursor().execute(statement.format(table))
        owner = connections["owner"]
        with transaction.atomic(using="owner"), owner.cursor() as cursor:
            cursor.execute("SELECT set_config('app.organization_id', %s, true)", [str(world.id)])
            with pytest.raises(Error, match="insert-only"), transaction.atomic(using="owner"):
                cursor.execute(statement.format(table))

    def test_alone_changes_the_seats_of_a_subscription(self, world: World) -> None:
        with (
            organization_context(world.id),
            pytest.raises((IntegrityError, InternalError), match="only the seat ledger"),
            transaction.atomic(),
        ):
            Subscription.objects.update(purchased_seats=99)


class TestCatalog:
    @pytest.mark.parametrize(
        "changes", [{"currency": "USD"}, {"minimum_seats": 2}, {"scheme": "volume"}]
    )
    def test_terms_never_change(self, world: World, changes: dict[str, Any]) -> None:
        with pytest.raises((IntegrityError, InternalError), match="never change"):
            Price.objects.update(**changes)

    def test_a_published_price_gets_no_further_tier(self, world: World) -> None:
        with pytest.raises((IntegrityError, InternalError), match="no further tier"):
            PriceTier.objects.create(
                price=world.subscription.price, position=9, unit_amount_minor=1
            )

    def test_a_tier_never_changes(self, world: World) -> None:
        with pytest.raises(Error):
            PriceTier.objects.update(unit_amount_minor=1)


class TestSubscriptions:
    def test_are_one_at_a_time(self, world: World) -> None:
        with (
            organization_context(world.id),
            pytest.raises(IntegrityError, match="one_active_subscription_per_organization"),
            transaction.atomic(),
        ):
            Subscription.objects.create(
                organization_id=world.id, price=world.subscription.price, status="active"
            )

    def test_periods_do_not_overlap(self, world: World) -> None:
        start = timezone.now() + timedelta(days=1)
        with (
            organization_context(world.id),
            pytest.raises(IntegrityError, match="periods_of_a_subscription_do_not_overlap"),
            transaction.atomic(),
        ):
            SubscriptionPeriod.objects.create(
                organization_id=world.id,
                subscription=world.subscription,
                during=DateTimeTZRange(start, start + timedelta(days=30)),
            )


class TestQuotes:
    def test_survive_as_they_were_shown(self, world: World) -> None:
        asked = quote(world)
        buy(world, asked)
        with organization_context(world.id):
            stored = Quote.objects.get(pk=asked.pk)
        assert stored.snapshot() == asked.snapshot()
        assert stored.snapshot().fingerprint() == asked.snapshot().fingerprint()
        assert stored.terms["tiers"][0] == {
            "up_to": 10,
            "unit_amount_minor": 1000,
            "flat_amount_minor": 0,
        }

    def test_are_numbered_without_a_gap(self, world: World) -> None:
        assert [quote(world, quantity).number for quantity in (13, 14, 15)] == [1, 2, 3]
