"""Deletions of people, as the person and an owner see them."""

from dataclasses import dataclass
from typing import Any

from accounts.models import Membership, Organization, PersonDeletion, User
from accounts.tenancy import organization_context, user_context

_State = PersonDeletion.State


@dataclass(frozen=True, slots=True)
class OwnDeletion:
    """One of a person's organizations, and the last that was said about deleting them there."""

    membership: Membership
    last: PersonDeletion | None

    @property
    def organization(self) -> Organization:
        """The organization."""
        return self.membership.organization

    @property
    def may_ask(self) -> bool:
        """Tell whether the person may ask now."""
        return self.last is None or self.last.state in (_State.DECLINED, _State.UNDONE)


def own_deletions(user: User) -> list[OwnDeletion]:
    """Return every organization of a person, by name."""
    with user_context(user.pk):
        memberships = list(
            Membership.objects.filter(user=user, state=Membership.State.ACTIVE)
            .select_related("organization")
            .order_by("organization__name")
        )
    found = []
    for membership in memberships:
        with organization_context(membership.organization_id, user_id=user.pk):
            last = PersonDeletion.objects.filter(membership=membership).first()
        found.append(OwnDeletion(membership, last))
    return found


def deletion_of(person: Membership) -> dict[str, Any]:
    """Return the open deletion of a person, and those that are over; inside their organization."""
    deletions = list(PersonDeletion.objects.filter(membership=person))
    is_open = (_State.ASKED, _State.WAITING, _State.ERASING)
    return {
        "deletion": next((each for each in deletions if each.state in is_open), None),
        "is_deleted": any(each.state == _State.DONE for each in deletions),
        "past": [each for each in deletions if each.state not in is_open],
    }
