"""One request with everything on it, in a bounded number of queries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import HistoryEntry, Membership
from accounts.selectors.history import HistoryLine, history_line
from billing.selectors.failures import Remedy, cause_of_failure, remedy_of
from billing.selectors.orders import people_ordered_for
from procurement.models import ApprovalDecision, PurchaseRequest, RequestAttachment, RequestComment
from procurement.selectors.chain import ChainRow, chain_rows
from procurement.selectors.words import amount_words, difference_rows, what_is_asked

_MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class RequestDocument:
    """A request as its page shows it; `problem` is why an approved one is not bought yet.

    `people` are those whom the seats are for, in the order in which they get them.
    """

    what: str
    amounts: list[str]
    chain: list[ChainRow]
    earlier: list[ApprovalDecision]
    differences: list[dict[str, Any]]
    comments: list[RequestComment]
    attachments: list[RequestAttachment]
    history: list[HistoryLine]
    people: list[Membership]
    problem: str
    remedy: Remedy | None


def request_document(request: PurchaseRequest, now: datetime) -> RequestDocument:
    """Return what the page of a request shows, inside the organization's tenancy context."""
    entries = HistoryEntry.objects.filter(
        organization_id=request.organization_id,
        object_type="purchaserequest",
        object_id=str(request.pk),
    ).order_by("-at", "-id")[:_MOST_LINES]
    problem, remedy = _problem(request)
    return RequestDocument(
        what=what_is_asked(request),
        amounts=amount_words(request),
        chain=chain_rows(request, now),
        earlier=list(
            ApprovalDecision.objects.filter(request=request, round__lt=request.round)
            .select_related("approver", "instead_of")
            .order_by("round", "step")
        ),
        differences=difference_rows(request),
        comments=list(request.comments.select_related("author")),
        attachments=list(request.attachments.select_related("added_by").defer("content")),
        history=[history_line(entry) for entry in entries],
        people=people_ordered_for(request.waiting_entry_ids),
        problem=problem,
        remedy=remedy,
    )


def _problem(request: PurchaseRequest) -> tuple[str, Remedy | None]:
    """Return why it is not bought yet and, after a refused payment, what helps."""
    purchase = request.purchase
    if (
        purchase is not None
        and request.problem_code == purchase.failure_code
        and purchase.is_finished
    ):
        if not request.problem_code:
            return "", None
        return cause_of_failure(request.problem_code), remedy_of(request.problem_code)
    return request.problem, None
