"""An organization with a connected directory."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Organization
from accounts.tenancy import organization_context
from provisioning.models import DirectoryUser
from provisioning.services.connections import change_connection, issue_token
from provisioning.services.following import DIRECTORY
from seats.models import SeatPool
from tests.support.people import NOW, make_organization

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@dataclass(frozen=True)
class Directory:
    """A directory that speaks SCIM with a token of its organization."""

    organization: Organization
    token: str

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """Send a request and return its answer."""
        client = Client(headers={"Authorization": f"Bearer {self.token}"} | headers)
        sent = body if isinstance(body, str) else "" if body is None else json.dumps(body)
        return client.generic(  # type: ignore[return-value]
            method, f"/scim/v2{path}", sent, "application/scim+json"
        )

    def create(self, user_name: str, **attributes: Any) -> dict[str, Any]:
        """Create a person and return the resource."""
        answer = self.ask("POST", "/Users", {"schemas": [USER], "userName": user_name} | attributes)
        assert answer.status_code == 201, answer.content
        return answer.json()  # type: ignore[attr-defined, no-any-return]

    def patch(self, path: str, *operations: dict[str, Any], **headers: str) -> HttpResponse:
        """Change a resource."""
        return self.ask("PATCH", path, {"schemas": [PATCH], "Operations": operations}, **headers)

    def group(self, name: str, *member_ids: str) -> dict[str, Any]:
        """Create a group and return the resource."""
        members = [{"value": each} for each in member_ids]
        answer = self.ask(
            "POST", "/Groups", {"schemas": [GROUP], "displayName": name, "members": members}
        )
        assert answer.status_code == 201, answer.content
        return answer.json()  # type: ignore[attr-defined, no-any-return]

    def membership(self, user_name: str) -> Membership:
        """Return what became of a person of the directory."""
        with organization_context(self.organization.pk):
            return Membership.objects.select_related("department", "region", "manager").get(
                directory_user=DirectoryUser.objects.get(user_name_key=user_name.lower())
            )

    def choose(self, **choices: str) -> None:
        """Change what the directory decides."""
        change_connection(
            organization_id=self.organization.pk,
            actor=DIRECTORY,
            now=NOW,
            **{"seats": "nobody", "member_id_from": "user_name", "region_from": "country"}
            | choices,
        )


def make_directory(name: str) -> Directory:
    """Return a connected directory of a new organization."""
    organization = make_organization(name)
    _token, secret = issue_token(
        organization_id=organization.pk, actor=DIRECTORY, now=timezone.now()
    )
    return Directory(organization, secret)


@pytest.fixture
def directory(db: None) -> Directory:
    """Return acme's directory."""
    return make_directory("acme")


@pytest.fixture
def buy(directory: Directory) -> Callable[[int], None]:
    """Return what sets how many seats acme has."""

    def seats(purchased: int) -> None:
        with organization_context(directory.organization.pk):
            SeatPool.objects.update_or_create(
                organization=directory.organization, defaults={"purchased_seats": purchased}
            )

    return seats
