"""The views of a list that a reader sees: their own, and those that others share."""

from django.db.models import Q

from seats.models import SavedView


def saved_views(
    *, organization_id: int, user_id: int, page: str = SavedView.Page.PEOPLE
) -> list[SavedView]:
    """Return the views of a page by name; inside the organization's tenancy context."""
    return list(
        SavedView.objects.filter(
            Q(owner_id=user_id) | Q(is_shared=True),
            organization_id=organization_id,
            page=page,
            deleted_at__isnull=True,
        ).select_related("owner")
    )
