"""What the API shows of shared accounts.

Owns: scored members and an organization's sums, in words. Names no place and no address. Does not
own: who may see it (row-level security, and the access that a view declares).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import QuerySet

from accounts.models import Membership, Organization
from signals.domain.sharing.evidence import Kind, Observation
from signals.domain.sharing.ladder import organization_alerts, unpaid_people
from signals.models import SharingCase, SharingOverview, SharingScore
from signals.selectors.sharing_rows import evidence_as_json, scores_as_of
from signals.selectors.sharing_words import people_sentence_of, sharing_sentence

MOST_MEMBERS_AT_ONCE: Final = 5_000
"""Of an organization that is scored while somebody waits."""


@dataclass(frozen=True, slots=True)
class ScoredMember:
    """One member's score on a day, as it is shown."""

    organization: str
    member: str
    scored_on: date
    probability: float
    at_least: int
    about: int
    step: str
    case: str
    answer: str
    sentence: str
    evidence: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ScoredOrganization:
    """What the members' scores add up to in an organization.

    `is_current` is false while usage has come in that no run has seen.
    """

    organization: str
    scored_on: date | None
    members: int
    expected_unpaid_people: float
    alert: bool
    is_current: bool


def shown_organizations() -> QuerySet[Organization]:
    """The organizations in sight that may be watched person by person."""
    return Organization.objects.exclude(usage_visibility=Organization.UsageVisibility.TOTALS)


def scores_shown(organizations: QuerySet[Organization]) -> QuerySet[SharingScore]:
    """The last scores of these organizations' members."""
    return SharingScore.objects.filter(organization__in=organizations).select_related(
        "organization", "membership"
    )


def scored_members(scores: Sequence[SharingScore]) -> list[ScoredMember]:
    """These scores as they are shown, in their order."""
    cases = _cases(score.membership_id for score in scores)
    return [
        ScoredMember(
            organization=score.organization.external_id,
            member=member_key(score.membership),
            scored_on=score.scored_on,
            probability=score.probability,
            at_least=score.at_least,
            about=score.about,
            step=_STEPS[score.step],
            case=cases[score.membership_id].state if score.membership_id in cases else "",
            answer=cases[score.membership_id].answer if score.membership_id in cases else "",
            sentence=people_sentence_of(score.at_least, score.about),
            evidence=in_words(score.evidence),
        )
        for score in scores
    ]


def members_as_of(organization: Organization, on: date) -> list[ScoredMember]:
    """The scores of one organization's members on an earlier day, the likeliest first."""
    found = {
        member: (evidence, score)
        for member, (evidence, score) in scores_as_of(organization.pk, on).items()
        if score.probability is not None
    }
    people = Membership.objects.in_bulk(list(found))
    shown = [
        ScoredMember(
            organization=organization.external_id,
            member=member_key(people[member]),
            scored_on=on,
            probability=score.probability or 0.0,
            at_least=score.at_least,
            about=score.about,
            step="",
            case="",
            answer="",
            sentence=people_sentence_of(score.at_least, score.about),
            evidence=in_words(evidence_as_json(evidence, score)),
        )
        for member, (evidence, score) in found.items()
        if member in people
    ]
    return sorted(shown, key=lambda each: (-each.probability, each.member))


def organizations_of(scores: Iterable[SharingScore]) -> list[ScoredOrganization]:
    """The sums of the organizations that these scores are of."""
    ids = {score.organization_id for score in scores}
    return [
        ScoredOrganization(
            organization=overview.organization.external_id,
            scored_on=overview.scored_on,
            members=overview.members,
            expected_unpaid_people=overview.expected_unpaid,
            alert=overview.is_alert,
            is_current=overview.changed_at is None,
        )
        for overview in SharingOverview.objects.filter(pk__in=ids)
        .select_related("organization")
        .order_by("organization__external_id")
    ]


def organization_as_of(organization: Organization, on: date) -> ScoredOrganization:
    """The sums of one organization on an earlier day."""
    expected = [unpaid_people(s, e) for e, s in scores_as_of(organization.pk, on).values()]
    return ScoredOrganization(
        organization.external_id,
        on,
        len(expected),
        sum(expected),
        organization_alerts(expected),
        is_current=True,
    )


def in_words(evidence: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Stored evidence with a sentence for each kind."""
    return [
        {
            "kind": item["kind"],
            "amount": item["amount"],
            "weight": item["weight"],
            "sentence": sharing_sentence(
                Observation(Kind(item["kind"]), item["amount"], item["count"])
            ),
        }
        for item in evidence
    ]


def member_key(membership: Membership) -> str:
    """What events name this person by: the vendor's own key, else the e-mail address."""
    return membership.external_id or membership.email


_STEPS: Final = ("none", "watched", "counted", "named", "measured")


def _cases(members: Iterable[int]) -> dict[int, SharingCase]:
    return {
        case.membership_id: case
        for case in SharingCase.objects.filter(membership_id__in=list(members)).order_by("pk")
    }
