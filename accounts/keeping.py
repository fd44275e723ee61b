"""How long what accounts keep is kept."""

from datetime import timedelta
from typing import Final

from django.utils.translation import gettext_lazy

from accounts.retention import Keeping
from accounts.services import idempotency, retention

KEEPINGS: Final = (
    Keeping(
        name="stored_answers",
        what=gettext_lazy("Stored answers of the API, after the request"),
        why=gettext_lazy("A request that is sent again gets the same answer."),
        kept_for=idempotency.KEPT_FOR,
        forget=idempotency.forget_requests,
        every=timedelta(hours=1),
    ),
    Keeping(
        name="invitations",
        what=gettext_lazy("Invitations, after they were accepted, taken back or ran out"),
        why=gettext_lazy("Somebody may ask who invited them; after that the history tells."),
        kept_for=retention.INVITATIONS_KEPT_FOR,
        forget=retention.forget_invitations,
    ),
    Keeping(
        name="support_consents",
        what=gettext_lazy("The vendor's requests for access, after they ended"),
        why=gettext_lazy("Each can be looked up for a year; the history stays."),
        kept_for=retention.CONSENTS_KEPT_FOR,
        forget=retention.forget_consents,
    ),
)
