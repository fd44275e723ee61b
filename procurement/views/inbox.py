"""How much waits for the reader, beside the entry of the navigation."""

from django.utils import timezone

from accounts.domain.roles import Permission
from accounts.models import Membership
from accounts.tenancy import organization_context
from procurement.selectors.requests import waiting_for


def number_waiting(membership: Membership) -> int:
    """Return how many requests the person may decide right now."""
    if not membership.may(Permission.REQUESTS_APPROVE):
        return 0
    with organization_context(membership.organization_id):
        return len(waiting_for(membership.organization_id, membership.pk, timezone.now()))
