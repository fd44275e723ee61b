"""Deciding: on the page of a request, or on the page that a mail's link opens to confirm."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from billing.views.words import amount_with_code
from procurement.models import ApprovalLink, PurchaseRequest
from procurement.selectors.document import request_document
from procurement.selectors.requests import own_decision_right
from procurement.services.buying import carry_out
from procurement.services.links import LinkNotUsable, open_link
from procurement.services.request_errors import RequestNotFound
from procurement.services.requests import decide
from procurement.views.requests import find_request, state_badge

_LONGEST_NUMBER = 4


def _seen(request: OrganizationRequest) -> tuple[int, int]:
    def number(name: str) -> int:
        text = request.POST.get(name, "")
        return (
            int(text) if text.isascii() and text.isdigit() and len(text) < _LONGEST_NUMBER else -1
        )

    return number("round"), number("step")


@organization_page(Permission.REQUESTS_APPROVE, recent=Recent.BUYING, transaction=False)
@require_POST
def request_decide(request: OrganizationRequest, purchase_request_id: UUID) -> HttpResponse:
    """Approve or decline; after the last approval it is bought at once."""
    _decide(request, purchase_request_id, seen=_seen(request))
    return redirect("purchase_request", request.organization.slug, purchase_request_id)


def _decide(
    request: OrganizationRequest,
    request_id: UUID,
    *,
    seen: tuple[int, int],
    by_mail_link: bool = False,
) -> bool:
    """Decide as the form says and say what happened; return whether it was decided."""
    organization_id, now = request.organization.pk, timezone.now()
    verdict = request.POST.get("verdict")
    if verdict not in ("approve", "decline"):
        messages.error(request, _("Choose to approve or to decline. Nothing was decided."))
        _check_there(request, request_id)
        return False
    try:
        decided = decide(
            organization_id=organization_id,
            request_id=request_id,
            member_id=request.membership.pk,
            is_approved=verdict == "approve",
            seen=seen,
            note=request.POST.get("note", "").replace("\x00", ""),
            actor=Actor.of(request.user),
            now=now,
            by_mail_link=by_mail_link,
        )
        if decided.state == PurchaseRequest.State.APPROVED:
            decided = carry_out(organization_id=organization_id, request_id=request_id, now=now)
    except RequestNotFound as error:
        raise Http404("No such request") from error
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, _sentence(decided))
    return True


def _check_there(request: OrganizationRequest, request_id: UUID) -> None:
    with organization_context(request.organization.pk, user_id=request.user.pk):
        find_request(request, request_id)


def _sentence(decided: PurchaseRequest) -> str:
    state, number = PurchaseRequest.State, {"number": decided}
    match decided.state:
        case state.WAITING:
            return _("Approved. %(number)s goes on to the next step.") % number
        case state.DECLINED:
            return _("Declined. Whoever asked for %(number)s has a mail with your reason.") % number
        case state.BOUGHT:
            return _("Approved, and bought as asked in %(number)s.") % number
        case state.SENT_BACK:
            return (
                _(
                    "Approved, but the price moved meanwhile: %(number)s went back to whoever "
                    "asked. Nothing was bought."
                )
                % number
            )
    return _("Approved. Buying what %(number)s asks for is under way.") % number


@organization_page(Permission.REQUESTS_APPROVE, recent=Recent.BUYING, transaction=False)
@require_http_methods(["GET", "HEAD", "POST"])
def request_link(request: OrganizationRequest, token: str) -> HttpResponse:
    """Open what a mail leads to. Reading it decides nothing; the button on it does, once."""
    now = timezone.now()
    with organization_context(request.organization.pk, user_id=request.user.pk):
        try:
            link = open_link(
                organization_id=request.organization.pk,
                token=token,
                member_id=request.membership.pk,
                now=now,
            )
        except LinkNotUsable as refusal:
            return render(
                request, "procurement/link_invalid.html", {"refusal": refusal}, status=410
            )
        if request.method != "POST":
            return _confirm(request, link)
    if _decide(request, link.request_id, seen=(link.round, link.step), by_mail_link=True):
        return redirect("purchase_request", request.organization.slug, link.request_id)
    with organization_context(request.organization.pk, user_id=request.user.pk):
        return _confirm(request, link, status=422)


def _confirm(
    request: OrganizationRequest, link: ApprovalLink, *, status: int = 200
) -> HttpResponse:
    found, now = find_request(request, link.request_id), timezone.now()
    right = own_decision_right(found, request.membership.pk, now)
    if right is None or (found.round, found.step) != (link.round, link.step):
        return redirect("purchase_request", request.organization.slug, found.pk)
    return render(
        request,
        "procurement/confirm.html",
        {
            "asked": found,
            "document": request_document(found, now),
            "badge": state_badge(found),
            "amount": amount_with_code(found.now_minor, found.currency),
            "right": right,
            "is_last_step": found.step == len(found.chain) - 1,
            "note": request.POST.get("note", ""),
        },
        status=status,
    )
