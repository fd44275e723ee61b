"""What becomes of a deleted person in billing: books are kept, as the law of taxes asks.

Who bought, reviewed or decided becomes a former person; invoices stay word for word.
"""

from typing import Final

from accounts.erasure import Erasing

_BOOKS = "the law keeps invoices and credit notes as they were issued"

ERASING: Final = Erasing(
    app="billing",
    kept={
        "billing.Invoice": _BOOKS,
        "billing.InvoiceLine": _BOOKS,
        "billing.CreditNote": _BOOKS,
        "billing.CreditNoteLine": _BOOKS,
        "billing.Payment": _BOOKS,
        "billing.BillingAccount": "the contact of a company, changed on its page",
    },
)
