"""What the vendor's people see of an organization's shared accounts: kinds and counts.

Members, devices, sites and days are the organization's own; row-level security keeps them from the
vendor's people.
"""

from dataclasses import dataclass

from signals.domain.portfolio import estimated_people
from signals.models import SharingOverview
from signals.selectors.detector_words import shared_kind_words


@dataclass(frozen=True, slots=True)
class SharingSums:
    """How many people share accounts, on how many accounts, and what speaks for it."""

    people: int
    accounts: int
    kinds: list[str]


def sharing_sums(organization_id: int) -> SharingSums | None:
    """Return the sums, or None where nothing was scored or only totals are shown."""
    overview = SharingOverview.objects.filter(pk=organization_id, scored_on__isnull=False).first()
    if overview is None:
        return None
    return SharingSums(
        people=estimated_people(overview.expected_unpaid),
        accounts=overview.counted,
        kinds=[
            shared_kind_words(kind, accounts)
            for kind, accounts in sorted(
                overview.kinds.items(), key=lambda each: (-each[1], each[0])
            )
        ],
    )
