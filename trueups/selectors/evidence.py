"""Who may read the evidence per person: nobody where only totals of usage are shown.

The customer may open it to itself for one true-up (`trueups.services.evidence`); the vendor then
still reads sums. Runs inside the organization's tenancy context or the staff's scope.
"""

from django.db.models import Q, QuerySet

from seats.selectors.privacy import shows_people
from trueups.models import EvidenceOpening, PersonEvidence, TrueUp


def shows_evidence(true_up: TrueUp, *, is_vendor: bool = False) -> bool:
    """Tell whether what single people did may be read for this true-up."""
    if shows_people(true_up.organization_id):
        return True
    return (
        not is_vendor
        and EvidenceOpening.objects.filter(
            organization_id=true_up.organization_id, true_up=true_up
        ).exists()
    )


def evidence_people(
    true_up: TrueUp, *, show: str = "", search: str = "", is_vendor: bool = False
) -> QuerySet[PersonEvidence]:
    """Return the evidence of a filter: a decision, "everybody", or all that may be removed."""
    people = true_up.people.all()
    if not shows_evidence(true_up, is_vendor=is_vendor):
        return people.none()
    if show in PersonEvidence.Decision.values:
        people = people.filter(is_offered=True, decision=show)
    elif show != "everybody":
        people = people.filter(is_offered=True)
    for word in search.split():
        people = people.filter(Q(name__icontains=word) | Q(department__icontains=word))
    return people
