"""The pages on which vendor operations moves subscribers to another version."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Price, PriceMigration
from billing.services.price_moves import work_moves
from tests.integration.billing.conftest import World
from tests.integration.billing.test_price_moves import later, second, the_move
from tests.support.people import make_user

__all__ = ["second"]

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


class TestPages:
    @pytest.fixture
    def olga(self) -> Client:
        client = Client()
        client.force_login(make_user("olga", vendor_role="vendor_admin"))
        return client

    def test_lead_from_the_figures_to_the_progress_and_back(
        self, olga: Client, world: World, second: Price
    ) -> None:
        address = reverse("price_move", args=[world.subscription.price_id])
        page = olga.get(address).content.decode()
        assert "€116.00" in page
        assert "€132.00" in page
        assert "€16.00" in page
        answer = olga.post(address, {"organization": [str(world.id)], "notice": "Hello"})
        progress = answer["Location"]
        assert PriceMigration.objects.get().notice == "Hello"
        work_moves(now=later())
        assert "at the renewal" in olga.get(progress).content.decode()
        undo = reverse("migration_undo", args=[PriceMigration.objects.get().pk])
        assert olga.post(undo, {"move": [str(the_move(world).pk)]})["Location"] == progress
        work_moves(now=later() + timedelta(minutes=5))
        assert "taken back" in olga.get(progress).content.decode()

    def test_say_that_nobody_was_chosen(self, olga: Client, world: World, second: Price) -> None:
        answer = olga.post(reverse("price_move", args=[world.subscription.price_id]))
        assert answer.status_code == 422
        assert "Choose at least one organization" in answer.content.decode()

    def test_need_another_version(self, olga: Client, world: World) -> None:
        price = world.subscription.price_id
        answer = olga.get(reverse("price_move", args=[price]))
        assert answer["Location"] == reverse("price", args=[price])
        assert olga.get(reverse("price_migration", args=[999])).status_code == 404
