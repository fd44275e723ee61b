"""For whom seats are asked for: requests by the entries of the waiting list they were made for."""

from collections.abc import Sequence

from django.urls import reverse

from accounts.models import Organization
from procurement.models import PurchaseRequest
from seats.hooks import SeatOrder


def orders_by_request(*, organization_id: int, entry_ids: Sequence[int]) -> dict[int, SeatOrder]:
    """Return the latest request that was made for each entry."""
    slug = Organization.objects.values_list("slug", flat=True).get(pk=organization_id)
    found = (
        PurchaseRequest.objects.filter(
            organization_id=organization_id, waiting_entry_ids__overlap=list(entry_ids)
        )
        .select_related("requester")
        .order_by("created_at")
    )
    return {
        entry_id: SeatOrder(
            by=request.requester.display_name,
            at=request.created_at,
            state=request.get_state_display(),
            path=reverse("purchase_request", args=[slug, request.pk]),
            is_open=not request.is_ended,
            needs_approval=True,
            number=str(request),
        )
        for request in found
        for entry_id in request.waiting_entry_ids
    }
