"""For whom seats were ordered: purchases by the entries of the waiting list they were made for."""

from collections.abc import Sequence

from django.urls import reverse

from accounts.models import Membership, Organization
from billing.models import Purchase
from seats.hooks import SeatOrder
from seats.models import WaitingListEntry


def orders_by_purchase(*, organization_id: int, entry_ids: Sequence[int]) -> dict[int, SeatOrder]:
    """Return the latest purchase that was made for each entry."""
    slug = Organization.objects.values_list("slug", flat=True).get(pk=organization_id)
    found = Purchase.objects.filter(
        organization_id=organization_id, waiting_entry_ids__overlap=list(entry_ids)
    ).order_by("created_at")
    return {
        entry_id: SeatOrder(
            by=purchase.actor_label,
            at=purchase.created_at,
            state=purchase.get_state_display(),
            path=reverse("purchase", args=[slug, purchase.pk]),
            is_open=not purchase.is_finished,
        )
        for purchase in found
        for entry_id in purchase.waiting_entry_ids
    }


def people_ordered_for(entry_ids: Sequence[int]) -> list[Membership]:
    """Return whom an order was made for, in its order; inside the tenancy context."""
    entries = WaitingListEntry.objects.select_related("membership__department").in_bulk(
        list(entry_ids)
    )
    return [entries[pk].membership for pk in entry_ids if pk in entries]


def still_waiting(entry_ids: Sequence[int]) -> list[Membership]:
    """Return who of them waits on, in the order's order."""
    open_ids = set(
        WaitingListEntry.objects.filter(
            pk__in=list(entry_ids), seated_at__isnull=True, withdrawn_at__isnull=True
        ).values_list("membership_id", flat=True)
    )
    return [person for person in people_ordered_for(entry_ids) if person.pk in open_ids]
