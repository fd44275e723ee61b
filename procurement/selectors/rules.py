"""The rules in force, and who could decide: read for services and pages alike."""

from datetime import datetime
from typing import Final

from django.db.models import Q

from accounts.domain.roles import OrganizationRole, Permission
from accounts.models import Membership
from procurement.domain.approving import Delegation, Person
from procurement.domain.rules import APPROVING_ROLES
from procurement.models import ApprovalDelegation, ApprovalPolicy

_APPROVER: Final = OrganizationRole.APPROVER.value


def policy_in_force(organization_id: int, at: datetime) -> ApprovalPolicy | None:
    """Return the version that holds at `at`, inside the organization's tenancy context."""
    return (
        ApprovalPolicy.objects.filter(organization_id=organization_id, valid_from__lte=at)
        .order_by("-version")
        .first()
    )


def has_rules(*, organization_id: int, now: datetime) -> bool:
    """Tell whether an organization has rules of approval in force."""
    return policy_in_force(organization_id, now) is not None


def members_who_approve(organization_id: int) -> list[Membership]:
    """Return everybody who signs in and whose role approves requests, by name.

    A role of the organization's own approves if it holds the permission, whatever it is based on.
    """
    return list(
        Membership.objects.filter(
            Q(custom_role=None, role__in=APPROVING_ROLES)
            | Q(custom_role__permissions__contains=[Permission.REQUESTS_APPROVE.value]),
            organization_id=organization_id,
            state=Membership.State.ACTIVE,
            user__is_active=True,
            reach__isnull=True,
        )
        .select_related("user", "custom_role")
        .order_by("name", "pk")
    )


def people_of(members: list[Membership]) -> list[Person]:
    """Return them as the domain's own; a role of the organization's own counts as approver."""
    return [
        Person(member.pk, _APPROVER if member.custom_role_id else member.role) for member in members
    ]


def delegations_at(organization_id: int, at: datetime) -> list[Delegation]:
    """Return the delegations in force at `at`."""
    rows = ApprovalDelegation.objects.filter(
        organization_id=organization_id, revoked_at__isnull=True, during__contains=at
    )
    return [row.delegation() for row in rows.order_by("pk")]
