"""The customer's review of one true-up: keep or remove, dispute, submit; read-only afterwards."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.services.history import Actor
from accounts.views.answers import act, asked_by_htmx
from seats.selectors.privacy import shows_people
from trueups.models import LineComment, PersonEvidence, TrueUp, TrueUpLine
from trueups.selectors.amounts import Amounts, amount_if, amounts_of, priced
from trueups.selectors.document import PeopleCounts
from trueups.selectors.evidence import evidence_people, shows_evidence
from trueups.services.errors import DecisionNotPossible
from trueups.services.evidence import open_evidence
from trueups.services.review import (
    comment_line,
    decide,
    dispute_line,
    submit_review,
    withdraw_dispute,
)
from trueups.views.parts import document_context, text_of

_PER_PAGE: Final = 25
_MOST_AT_ONCE: Final = 1000
_Decision = PersonEvidence.Decision


def _found(request: OrganizationRequest, true_up_id: UUID) -> TrueUp:
    return get_object_or_404(TrueUp, pk=true_up_id, organization=request.organization)


@organization_page(Permission.TRUE_UPS_READ)
@require_safe
def true_up(request: OrganizationRequest, true_up_id: UUID) -> HttpResponse:
    """Show a true-up: to decide while it is reviewed, to read before and after."""
    found = _found(request, true_up_id)
    return render(request, "trueups/true_up.html", _context(request, found, request.GET))


def _context(
    request: OrganizationRequest, true_up: TrueUp, query: QueryDict, **more: Any
) -> dict[str, Any]:
    context = document_context(true_up)
    may_decide = (
        true_up.is_under_review
        and true_up.review_until is not None
        and timezone.now() < true_up.review_until
        and request.may(Permission.TRUE_UPS_REVIEW)
    )
    counts: PeopleCounts = context["people"]
    show, search = query.get("show", ""), query.get("q", "").replace("\x00", "").strip()[:200]
    if show not in {*_Decision.values, "everybody"}:
        show = ""
    evidence = evidence_people(true_up, show=show, search=search)
    if not reads_evidence(request, true_up):
        evidence = evidence.none()
    page = Paginator(evidence, _PER_PAGE).get_page(query.get("page"))
    address = reverse("true_up", args=[request.organization.slug, true_up.pk])
    return context | {
        "tab": "true_ups",
        "address": address,
        "request_query": query.urlencode(),
        "page_obj": page,
        "search": search,
        "show": show,
        "is_narrowed": bool(show or search),
        "filters": _filters(address, counts, show, search),
        "may_decide": may_decide,
        "is_evidence_shown": reads_evidence(request, true_up),
        "may_open": request.may(Permission.TRUE_UPS_REVIEW),
        "may_assign": request.may(Permission.SEATS_ASSIGN),
        "may_comment": request.may(Permission.TRUE_UPS_REVIEW) and context["is_over"] is False,
        "next_removal": _next_removal(true_up, counts) if may_decide else None,
        **more,
    }


def reads_evidence(request: OrganizationRequest, true_up: TrueUp) -> bool:
    """Whether this reader sees single people; what was opened is for those who review."""
    return shows_people(true_up.organization_id) or (
        request.may(Permission.TRUE_UPS_REVIEW) and shows_evidence(true_up)
    )


@organization_page(Permission.TRUE_UPS_REVIEW)
@require_POST
def true_up_open(request: OrganizationRequest, true_up_id: UUID) -> HttpResponse:
    """Open the evidence per person, with a reason that everybody can read."""
    found = _found(request, true_up_id)

    def opened() -> str:
        open_evidence(
            organization_id=request.organization.pk,
            true_up_id=found.pk,
            reason=text_of(request, "reason", 300),
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("The evidence per person is open to you and the other reviewers.")

    address = reverse("true_up", args=[request.organization.slug, found.pk])
    return act(request, opened, f"{address}#people")


def _filters(address: str, counts: PeopleCounts, current: str, search: str) -> list[dict[str, Any]]:
    choices = [
        ("", _("Inactive"), counts.offered),
        (_Decision.UNDECIDED.value, _("To decide"), counts.undecided),
        (_Decision.KEEP.value, _("Kept"), counts.keep),
        (_Decision.REMOVE.value, _("Removed"), counts.remove),
        ("everybody", _("Everybody with a seat"), counts.everybody),
    ]
    return [
        {
            "label": label,
            "count": count,
            "current": value == current,
            "url": address
            + "?"
            + urlencode({k: v for k, v in (("show", value), ("q", search)) if v}),
        }
        for value, label, count in choices
        if count or not value or value == current
    ]


def _next_removal(true_up: TrueUp, counts: PeopleCounts) -> int | None:
    """Return what one removal more would credit, negative; None where nobody is left to remove."""
    if counts.offered == counts.remove:
        return None
    now = timezone.now()
    amounts = amounts_of(true_up, now=now)
    if amounts.holding is None:
        return None
    more = priced(amounts.holding, amounts.water, amounts.overage_seats, counts.remove + 1)
    return more.total_minor - amounts.total_minor


def _chosen(given: QueryDict) -> list[int]:
    wanted = given.getlist("person")
    return [int(x) for x in wanted if x.isascii() and x.isdigit() and len(x) < 19][:_MOST_AT_ONCE]


@organization_page(Permission.TRUE_UPS_REVIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def true_up_decide(request: OrganizationRequest, true_up_id: UUID) -> HttpResponse:
    """Ask why people are kept or removed, with what it does to the amount; then decide."""
    found = _found(request, true_up_id)
    sent = request.POST if request.method == "POST" else request.GET
    decision, ids = sent.get("decision", ""), _chosen(sent)
    if not shows_evidence(found):
        return _region(request, found, _("Open the evidence per person first."), status=409)
    if request.method != "POST":
        return _ask(request, found, decision, ids)
    if decision not in _Decision.values:
        decision = _Decision.UNDECIDED
    before = {p.membership_id: p.decision for p in found.people.filter(membership_id__in=ids)}
    try:
        decide(
            organization_id=request.organization.pk,
            true_up_id=found.pk,
            membership_ids=ids,
            decision=decision,
            reason=text_of(request, "reason", 300),
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except DecisionNotPossible as refusal:
        if decision != _Decision.UNDECIDED and ids:
            return _ask(request, found, decision, ids, error=str(refusal))
        return _region(request, found, str(refusal), status=409)
    except DomainError as refusal:
        return _region(request, found, str(refusal), status=409)
    undo = all(was == _Decision.UNDECIDED for was in before.values())
    return _region(
        request,
        found,
        _said(decision, list(found.people.filter(membership_id__in=ids))),
        undo_ids=ids if decision != _Decision.UNDECIDED and undo else [],
    )


def _ask(
    request: OrganizationRequest, true_up: TrueUp, decision: str, ids: list[int], error: str = ""
) -> HttpResponse:
    people = list(true_up.people.filter(is_offered=True, membership_id__in=ids))
    back = reverse("true_up", args=[request.organization.slug, true_up.pk])
    if decision not in {_Decision.KEEP.value, _Decision.REMOVE.value} or not people:
        messages.info(request, _("Choose at least one person first."))
        return redirect(back)
    after = _after(true_up, decision, [p.membership_id for p in people])
    context = document_context(true_up) | {
        "decision": decision,
        "chosen": people,
        "after": after,
        "change": after.total_minor - true_up.total_minor,
        "error": error,
        "reason": text_of(request, "reason", 300) if error else "",
        "back": back,
        "query": text_of(request, "query", 500),
    }
    response = render(request, "trueups/decide.html", context, status=422 if error else 200)
    if error and asked_by_htmx(request):
        response["HX-Retarget"] = "#panel-content"
        response["HX-Reswap"] = "innerHTML"
    return response


def _after(true_up: TrueUp, decision: str, ids: list[int]) -> Amounts:
    """Return the amounts with these people decided on as asked and all others as they are."""
    removed = set(
        true_up.people.filter(decision=_Decision.REMOVE).values_list("membership_id", flat=True)
    )
    removed = removed | set(ids) if decision == _Decision.REMOVE else removed - set(ids)
    return amount_if(true_up, remove=removed, now=timezone.now())


def _said(decision: str, people: list[PersonEvidence]) -> str:
    named = {"n": len(people), "name": people[0].name if people else ""}
    if decision == _Decision.REMOVE:
        return (
            ngettext(
                "%(name)s is marked for removal.",
                "%(n)s people are marked for removal.",
                len(people),
            )
            % named
        )
    if decision == _Decision.KEEP:
        return (
            ngettext("%(name)s keeps the seat.", "%(n)s people keep their seats.", len(people))
            % named
        )
    return (
        ngettext(
            "%(name)s is to be decided on again.",
            "%(n)s people are to be decided on again.",
            len(people),
        )
        % named
    )


def _region(
    request: OrganizationRequest,
    true_up: TrueUp,
    message: str,
    *,
    undo_ids: list[int] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with the part of the page that follows decisions, or go back to the page."""
    address = reverse("true_up", args=[request.organization.slug, true_up.pk])
    query = QueryDict(text_of(request, "query", 500).lstrip("?"))
    if not asked_by_htmx(request):
        (messages.error if status >= 400 else messages.success)(request, message)
        return redirect(f"{address}?{query.urlencode()}" if query else address)
    undo = ""
    if undo_ids:
        pairs = [("person", pk) for pk in undo_ids] + [("query", query.urlencode())]
        undo = reverse("true_up_undo", args=[request.organization.slug, true_up.pk])
        undo += "?" + urlencode(pairs)
    # Links of the list that leave the region must lead to the page, with its filters.
    request.GET = query
    context = _context(
        request,
        get_object_or_404(TrueUp, pk=true_up.pk),
        query,
        toast={"message": message, "undo_url": undo},
        is_part=True,
    )
    response = render(request, "trueups/review_region.html", context, status=status)
    response["HX-Trigger"] = "panel:close"
    return response


@organization_page(Permission.TRUE_UPS_REVIEW)
@require_POST
def true_up_undo(request: OrganizationRequest, true_up_id: UUID) -> HttpResponse:
    """Take decisions back; the people are to be decided on again."""
    found = _found(request, true_up_id)
    ids = _chosen(request.GET) or _chosen(request.POST)
    if not shows_evidence(found):
        return _region(request, found, _("Open the evidence per person first."), status=409)
    try:
        decide(
            organization_id=request.organization.pk,
            true_up_id=found.pk,
            membership_ids=ids,
            decision=_Decision.UNDECIDED,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except DomainError as refusal:
        return _region(request, found, str(refusal), status=409)
    people = list(found.people.filter(membership_id__in=ids))
    return _region(request, found, _said(_Decision.UNDECIDED, people))


@organization_page(Permission.TRUE_UPS_REVIEW)
@require_POST
def true_up_submit(request: OrganizationRequest, true_up_id: UUID) -> HttpResponse:
    """Hand the true-up to finance with the total that the page named."""
    found = _found(request, true_up_id)
    given = text_of(request, "total", 24)

    def submit() -> str:
        try:
            total = int(given)
        except ValueError:
            total = 2**60
        submit_review(
            organization_id=request.organization.pk,
            true_up_id=found.pk,
            total_minor=total,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("Thank you. Our finance looks at it and signs; you hear from us by mail.")

    return act(request, submit, reverse("true_up", args=[request.organization.slug, found.pk]))


@organization_page(Permission.TRUE_UPS_REVIEW)
@require_POST
def true_up_dispute(request: OrganizationRequest, true_up_id: UUID, line_id: int) -> HttpResponse:
    """Dispute a line, or only remark on it."""
    found = _found(request, true_up_id)
    given: dict[str, Any] = {
        "organization_id": request.organization.pk,
        "true_up_id": found.pk,
        "line_id": line_id,
        "text": text_of(request, "text", 1000),
        "actor": Actor.of(request.user),
        "now": timezone.now(),
    }

    def dispute() -> str:
        if "remark" in request.POST:
            comment_line(is_by_vendor=False, **given)
            return _("Your remark stands with the line.")
        dispute_line(**given)
        return _("The line is disputed. It is not signed before we have answered you.")

    try:
        return act(request, dispute, _to_line(request, found, line_id))
    except TrueUpLine.DoesNotExist as error:
        raise Http404("No such line") from error


@organization_page(Permission.TRUE_UPS_REVIEW)
@require_POST
def true_up_dispute_withdraw(
    request: OrganizationRequest, true_up_id: UUID, comment_id: int
) -> HttpResponse:
    """Take a dispute back."""
    found = _found(request, true_up_id)
    comment = get_object_or_404(LineComment, pk=comment_id, line__true_up=found)

    def withdraw() -> str:
        withdraw_dispute(
            organization_id=request.organization.pk,
            true_up_id=found.pk,
            comment_id=comment_id,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("You took the dispute back.")

    return act(request, withdraw, _to_line(request, found, comment.line_id))


def _to_line(request: OrganizationRequest, true_up: TrueUp, line_id: int) -> str:
    address = reverse("true_up", args=[request.organization.slug, true_up.pk])
    return f"{address}#line-{line_id}"
