"""The guard of people's usage: every selector that returns it asks here first.

Runs inside a tenancy context in which the organization can be read. The rule itself is
`seats.domain.privacy`.
"""

from accounts.models import Organization
from seats.domain.privacy import Visibility, shows_person


def visibility_of(organization_id: int) -> Visibility:
    """Return what an organization shows; of one that cannot be read, totals only."""
    value = (
        Organization.objects.filter(pk=organization_id)
        .values_list("usage_visibility", flat=True)
        .first()
    )
    return Visibility(value) if value else Visibility.TOTALS


def shows_people(organization_id: int) -> bool:
    """Tell whether anybody may see what single people of the organization did."""
    return shows_person(visibility_of(organization_id))
