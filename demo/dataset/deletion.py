"""Somebody of the story's organization asked to be deleted, and an owner decided it today."""

from datetime import datetime, timedelta
from typing import Any

from accounts.models import Membership, Organization, PersonDeletion
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from signals.services.person_deletion import ask_deletion, plan_deletion


def let_somebody_go(organization: Organization, *, now: datetime) -> None:
    """Have a deletion wait for its day; a repeat changes nothing."""
    with organization_context(organization.pk):
        owner = Membership.objects.select_related("user").get(role=Membership.Role.OWNER)
        person = (
            Membership.objects.filter(
                user=None, role=Membership.Role.MEMBER, state=Membership.State.ACTIVE
            )
            .exclude(email="")
            .order_by("-pk")
            .first()
        )
        if person is None or owner.user is None or PersonDeletion.objects.exists():
            return
    of: dict[str, Any] = {"organization_id": organization.pk, "membership_id": person.pk}
    ask_deletion(**of, actor=Actor(label=person.display_name), now=now - timedelta(hours=20))
    plan_deletion(**of, actor=Actor.of(owner.user), now=now)
