"""The portfolio: its figures, filters, order and files, and whose accounts are in it."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import organization_context
from seats.models import UtilizationDay
from tests.integration.signals.world import World
from tests.support.people import make_organization, make_user

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

NOW = timezone.now()
PAGE = reverse("portfolio")


def counted(world: World, days_ago: int, active: int) -> None:
    with organization_context(world.id):
        UtilizationDay.objects.create(
            organization=world.organization,
            day=(NOW - timedelta(days=days_ago)).date(),
            active_28=active,
        )


@pytest.fixture
def portfolio() -> tuple[World, World]:
    """Lago: 10 seats, 10 active with a seat, 2 active and 1 waiting without; aare: quiet."""
    lago = World("lago", people=10)
    lago.add_people(3, seated=False)
    lago.use(lago.people[:12], NOW - timedelta(days=1))
    # One waits and works, one waits only: each counts once.
    lago.ask(lago.people[11], NOW)
    lago.ask(lago.people[12], NOW)
    for days_ago, active in ((80, 11), (90, 8), (100, 6), (130, 1)):
        counted(lago, days_ago, active)
    aare = World("aare", people=3)
    aare.use(aare.people[:2], NOW - timedelta(days=1))
    return lago, aare


def signed_in(client: Client, world: World) -> Client:
    client.force_login(world.max)
    return client


def rows_of(client: Client, query: str = "") -> list[dict[str, str]]:
    response = client.get(reverse("portfolio_export", args=["csv"]) + query)
    assert response.status_code == 200
    return list(csv.DictReader(StringIO(response.content.decode("utf-8-sig"))))


class TestFigures:
    def test_are_counted_as_the_formula_says(
        self, portfolio: tuple[World, World], client: Client
    ) -> None:
        lago, aare = rows_of(signed_in(client, portfolio[0]))
        assert lago["Account"] == "Lago"
        # 10 active with a seat + 3 without + 0 sharers - 10 seats
        assert (lago["Active with a seat"], lago["Without a seat"]) == ("10", "3")
        assert (lago["Estimated sharers"], lago["Unpaid adoption"]) == ("0", "3")
        # 12 active now, 8 on the day 90 days ago
        assert (lago["Active people"], lago["Active 90 days ago"], lago["Growth"]) == (
            *("12", "8", "4"),
        )
        assert (aare["Unpaid adoption"], aare["In use"], aare["Growth"]) == ("0", "0.2", "")
        page = client.get(PAGE).text
        assert "3 people use the product without a paid seat" in page
        assert page.index(">Lago<") < page.index(">Aare<")

    def test_are_filtered_and_sorted_alike_on_the_page_and_in_the_file(
        self, portfolio: tuple[World, World], client: Client
    ) -> None:
        signed_in(client, portfolio[0])
        for query, names in {
            "?show=unpaid": ["Lago"],
            "?show=near": ["Lago"],
            "?show=low": ["Aare"],
            "?show=growing": ["Lago"],
            "?sort=use": ["Aare", "Lago"],
            "?sort=name": ["Aare", "Lago"],
            "?sort=growth": ["Lago", "Aare"],
            "?sort=nonsense&q=aar": ["Aare"],
        }.items():
            assert [row["Account"] for row in rows_of(client, query)] == names, query
            page = client.get(PAGE + query).text
            shown = [name for name in ("Aare", "Lago") if f">{name}</a>" in page]
            assert sorted(shown, key=lambda name: page.index(f">{name}</a>")) == names, query


class TestWhoseItIs:
    def test_holds_the_reader_s_own_accounts_alone(
        self, portfolio: tuple[World, World], client: Client
    ) -> None:
        moritz = make_user("moritz", vendor_role="account_manager")
        make_organization("moritz-only", account_manager=moritz)
        client.force_login(moritz)
        assert [row["External id"] for row in rows_of(client)] == ["moritz-only"]
        assert "Lago" not in client.get(PAGE).text

    def test_takes_the_same_queries_for_two_accounts_as_for_six(
        self, portfolio: tuple[World, World], client: Client
    ) -> None:
        signed_in(client, portfolio[0])
        client.get(PAGE)
        taken = []
        for _turn in range(2):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(PAGE).status_code == 200
            taken.append(len(captured))
            for number in range(4 if not _turn else 0):
                more = World(f"more-{number}", people=2)
                more.use(more.people, NOW - timedelta(days=1))
        assert taken[0] == taken[1]
