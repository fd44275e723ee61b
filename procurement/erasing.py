"""What becomes of a deleted person in requests and papers."""

from typing import Final

from accounts.erasure import Erasing

_CONTACT = "the contact of a company, changed on its page"

ERASING: Final = Erasing(
    app="procurement",
    gone={"procurement.CalendarFeed": "membership"},
    kept={
        "procurement.IssuedPaper.content": "the law keeps papers as they were issued",
        "procurement.ProcurementProfile.contact_name": _CONTACT,
        "procurement.ProcurementProfile.contact_email": _CONTACT,
        "procurement.ProcurementProfile.contact_phone": _CONTACT,
    },
)
