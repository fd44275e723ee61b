"""The rules in force, and who could decide: read for services and pages alike."""

from datetime import datetime

from accounts.models import Membership
from procurement.domain.approving import Delegation, Person
from procurement.domain.rules import APPROVING_ROLES
from procurement.models import ApprovalDelegation, ApprovalPolicy


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
    """Return everybody who signs in and whose role sees requests of all, by name."""
    return list(
        Membership.objects.filter(
            organization_id=organization_id,
            state=Membership.State.ACTIVE,
            user__is_active=True,
            role__in=APPROVING_ROLES,
            reach__isnull=True,
        )
        .select_related("user")
        .order_by("name", "pk")
    )


def people_of(members: list[Membership]) -> list[Person]:
    """Return them as the domain's own."""
    return [Person(member.pk, member.role) for member in members]


def delegations_at(organization_id: int, at: datetime) -> list[Delegation]:
    """Return the delegations in force at `at`."""
    rows = ApprovalDelegation.objects.filter(
        organization_id=organization_id, revoked_at__isnull=True, during__contains=at
    )
    return [row.delegation() for row in rows.order_by("pk")]
