"""What happened in all organizations, for the vendor's staff; read in their context."""

from typing import Final

from django.db.models import Q, QuerySet

from accounts.models import HistoryEntry
from accounts.selectors.history import TELLS_OF_USAGE

_VERBS: Final[dict[str, tuple[str, ...]]] = {
    "seats": ("seat_", "seats_"),
    "people": ("person_", "member_", "invitation_", "role_", "department_"),
    "signals": ("signal_",),
    "money": ("quote_", "purchase_", "invoice_", "subscription_", "price_", "plan_", "payment_"),
}
SHOWS: Final = ("all", *_VERBS)


def vendor_entries(show: str, search: str) -> "QuerySet[HistoryEntry]":
    """Return history entries over all visible organizations, the latest first."""
    entries = (
        HistoryEntry.objects.select_related("organization")
        .exclude(TELLS_OF_USAGE)
        .order_by("-at", "-id")
    )
    if show in _VERBS:
        wanted = Q()
        for prefix in _VERBS[show]:
            wanted |= Q(verb__startswith=prefix)
        entries = entries.filter(wanted)
    for word in search.split():
        entries = entries.filter(
            Q(organization__name__icontains=word)
            | Q(actor_label__icontains=word)
            | Q(object_label__icontains=word)
            | Q(verb__icontains=word)
        )
    return entries
