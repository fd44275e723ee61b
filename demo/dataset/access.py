"""What admins set up for others: a role of their own, a key, webhooks; and a question to one.

The webhooks go to the demo's own address (`demo/hook.py`), which answers as a receiver should.
"""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from accounts.domain.roles import OrganizationRole, Permission, StaffScope
from accounts.models import ApiKey, CustomRole, Membership, Organization, SupportAccess, User
from accounts.services.api_keys import issue_api_key
from accounts.services.history import Actor
from accounts.services.roles import RoleChoice, create_role, give_role
from accounts.services.support import ask_support
from accounts.tenancy import organization_context, staff_context
from demo.hook import PATH
from integrations.models import Endpoint
from integrations.services.endpoints import add_endpoint, send_test

_TOLD_CUSTOMER: Final = (
    "seat.requested",
    "seats.purchased",
    "limit.reached",
    "request.created",
    "request.decided",
)
_TOLD_VENDOR: Final = ("purchase.failed", "task.opened", "task.won")


def open_doors(organization: Organization, *, admin: User, vendor: User, now: datetime) -> None:
    """Set it all up; a repeat changes nothing."""
    _let_others_in(organization, admin=admin, now=now)
    _connect_systems(organization, admin=admin, vendor=vendor, now=now)


def ask_for_access(organization: Organization, *, manager: User, now: datetime) -> None:
    """Have an account manager ask a customer's admins to act for them; once."""
    if not _has_been_asked(organization):
        ask_support(
            organization_id=organization.pk,
            staff=manager,
            reason="Find out why the seats of Marketing do not follow your directory.",
            minutes=60,
            now=now - timedelta(minutes=25),
        )


def _has_been_asked(organization: Organization) -> bool:
    with organization_context(organization.pk):
        return SupportAccess.objects.exists()


def _let_others_in(organization: Organization, *, admin: User, now: datetime) -> None:
    pk, actor, granter = organization.pk, Actor.of(admin), OrganizationRole.OWNER
    with organization_context(pk):
        if CustomRole.objects.exists():
            return
    role = create_role(
        organization_id=pk,
        name="Team lead",
        permissions=[
            Permission.OVERVIEW_READ,
            Permission.PEOPLE_READ,
            Permission.SEATS_ASSIGN,
            Permission.USAGE_READ,
        ],
        granter=granter,
        actor=actor,
        now=now,
    )
    with organization_context(pk):
        lead = (
            Membership.objects.filter(
                state=Membership.State.ACTIVE, user=None, department__name="Marketing"
            )
            .order_by("pk")
            .first()
        )
    if lead is not None and lead.department_id is not None:
        give_role(
            organization_id=pk,
            membership_id=lead.pk,
            choice=RoleChoice(OrganizationRole.MEMBER, role.pk),
            departments=[lead.department_id],
            granter=granter,
            actor=actor,
            now=now,
        )


def _connect_systems(
    organization: Organization, *, admin: User, vendor: User, now: datetime
) -> None:
    pk, actor = organization.pk, Actor.of(admin)
    with organization_context(pk):
        if ApiKey.objects.filter(organization_id=pk).exists():
            return
        issue_api_key(
            name="Payroll",
            actor=actor,
            now=now - timedelta(days=40),
            organization_id=pk,
            created_by=admin,
            expires_at=now + timedelta(days=50),
            scopes=("people:read", "seats:write"),
        )
        endpoint, _secret = add_endpoint(
            name="Service desk",
            url=settings.BASE_URL + PATH,
            format=Endpoint.Format.STANDARD,
            kinds=_TOLD_CUSTOMER,
            actor=actor,
            now=now,
            created_by=admin,
            organization_id=pk,
        )
        send_test(endpoint_id=endpoint.pk, now=now)
    with staff_context(user_id=vendor.pk, scope=StaffScope.ALL):
        if Endpoint.objects.filter(organization=None).exists():
            return
        add_endpoint(
            name="Sales channel",
            url=settings.BASE_URL + PATH,
            format=Endpoint.Format.STANDARD,
            kinds=_TOLD_VENDOR,
            actor=Actor.of(vendor),
            now=now,
            created_by=vendor,
        )
