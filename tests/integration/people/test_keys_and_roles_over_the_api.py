"""API keys and an organization's own roles over the API."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import ApiKey, CustomRole, Organization
from accounts.services.api_keys import issue_api_key
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from tests.support.people import NOW, make_api_key, make_membership

URL = "/api/v1/organizations/acme"


def client_with(key: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


@pytest.fixture
def own(acme: Organization) -> APIClient:
    return client_with(make_api_key(acme))


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


class TestApiKeys:
    def test_are_issued_used_rotated_and_revoked(self, own: APIClient) -> None:
        asked = {"name": "Robot", "scopes": ["people:read"], "expires_in_days": 30}
        made = own.post(f"{URL}/api-keys", asked, format="json")
        assert made.status_code == 201
        robot, one = client_with(made.json()["key"]), f"{URL}/api-keys/{made.json()['id']}"
        assert robot.get(f"{URL}/departments").status_code == 200
        assert refused(robot.get(f"{URL}/api-keys")) == (403, "scope_missing")

        rotated = own.post(f"{one}/rotate", {"overlap_hours": 0}, format="json").json()
        assert robot.get(f"{URL}/departments").status_code == 401
        assert client_with(rotated["key"]).get(f"{URL}/departments").status_code == 200

        names = [key["name"] for key in own.get(f"{URL}/api-keys").json()["results"]]
        assert names == ["Robot", "tests"]
        assert "key" not in own.get(one).json()
        assert own.delete(one).status_code == 204
        assert client_with(rotated["key"]).get(f"{URL}/departments").status_code == 401
        assert own.get(one).status_code == 404

    def test_hand_out_no_more_than_they_have(self, acme: Organization, own: APIClient) -> None:
        with organization_context(acme.pk):
            small = client_with(
                issue_api_key(
                    name="small",
                    scopes=["settings:write", "people:write"],
                    organization_id=acme.pk,
                    actor=SYSTEM,
                    now=NOW,
                )[1]
            )
            everything = ApiKey.objects.get(name="tests")

        def issue(*scopes: str) -> Any:
            asked = {"name": "made", "scopes": list(scopes)}
            return small.post(f"{URL}/api-keys", asked, format="json")

        assert issue("people:read", "settings:write").status_code == 201
        assert refused(issue("billing:read")) == (403, "key_gives_more")
        assert refused(issue("*")) == (403, "key_gives_more")
        taken = small.post(f"{URL}/api-keys/{everything.pk}/rotate", {}, format="json")
        assert refused(taken) == (403, "key_gives_more")
        assert own.get(f"{URL}/departments").status_code == 200

    def test_end_no_later_than_the_one_that_made_them(self, own: APIClient) -> None:
        asked = {"name": "brief", "scopes": ["*"], "expires_in_days": 2}
        brief = client_with(own.post(f"{URL}/api-keys", asked, format="json").json()["key"])
        longer = {"name": "longer", "scopes": ["*"], "expires_in_days": 3}
        for wish in (longer, {"name": "endless", "scopes": ["*"]}):
            answer = brief.post(f"{URL}/api-keys", wish, format="json")
            assert refused(answer) == (403, "key_gives_more")


class TestRoles:
    def test_are_made_changed_and_removed(self, acme: Organization, own: APIClient) -> None:
        asked = {"name": "Reader", "permissions": ["people.read"]}
        made = own.post(f"{URL}/roles", asked, format="json")
        assert made.status_code == 201
        assert refused(own.post(f"{URL}/roles", asked, format="json")) == (409, "role_name_taken")
        one = f"{URL}/roles/{made.json()['id']}"
        with organization_context(acme.pk):
            role = CustomRole.objects.get(name="Reader")
        dewi = make_membership(acme, external_id="u1", name="Dewi", custom_role=role)

        better = asked | {"name": "Auditor"}
        assert refused(own.put(one, better, format="json")) == (428, "precondition_required")
        seen = {"If-Match": own.get(one)["ETag"]}
        changed = own.put(one, better, format="json", headers=seen).json()
        assert refused(own.put(one, asked, format="json", headers=seen)) == (
            412,
            "precondition_failed",
        )
        assert (changed["name"], changed["people"]) == ("Auditor", 1)
        assert [role["name"] for role in own.get(f"{URL}/roles").json()["results"]] == ["Auditor"]

        assert refused(own.delete(one)) == (409, "replacement_needed")
        assert own.delete(f"{one}?replacement=billing").status_code == 204
        with organization_context(acme.pk):
            dewi.refresh_from_db()
        assert (dewi.role, dewi.custom_role_id) == ("billing", None)
        assert own.get(one).status_code == 404
