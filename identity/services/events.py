"""What people change about their own sign-in is told to every organization of theirs."""

from datetime import datetime
from typing import Any

from accounts.domain.roles import StaffScope
from accounts.models import Membership, User
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context, staff_context, user_context


def record_for_person(
    *, user: User, actor: Actor, verb: str, now: datetime, changes: dict[str, Any] | None = None
) -> None:
    """Write one entry into the history of each organization of a person, or into the vendor's."""
    with user_context(user.pk):
        memberships = list(Membership.objects.filter(user=user, state=Membership.State.ACTIVE))
    for membership in memberships:
        with organization_context(membership.organization_id, user_id=user.pk):
            record(
                actor=actor,
                verb=verb,
                subject=membership,
                organization_id=membership.organization_id,
                now=now,
                changes=changes,
            )
    if user.vendor_role:
        with staff_context(user_id=user.pk, scope=StaffScope.ALL):
            record(
                actor=actor,
                verb=verb,
                subject=user,
                organization_id=None,
                now=now,
                changes=changes,
            )
