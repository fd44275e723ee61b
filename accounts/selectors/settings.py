"""What the settings of an organization show; read inside its tenancy context."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Case, Count, IntegerField, Q, QuerySet, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.domain.roles import OrganizationRole, Permission, may
from accounts.models import ApiKey, CustomRole, Department, Invitation, Membership

ABILITIES: Final[tuple[tuple[Permission, Promise], ...]] = (
    (Permission.OWN_USAGE_READ, _("See their own usage")),
    (Permission.SEATS_REQUEST, _("Ask for a seat")),
    (Permission.OVERVIEW_READ, _("See the overview")),
    (Permission.BUSINESS_CASE_READ, _("Read the business case")),
    (Permission.BILLING_READ, _("See seats, invoices and prices")),
    (Permission.SEATS_BUY, _("Buy seats")),
    (Permission.REQUESTS_READ, _("See requests for seats and purchases")),
    (Permission.REQUESTS_APPROVE, _("Approve purchases, where the rules name the role")),
    (Permission.TRUE_UPS_READ, _("See true-ups")),
    (Permission.SETTINGS_READ, _("See the settings")),
    (Permission.PEOPLE_READ, _("See people and their usage")),
    (Permission.USAGE_READ, _("See usage by department")),
    (Permission.OUTCOMES_MANAGE, _("Record outcomes and set baselines")),
    (Permission.SEATS_ASSIGN, _("Give and release seats")),
    (Permission.PEOPLE_MANAGE, _("Invite and change people")),
    (Permission.PERSON_DATA_MANAGE, _("Hand out and delete what is known of a person's use")),
    (Permission.TRUE_UPS_REVIEW, _("Review true-ups: keep, remove, dispute")),
    (Permission.SETTINGS_MANAGE, _("Change the settings and API keys")),
    (Permission.SSO_MANAGE, _("Set up single sign-on and prove domains")),
)


@dataclass(frozen=True, slots=True)
class Ability:
    """One row of the role matrix: what it is, and for each role whether it includes it."""

    label: Promise
    allowed: tuple[bool, ...]


def role_matrix(own: Sequence[CustomRole] = ()) -> tuple[list[str], list[Ability]]:
    """Return the roles' names and what each may do, as the code decides it; `own` ones last."""
    roles = list(OrganizationRole)
    return (
        [
            *(str(Membership.Role(role).label) for role in roles),
            *(role.name for role in own),
        ],
        [
            Ability(
                label=label,
                allowed=(
                    *(may(role, permission) for role in roles),
                    *(permission in role.held for role in own),
                ),
            )
            for permission, label in ABILITIES
        ],
    )


def custom_roles() -> list[CustomRole]:
    """Return the organization's own roles with `people`: how many hold each."""
    return list(CustomRole.objects.annotate(people=Count("holders")).order_by("name"))


def people_with_a_role(*, organization_id: int) -> QuerySet[Membership]:
    """Return everybody who can sign in and is more than a member, owners first."""
    rank = Case(
        *[When(role=role.value, then=index) for index, role in enumerate(OrganizationRole)],
        output_field=IntegerField(),
    )
    return (
        Membership.objects.filter(
            organization_id=organization_id, user__isnull=False, state=Membership.State.ACTIVE
        )
        .exclude(role=Membership.Role.MEMBER, custom_role=None)
        .select_related("user", "department", "custom_role")
        .order_by(rank, "name")
    )


def departments_with_people() -> QuerySet[Department]:
    """Return departments with `people`: how many are not deactivated."""
    return Department.objects.annotate(
        people=Count(
            "membership", filter=~Q(membership__state=Membership.State.DEACTIVATED), distinct=True
        )
    ).order_by("name")


def unanswered_invitations() -> QuerySet[Invitation]:
    """Return invitations that are neither accepted nor taken back; some have expired."""
    return (
        Invitation.objects.filter(accepted_at__isnull=True, revoked_at__isnull=True)
        .select_related("membership__custom_role", "invited_by")
        .order_by("-created_at")
    )


def live_api_keys(organization_id: int | None) -> QuerySet[ApiKey]:
    """Return keys of an organization, or (None) the vendor's own, that are not revoked."""
    return (
        ApiKey.objects.of(organization_id)
        .filter(revoked_at__isnull=True)
        .select_related("created_by")
        .order_by("-created_at")
    )
