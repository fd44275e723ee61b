"""The statement: opening balance, every entry with its cause, closing balance."""

import json
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tenancy import organization_context
from billing.domain.ledger import Cause
from billing.models import CreditNote, Invoice, SeatLedgerEntry, Subscription
from billing.selectors.statement import Statement, statement
from billing.services.ledger import append_entry
from tests.integration.billing.conftest import World, make_world
from tests.support.people import make_user
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

UTC_ZONE = ZoneInfo("UTC")


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def write(world: World, delta: int, amount: int, *, days: int) -> SeatLedgerEntry:
    """Write a correction of so many seats and cents, `days` after now."""
    with organization_context(world.id):
        return append_entry(
            subscription=Subscription.objects.get(pk=world.subscription.pk),
            cause=Cause.CORRECTION,
            seats_delta=delta,
            effective_at=timezone.now() + timedelta(days=days),
            actor=world.actor,
            now=timezone.now(),
            amount_minor=amount,
            currency="EUR",
        )


def read(world: World, first: date | None = None, last: date | None = None) -> Statement:
    with organization_context(world.id):
        return statement(world.id, currency="EUR", zone=UTC_ZONE, first_day=first, last_day=last)


@pytest.fixture
def grown(world: World) -> World:
    """12 seats at 116.00 today, then +3 at 20.00 after 5 days and -1 at 0 after 40."""
    write(world, 3, 2000, days=5)
    write(world, -1, 0, days=40)
    return world


def day(offset: int) -> date:
    return timezone.now().date() + timedelta(days=offset)


class TestBalances:
    def test_run_from_nothing_to_what_the_subscription_has(self, grown: World) -> None:
        found = read(grown)
        assert (found.opening_seats, found.opening_minor) == (0, 0)
        assert [row.seats_after for row in found.rows] == [12, 15, 14]
        # 116.00, + 20.00, + 0
        assert [row.money_after_minor for row in found.rows] == [11600, 13600, 13600]
        with organization_context(grown.id):
            purchased = Subscription.objects.get().purchased_seats
        assert found.closing_seats == purchased == 14

    def test_open_with_what_was_before_the_first_day(self, grown: World) -> None:
        found = read(grown, day(1), day(39))
        assert (found.opening_seats, found.opening_minor) == (12, 11600)
        assert [row.seats_delta for row in found.rows] == [3]
        assert (found.closing_seats, found.closing_minor) == (15, 13600)

    def test_stay_in_days_without_an_entry(self, grown: World) -> None:
        found = read(grown, day(10), day(11))
        assert found.rows == []
        assert (found.closing_seats, found.closing_minor) == (15, 13600)

    def test_of_parts_add_up_wherever_the_days_are_cut(self, grown: World) -> None:
        for cut in range(-1, 45):
            first, second = read(grown, None, day(cut)), read(grown, day(cut + 1), None)
            assert first.closing_seats == second.opening_seats
            assert first.closing_minor == second.opening_minor
            assert len(first.rows) + len(second.rows) == 3

    def test_of_periods_sum_their_rows(self, grown: World) -> None:
        found = read(grown)
        # The first month holds the purchase and +3; after it no period is known yet.
        assert [(part.seats_delta, part.amount_minor) for part in found.parts] == [
            (15, 13600),
            (-1, 0),
        ]
        assert found.parts[0].period is not None
        assert found.parts[1].period is None

    def test_a_credit_note_takes_money_back_and_no_seat(self, grown: World) -> None:
        with organization_context(grown.id):
            CreditNote.objects.create(
                organization=grown.organization,
                invoice=Invoice.objects.earliest("issued_at"),
                stripe_credit_note_id="cn_1",
                number="CN-1",
                status=CreditNote.Status.ISSUED,
                currency="EUR",
                subtotal_minor=600,
                tax_minor=0,
                total_minor=600,
                issued_at=timezone.now() + timedelta(days=6),
            )
        rows = read(grown).rows
        assert [row.seats_after for row in rows] == [12, 15, 15, 14]
        # 136.00 - 6.00
        assert [row.money_after_minor for row in rows] == [11600, 13600, 13000, 13000]


class TestThePage:
    def test_links_every_entry_to_its_documents(self, grown: World) -> None:
        client = signed_in(grown.ada)
        page = client.get(reverse("statement", args=["acme"])).content.decode()
        with organization_context(grown.id):
            invoice = Invoice.objects.get()
        assert reverse("invoice", args=["acme", invoice.pk]) in page
        assert "14 seats, €136.00 charged" in page
        assert "Opening balance" in page

    @pytest.mark.parametrize(
        "query", [{"from": "nonsense"}, {"to": "9999-12-31"}, {"from": "\x00"}]
    )
    def test_takes_what_is_no_day_for_no_bound(self, grown: World, query: dict[str, str]) -> None:
        answer = signed_in(grown.ada).get(reverse("statement", args=["acme"]), query)
        assert "14 seats, €136.00 charged" in answer.content.decode()

    def test_turns_days_in_the_wrong_order(self, grown: World) -> None:
        answer = signed_in(grown.ada).get(
            reverse("statement_export", args=["acme", "json"]),
            {"from": str(day(39)), "to": str(day(1))},
        )
        assert [entry["seats_delta"] for entry in answer.json()["entries"]] == [3]


class TestFiles:
    def test_hold_the_same_figures_in_every_format(self, grown: World) -> None:
        client = signed_in(grown.ada)

        def export(format: str) -> bytes:
            return client.get(reverse("statement_export", args=["acme", format])).content

        rows = export("csv").decode("utf-8-sig").splitlines()
        assert len(rows) == 4
        assert ",12,12,116.00,116.00,EUR," in rows[1]
        assert export("xlsx").startswith(b"PK")
        data = json.loads(export("json"))
        assert data["opening"] == {"seats": 0, "charged_minor": 0}
        assert data["closing"] == {"seats": 14, "charged_minor": 13600}
        assert [entry["cause"] for entry in data["entries"]] == [
            "purchase",
            "correction",
            "correction",
        ]
        assert client.get(reverse("statement_export", args=["acme", "pdf"])).status_code == 404

    def test_of_the_vendor_hold_every_organization(self, grown: World, sandbox: Sandbox) -> None:
        make_world(sandbox, name="other", admin="cleo", price=grown.subscription.price)
        fin = signed_in(make_user("fin", vendor_role="finance"))
        data = fin.get(reverse("vendor_ledger_export", args=["json"])).json()
        assert sorted({entry["organization"] for entry in data["entries"]}) == ["acme", "other"]
        assert sum(entry["amount_minor"] for entry in data["entries"]) == 11600 + 2000 + 11600
