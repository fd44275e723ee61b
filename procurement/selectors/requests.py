"""Requests for purchases as lists and as one document."""

from datetime import datetime

from django.db.models import Count, Q, QuerySet

from accounts.models import Membership
from procurement.domain.approving import Decider, decider_of, deciders
from procurement.domain.request import ENDED
from procurement.models import ApprovalDecision, PurchaseRequest
from procurement.selectors.rules import delegations_at, members_who_approve, people_of

# A number of more digits is none of ours.
_LONGEST_NUMBER = 9
MINE, FOR_ME = "mine", "for-me"


def decisions_of(request: PurchaseRequest) -> list[ApprovalDecision]:
    """Return the decisions of the running round, in order."""
    return list(
        ApprovalDecision.objects.filter(request=request, round=request.round).order_by("step")
    )


def requests_of(
    organization_id: int,
    *,
    state: str = "",
    search: str = "",
    requester_id: int | None = None,
) -> QuerySet[PurchaseRequest]:
    """Return an organization's requests, the latest first; inside its tenancy context."""
    found = PurchaseRequest.objects.filter(organization_id=organization_id)
    if state:
        found = found.filter(state=state)
    if requester_id is not None:
        found = found.filter(requester_id=requester_id)
    for word in search.split():
        number = word.upper().removeprefix("R-")
        if number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER:
            found = found.filter(number=int(number))
        else:
            found = found.filter(
                Q(requester__name__icontains=word)
                | Q(reason__icontains=word)
                | Q(cost_centre__icontains=word)
                | Q(po_number__icontains=word)
            )
    return found.select_related("requester", "price__plan").order_by("-created_at")


def counts_by_state(organization_id: int) -> dict[str, int]:
    """Return how many requests are in each state."""
    rows = (
        PurchaseRequest.objects.filter(organization_id=organization_id)
        .order_by()
        .values("state")
        .annotate(count=Count("pk"))
    )
    return {row["state"]: row["count"] for row in rows}


def waiting_for(organization_id: int, member_id: int, now: datetime) -> list[PurchaseRequest]:
    """Return the requests that a person may decide right now, the oldest first."""
    waiting = list(
        PurchaseRequest.objects.filter(
            organization_id=organization_id, state=PurchaseRequest.State.WAITING
        )
        .select_related("requester", "price__plan")
        .order_by("waits_since")
    )
    if not waiting:
        return []
    decided: dict[tuple[object, int], list[ApprovalDecision]] = {}
    for decision in ApprovalDecision.objects.filter(request__in=waiting).order_by("step"):
        decided.setdefault((decision.request_id, decision.round), []).append(decision)
    people = people_of(members_who_approve(organization_id))
    delegations = delegations_at(organization_id, now)
    return [
        request
        for request in waiting
        if decider_of(
            request.case(decided.get((request.pk, request.round), [])),
            member_id,
            people,
            delegations,
            now,
        )
    ]


def deciders_of(request: PurchaseRequest, now: datetime) -> list[tuple[Membership, Decider]]:
    """Return who may decide the step that a request waits at."""
    if request.state != PurchaseRequest.State.WAITING:
        return []
    members = members_who_approve(request.organization_id)
    by_id = {member.pk: member for member in members}
    able = deciders(
        request.case(decisions_of(request)),
        people_of(members),
        delegations_at(request.organization_id, now),
        now,
    )
    return [(by_id[decider.id], decider) for decider in able]


def own_decision_right(request: PurchaseRequest, member_id: int, now: datetime) -> Decider | None:
    """Return how a person may decide a request right now, or None."""
    return next(
        (decider for _member, decider in deciders_of(request, now) if decider.id == member_id),
        None,
    )


def open_requests(organization_id: int) -> QuerySet[PurchaseRequest]:
    """Return the requests that something leads on from."""
    return PurchaseRequest.objects.filter(organization_id=organization_id).exclude(
        state__in=[state.value for state in ENDED]
    )
