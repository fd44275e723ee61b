"""A small identity provider of one customer: it speaks SCIM over HTTP, as Entra ID does.

It takes over some of the people who are there, brings two new ones, a group, and one mistake, so
that the log under Settings > Directory has something to tell. A second run repeats what a nightly
sync does, and changes nothing but the log.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import httpx

from accounts.models import Membership, Organization
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from provisioning.models import DirectoryConnection
from provisioning.services.connections import change_connection, issue_token

CONNECTED: Final = "wagtail"
_USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
_GROUP: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"
_ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_PATCH: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@dataclass(frozen=True, slots=True)
class Employee:
    """Somebody in the directory of the customer."""

    user_name: str
    name: str
    email: str
    title: str = ""
    department: str = ""

    def resource(self) -> dict[str, Any]:
        """Return the person as SCIM."""
        return {
            "schemas": [_USER, _ENTERPRISE],
            "userName": self.user_name,
            "displayName": self.name,
            "title": self.title,
            "active": True,
            "emails": [{"type": "work", "value": self.email, "primary": True}],
            _ENTERPRISE: {"department": self.department},
        }


def connect_directory(organization: Organization, *, actor: Actor, now: datetime) -> str:
    """Connect the organization's directory; return its token."""
    change_connection(
        organization_id=organization.pk,
        seats=DirectoryConnection.Seats.GROUPS,
        member_id_from=DirectoryConnection.MemberId.USER_NAME,
        region_from=DirectoryConnection.RegionFrom.COUNTRY,
        actor=actor,
        now=now,
    )
    _row, token = issue_token(organization_id=organization.pk, actor=actor, now=now)
    return token


def employees_of(organization: Organization) -> list[Employee]:
    """Return four people who are here, and two who are new."""
    with organization_context(organization.pk):
        here = list(
            Membership.objects.filter(state=Membership.State.ACTIVE, user=None)
            .exclude(external_id="")
            .select_related("department")
            .order_by("pk")[:4]
        )
    domain = "wharton.example"
    known = [
        Employee(
            person.external_id,
            person.display_name,
            person.email or f"{person.external_id}@{domain}",
            person.title,
            person.department.name if person.department else "",
        )
        for person in here
    ]
    department = next((each.department for each in known if each.department), "Design")
    return [
        *known,
        Employee(f"priya@{domain}", "Priya Nair", f"priya@{domain}", "Designer", department),
        Employee(f"tom@{domain}", "Tom Hale", f"tom@{domain}", "Engineer", department),
    ]


def sync(*, address: str, token: str, employees: list[Employee]) -> int:
    """Run one sync against `address`, the root of SCIM; return how many requests it took."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}
    count, ids = 0, []
    with httpx.Client(base_url=address, headers=headers, trust_env=False, timeout=60) as http:
        for employee in employees:
            count += 1
            found = http.get("/Users", params={"filter": f'userName eq "{employee.user_name}"'})
            found.raise_for_status()
            resources = found.json().get("Resources") or []
            if not resources:
                count += 1
                created = http.post("/Users", json=employee.resource())
                created.raise_for_status()
                resources = [created.json()]
            ids.append(resources[0]["id"])
        count += 1
        groups = http.get("/Groups", params={"filter": 'displayName eq "Licensed"'}).json()
        if not groups["totalResults"]:
            members = [{"value": each} for each in ids]
            body = {"schemas": [_GROUP], "displayName": "Licensed", "members": members}
            http.post("/Groups", json=body).raise_for_status()
            # What a wrong attribute mapping looks like, and somebody created twice.
            operation = {"op": "Replace", "path": "emails[type eq].value", "value": "x"}
            http.patch(f"/Users/{ids[0]}", json={"schemas": [_PATCH], "Operations": [operation]})
            http.post("/Users", json=employees[-1].resource())
            count += 3
    return count
