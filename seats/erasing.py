"""What becomes of a deleted person in the tables of seats and usage.

Their own usage is deleted with everything that is counted from it
(`signals.services.person_data`); their seats of the past stay, as those of a former person.
"""

from typing import Final

from accounts.erasing import THING
from accounts.erasure import Erasing, Leaving
from seats.models import PeopleExport

_USAGE = "usage events name no other person, and the person's own are deleted"


def delete_files(leaving: Leaving) -> int:
    """Delete the files with lists of people: everybody's, for the person stands in them."""
    return PeopleExport.objects.filter(organization_id=leaving.organization_id).delete()[0]


ERASING: Final = Erasing(
    app="seats",
    gone={
        "seats.SavedView": "owner",
        "seats.WeeklyMail": "membership",
        "seats.WeeklyMailReader": "membership",
        "seats.MemberSummary": "membership",
        "seats.SeatRefusal": "membership",
    },
    kept={
        "seats.UsageEvent": _USAGE,
        "seats.OpenSession": _USAGE,
        "seats.OutcomeDay": _USAGE,
        "seats.OrganizationChange": _USAGE,
        "seats.Feature": THING,
        "seats.SegmentDay": THING,
    },
    also=delete_files,
)
