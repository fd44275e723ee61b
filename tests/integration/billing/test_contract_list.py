"""The list of contracts: who pays how, on how long terms, and what is open."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.domain.roles import VendorRole
from accounts.tenancy import organization_context
from billing.models import Contract
from tests.integration.billing.conftest import World
from tests.support.people import make_user


@pytest.fixture
def fin(world: World) -> Client:
    client = Client()
    client.force_login(make_user("fin", vendor_role=VendorRole.FINANCE))
    return client


def shown(client: Client, query: str = "") -> str:
    answer = client.get(f"/vendor/contracts/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def approve_invoices(world: World) -> None:
    with organization_context(world.id):
        Contract.objects.create(
            organization_id=world.id,
            collection=Contract.Collection.INVOICE,
            net_days=45,
            credit_limit_minor=250_000,
            reason="framework agreement",
            approved_by_label="fin",
            approved_at=timezone.now(),
        )


class TestContractList:
    def test_leads_to_each_contract(self, fin: Client, world: World) -> None:
        assert f"/vendor/organizations/{world.organization.slug}/contract/" in shown(fin)

    def test_tells_terms_and_limit(self, fin: Client, world: World) -> None:
        assert "By invoice, 45 days" not in shown(fin)
        approve_invoices(world)
        page = shown(fin)
        assert "By invoice, 45 days" in page
        assert "€2,500.00" in page

    def test_filters_by_the_way_of_paying(self, fin: Client, world: World) -> None:
        name = f">{world.organization.name}</a>"
        assert name in shown(fin, "?collection=card")
        assert name not in shown(fin, "?collection=invoice")
        approve_invoices(world)
        assert name not in shown(fin, "?collection=card")
        assert name in shown(fin, "?collection=invoice")

    def test_finds_by_name_and_says_when_nothing_fits(self, fin: Client, world: World) -> None:
        assert f">{world.organization.name}</a>" in shown(fin, f"?q={world.organization.name[:3]}")
        assert "Nothing fits the search." in shown(fin, "?q=nobody-is-called-that")

    def test_exports_what_is_filtered(self, fin: Client, world: World) -> None:
        approve_invoices(world)
        lines = fin.get("/vendor/contracts.csv?collection=invoice").content.decode().splitlines()
        assert len(lines) == 2
        assert world.organization.name in lines[1]
        assert "2500" in lines[1]
        assert len(fin.get("/vendor/contracts.csv?collection=card").content.splitlines()) == 1
