"""What becomes of a deleted person in signals, tasks and messages."""

from typing import Final

from accounts.erasure import Erasing

ERASING: Final = Erasing(
    app="signals",
    gone={"signals.Notification": "recipient"},
    account={
        "signals.NoticeChoice": "user",
        "signals.NoticeTiming": "user",
        "signals.NoticeDigest": "recipient",
        "signals.CrmExport": "user",
        "signals.StaffProfile": "user",
        "signals.VendorView": "owner",
    },
)
