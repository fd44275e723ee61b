"""What the detectors of findings see in the demo: a new leader, invited people, a request.

Everything comes through the services and is found by the real scan.
"""

from datetime import datetime, timedelta
from typing import Final

from accounts.domain.roles import OrganizationRole
from accounts.models import Membership, Organization
from accounts.services.history import Actor
from accounts.services.people import add_person
from accounts.tenancy import organization_context
from signals.models import VendorRequest
from signals.services.findings import scan_findings
from signals.services.vendor_requests import ask_vendor

_DEPARTMENT: Final = "Partnerships"
_COMERS: Final = (
    ("Helene Brandt", "VP Partnerships"),
    ("Jonas Weil", "Partner Manager"),
    ("Rani Putri", "Partner Manager"),
)
_WANTED: Final = (
    "We want to bring two more teams in next quarter. Our security people ask for single sign-on."
)


def come_and_ask(organization: Organization, *, admin: Actor, now: datetime) -> None:
    """Let a department without seats come to be, and its admin ask the vendor for sign-on."""
    with organization_context(organization.pk):
        if VendorRequest.objects.filter(organization=organization).exists():
            return
    for number, (name, title) in enumerate(_COMERS):
        person = add_person(
            organization_id=organization.pk,
            actor=admin,
            now=now - timedelta(days=3, minutes=number),
            granter=OrganizationRole.OWNER,
            email=f"{name.split()[0].lower()}@{organization.slug}.example",
            name=name,
            title=title,
            department=_DEPARTMENT,
        )
        with organization_context(organization.pk):
            Membership.objects.filter(pk=person.pk).update(state=Membership.State.INVITED)
    ask_vendor(
        organization_id=organization.pk,
        category=VendorRequest.Category.SSO,
        text=_WANTED,
        actor=admin,
        now=now - timedelta(days=2),
    )


def look(*, now: datetime) -> int:
    """Look for findings in every organization; return how many opened."""
    return scan_findings(now=now).opened
