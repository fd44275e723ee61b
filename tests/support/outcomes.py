"""An outcome and a baseline, for tests that name them."""

from datetime import date
from typing import Any

from accounts.models import Organization
from accounts.tenancy import organization_context
from seats.models import OutcomeBaseline, OutcomeEntry


def outcome_objects(organization: Organization) -> dict[str, Any]:
    """Return the ids of a recorded outcome and of a baseline, by the names of the routes."""
    facts = {
        "organization": organization,
        "kind": "projects",
        "unit": "projects",
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 3, 31),
        "amount": 3,
    }
    with organization_context(organization.pk):
        return {
            "outcome_id": OutcomeEntry.objects.create(**facts, recorded_by_label="Ada").pk,
            "baseline_id": OutcomeBaseline.objects.create(**facts).pk,
        }
