"""What a seat brings back that a true-up had taken away: said before it is given."""

from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Membership
from seats.hooks import charge_of_return


class ReturnIsCharged(DomainError):
    """The person was removed in a true-up; a seat brings its charge back, and nobody agreed."""

    code: ClassVar[str] = "return_is_charged"
    field: ClassVar[str] = "accept_charge"


def refuse_charged_return(membership: Membership, now: datetime) -> None:
    """Raise ReturnIsCharged for somebody whose seat is charged again."""
    charge = charge_of_return(
        organization_id=membership.organization_id, membership_id=membership.pk, now=now
    )
    if charge is not None:
        raise ReturnIsCharged(
            _(
                "This person was removed in a true-up: a seat is charged again. Send "
                "accept_charge to agree."
            ),
            amount_minor=charge.minor,
            currency=charge.currency,
            until=charge.until.isoformat(),
        )
