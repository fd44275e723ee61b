"""What becomes of a deleted person in signals, tasks and messages."""

from typing import Final

from django.db.models import F, Func, Value

from accounts.erasure import Erasing, Leaving
from signals.models import SharingCase


def unname(leaving: Leaving) -> int:
    """Take somebody out of those who were named to work with another's account."""
    named = SharingCase.objects.filter(
        organization_id=leaving.organization_id, people__contains=[leaving.membership_id]
    )
    without = Func(F("people"), Value(leaving.membership_id), function="array_remove")
    return named.update(people=without)


ERASING: Final = Erasing(
    app="signals",
    gone={"signals.Notification": "recipient"},
    also=unname,
    account={
        "signals.NoticeChoice": "user",
        "signals.NoticeTiming": "user",
        "signals.NoticeDigest": "recipient",
        "signals.CrmExport": "user",
        "signals.StaffProfile": "user",
        "signals.VendorView": "owner",
    },
)
