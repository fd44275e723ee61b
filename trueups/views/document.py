"""One true-up as finance reads it: a document with its evidence, answered, returned or signed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission
from accounts.services.history import Actor, record_staff_access
from accounts.views.answers import act
from billing.domain.four_eyes import refusal_of_second
from billing.models import BillingAccount, Contract
from trueups.domain import states
from trueups.domain.states import State
from trueups.models import LineComment, TrueUp, TrueUpLine
from trueups.selectors import parties
from trueups.selectors.evidence import evidence_people, shows_evidence
from trueups.selectors.settled import sides_of
from trueups.services.finance import answer_dispute, return_to_customer, void_true_up, waive_seats
from trueups.services.review import comment_line
from trueups.services.settling import authors_of, needs_two
from trueups.views.parts import document_context, text_of

_PEOPLE_SHOWN = 500
_VOIDABLE = frozenset(state for state, after in states.MOVES.items() if State.VOID in after)


def found_true_up(request: VendorRequest, true_up_id: UUID) -> TrueUp:
    """Return a true-up that the reader may see, and record the look at its organization."""
    true_up = get_object_or_404(TrueUp.objects.select_related("organization"), pk=true_up_id)
    record_staff_access(
        user=request.user, page=request.path, organization_id=true_up.organization_id
    )
    return true_up


@vendor_page(Permission.TRUE_UPS_MANAGE)
@require_safe
def vendor_true_up(request: VendorRequest, true_up_id: UUID) -> HttpResponse:
    """Show a true-up as a document, with what finance can do about it."""
    true_up = found_true_up(request, true_up_id)
    return render(request, "trueups/vendor_true_up.html", document_of(request, true_up))


def document_of(request: VendorRequest, true_up: TrueUp) -> dict[str, Any]:
    """Return what the document of finance shows."""
    state = true_up.current_state
    organization = true_up.organization
    is_with_finance = state is State.WITH_FINANCE
    waits = state is State.SIGNED and true_up.needs_second_signature
    contract = Contract.objects.filter(organization=organization).first()
    context = document_context(true_up, is_vendor=True)
    return context | {
        "account": organization,
        "payer": BillingAccount.objects.filter(organization=organization).first(),
        "evidence": evidence_people(true_up, show="everybody", is_vendor=True)[:_PEOPLE_SHOWN],
        "is_evidence_shown": shows_evidence(true_up, is_vendor=True),
        "is_with_finance": is_with_finance,
        "may_answer": state in states.OPEN,
        "may_remark": state in states.OPEN,
        "may_void": state in _VOIDABLE,
        "may_sign": is_with_finance and not context["disputes"] and not true_up.problem,
        "needs_second": is_with_finance and needs_two(true_up),
        "waits_for_second": waits,
        "may_be_second": waits
        and refusal_of_second(
            request.user.pk, first=true_up.signed_by_id, authors=authors_of(true_up)
        )
        is None,
        "sign_url": reverse("vendor_true_up_sign", args=[true_up.pk]),
        "second_url": reverse("vendor_true_up_second", args=[true_up.pk]),
        "retry_url": reverse("vendor_true_up_retry", args=[true_up.pk]),
        "needs_po_number": contract is not None and contract.needs_po_number,
        "sides": sides_of(true_up) if state not in states.BEFORE_ITS_END else None,
        "pays_words": parties.pays_words(contract),
        "void_words": parties.void_words(true_up),
        "consequence": parties.consequence(true_up, contract, removed=context["people"].remove),
    }


def _act(
    request: VendorRequest, true_up: TrueUp, action: Callable[[], str], anchor: str = ""
) -> HttpResponse:
    address = reverse("vendor_true_up", args=[true_up.pk]) + anchor
    return act(request, action, address)


def _given(request: VendorRequest, true_up: TrueUp) -> dict[str, Any]:
    return {
        "organization_id": true_up.organization_id,
        "true_up_id": true_up.pk,
        "actor": Actor.of(request.user),
        "now": timezone.now(),
    }


def _number(request: VendorRequest, name: str) -> int:
    """Return a whole number that was typed, -1 where it is none: the service refuses it."""
    text = text_of(request, name, 6)
    return int(text) if text.isascii() and text.isdigit() else -1


@vendor_page(Permission.TRUE_UPS_MANAGE)
@require_POST
def vendor_true_up_return(request: VendorRequest, true_up_id: UUID) -> HttpResponse:
    """Give a true-up back to the customer, with the reason and days to answer."""
    true_up = found_true_up(request, true_up_id)

    def give_back() -> str:
        return_to_customer(
            reason=text_of(request, "reason", 500),
            days=_number(request, "days"),
            **_given(request, true_up),
        )
        return _("It is with the customer again. The reason went out by mail.")

    return _act(request, true_up, give_back)


@vendor_page(Permission.TRUE_UPS_MANAGE)
@require_POST
def vendor_true_up_waive(request: VendorRequest, true_up_id: UUID) -> HttpResponse:
    """Charge fewer seats of the overage, with the reason."""
    true_up = found_true_up(request, true_up_id)

    def waive() -> str:
        waive_seats(
            seats=_number(request, "seats"),
            reason=text_of(request, "reason", 500),
            **_given(request, true_up),
        )
        return _("The lines are computed anew.")

    return _act(request, true_up, waive)


@vendor_page(Permission.TRUE_UPS_MANAGE)
@require_POST
def vendor_true_up_void(request: VendorRequest, true_up_id: UUID) -> HttpResponse:
    """Call a true-up off for good."""
    true_up = found_true_up(request, true_up_id)

    def call_off() -> str:
        void_true_up(reason=text_of(request, "reason", 500), **_given(request, true_up))
        return _("It is called off. Nothing is charged or credited for this quarter.")

    return _act(request, true_up, call_off)


@vendor_page(Permission.TRUE_UPS_MANAGE)
@require_POST
def vendor_true_up_answer(
    request: VendorRequest, true_up_id: UUID, comment_id: int
) -> HttpResponse:
    """Answer a dispute."""
    true_up = found_true_up(request, true_up_id)
    comment = get_object_or_404(LineComment, pk=comment_id, line__true_up=true_up)

    def answer() -> str:
        answer_dispute(
            comment_id=comment.pk,
            answer=text_of(request, "answer", 1000),
            **_given(request, true_up),
        )
        return _("The dispute is answered.")

    return _act(request, true_up, answer, f"#line-{comment.line_id}")


@vendor_page(Permission.TRUE_UPS_MANAGE)
@require_POST
def vendor_true_up_remark(request: VendorRequest, true_up_id: UUID, line_id: int) -> HttpResponse:
    """Remark on a line; the customer reads it."""
    true_up = found_true_up(request, true_up_id)
    line = get_object_or_404(TrueUpLine, pk=line_id, true_up=true_up)

    def remark() -> str:
        comment_line(
            line_id=line.pk,
            text=text_of(request, "text", 1000),
            is_by_vendor=True,
            **_given(request, true_up),
        )
        return _("Your remark stands with the line, and the customer reads it.")

    return _act(request, true_up, remark, f"#line-{line.pk}")
