"""Writes whose usage an organization shows: each person's, or sums of groups alone."""

from datetime import datetime
from typing import ClassVar, Final

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Organization
from accounts.services.history import Actor, record
from accounts.services.people import lock_people
from accounts.tenancy import organization_context
from seats.domain.privacy import Visibility
from seats.hooks import tell_people_hidden

LONGEST_REASON: Final = 300


class ReasonNeeded(DomainError):
    """Showing people's usage again asks for a reason that they can read in the history."""

    code: ClassVar[str] = "reason_needed"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "reason"


def choose_visibility(
    *, organization_id: int, visibility: Visibility, reason: str = "", actor: Actor, now: datetime
) -> Organization:
    """Show each person's usage, or totals only; from the next page view on, for everybody.

    Nothing that was counted is deleted; what is only kept to tell shared accounts is. Raises
    ReasonNeeded where people's usage is to be shown again without a reason. Twice is once.
    """
    reason = " ".join(reason.split())[:LONGEST_REASON]
    with organization_context(organization_id, user_id=actor.user_id):
        organization = lock_people(organization_id=organization_id)
        if organization.usage_visibility == visibility:
            return organization
        if visibility is Visibility.PEOPLE and not reason:
            raise ReasonNeeded(
                _("Write why people's usage is to be shown again; everybody can read it.")
            )
        organization.usage_visibility = visibility.value
        organization.save(update_fields=["usage_visibility"])
        if visibility is Visibility.TOTALS:
            tell_people_hidden(organization_id=organization_id)
        record(
            actor=actor,
            verb="usage_totals_only"
            if visibility is Visibility.TOTALS
            else "usage_of_people_shown",
            subject=organization,
            organization_id=organization_id,
            now=now,
            changes={"note": reason},
        )
        return organization
