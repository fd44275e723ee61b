"""Single sign-on over the API: domains proven, connections switched, what is required."""

from typing import Any

import pytest
from django.test import override_settings
from rest_framework.test import APIClient

from accounts.models import HistoryEntry
from accounts.tenancy import organization_context
from sso.models import SsoConnection
from tests.support.name_server import name_server
from tests.support.people import make_api_key, make_organization
from tests.support.sso import sso_objects

pytestmark = pytest.mark.django_db
V1 = "/api/v1/organizations/acme/single-sign-on"


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def own() -> APIClient:
    client = APIClient()
    key = make_api_key(make_organization("acme"))
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


class TestADomain:
    def test_is_added_proven_and_removed(self, own: APIClient) -> None:
        domains = f"{V1}/domains"
        assert refused(own.post(domains, {"name": "gmail.com"})) == (400, "domain_unfit")
        added = own.post(domains, {"name": "Acme.example"}).json()
        assert (added["name"], added["proven_at"]) == ("acme.example", None)
        assert refused(own.post(domains, {"name": "acme.example"})) == (409, "domain_known")
        one = f"{domains}/{added['id']}"
        with name_server() as names, override_settings(SSO_DNS_SERVERS=[names.address]):
            names.records["acme.example"] = ["v=spf1 -all"]
            assert refused(own.post(f"{one}/check")) == (409, "record_missing")
            names.records["acme.example"] = [added["record"]]
            assert own.post(f"{one}/check").json()["proven_at"] is not None
        assert own.get(one).json()["checked_at"] is not None
        assert own.delete(one).status_code == 204
        assert own.get(domains).json()["results"] == []
        assert own.post(f"{one}/check").status_code == 404


class TestAConnection:
    def test_is_switched_once_somebody_tested_it(self, own: APIClient) -> None:
        organization = make_organization("nova")
        own.credentials(HTTP_AUTHORIZATION=f"Bearer {make_api_key(organization)}")
        nova = V1.replace("acme", "nova")
        objects = sso_objects(organization)
        one = f"{nova}/connections/{objects['connection_id']}"
        assert "client_secret" not in own.get(one).json()
        # Nobody of the organization could come in: it has no owner who signed in that way.
        required = {"is_required": True}
        assert refused(own.put(f"{nova}/required", required)) == (409, "no_owner_could_enter")
        assert own.put(one, {"is_on": False}).json()["is_on"] is False
        assert refused(own.put(f"{nova}/required", required)) == (409, "sso_not_on")
        assert own.put(f"{nova}/required", {"is_required": False}).json() == {"is_required": False}
        with organization_context(organization.pk):
            SsoConnection.objects.update(tested_at=None)
        assert refused(own.put(one, {"is_on": True})) == (409, "not_tested")
        assert own.delete(one).status_code == 204
        assert own.get(f"{nova}/connections").json()["results"] == []
        with organization_context(organization.pk):
            entry = HistoryEntry.objects.get(verb="sso_connection_removed")
        assert entry.actor_label == "API key tests"
