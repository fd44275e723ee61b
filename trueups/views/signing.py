"""Finance signs a true-up, a second person agrees or refuses, and what stopped is tried again.

These pages commit by themselves: the signature is stored before Stripe is asked.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import VendorRequest, staff_scope, vendor_page
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.services.history import Actor
from trueups.domain.states import State
from trueups.models import TrueUp
from trueups.services.settling import (
    countersign,
    give_back_to_finance,
    refuse_signature,
    sign,
    try_again,
)
from trueups.views.document import found_true_up
from trueups.views.parts import text_of


def _carry_out(
    request: VendorRequest, true_up_id: UUID, action: Callable[..., TrueUp], **given: Any
) -> HttpResponse:
    """Do it outside of a transaction, and say what became of it on the document."""
    with staff_scope(request):
        true_up = found_true_up(request, true_up_id)
    try:
        after = action(
            organization_id=true_up.organization_id,
            true_up_id=true_up.pk,
            actor=Actor.of(request.user),
            now=timezone.now(),
            **given,
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        _say(request, after)
    return redirect("vendor_true_up", true_up_id)


def _say(request: VendorRequest, after: TrueUp) -> None:
    match after.current_state:
        case State.SIGNED:
            messages.success(
                request, _("Signed. Somebody else of finance is asked by mail to agree.")
            )
        case State.SETTLING:
            messages.success(request, _("Signed. It is being settled at Stripe."))
        case State.SETTLED:
            messages.success(request, _("Signed and settled, equal to the cent."))
        case State.STOPPED:
            messages.error(request, _("It stopped: something does not agree with Stripe."))
        case State.WITH_FINANCE:
            messages.success(request, _("It is with finance again. Nothing was charged."))


@vendor_page(Permission.TRUE_UPS_MANAGE, transaction=False)
@require_POST
def vendor_true_up_sign(request: VendorRequest, true_up_id: UUID) -> HttpResponse:
    """Sign the total that the page named."""
    given = text_of(request, "total", 24)
    total = int(given) if given.lstrip("-").isdecimal() and given.isascii() else None
    if total is None:
        messages.error(request, _("Open the true-up and sign the amount that it names."))
        return redirect("vendor_true_up", true_up_id)
    return _carry_out(
        request,
        true_up_id,
        sign,
        expected_total_minor=total,
        po_number=text_of(request, "po_number", 30),
    )


@vendor_page(Permission.TRUE_UPS_MANAGE, transaction=False)
@require_POST
def vendor_true_up_second(request: VendorRequest, true_up_id: UUID) -> HttpResponse:
    """Agree as the second person, or refuse with a reason."""
    if request.POST.get("decision") == "agree":
        return _carry_out(request, true_up_id, countersign)
    return _carry_out(request, true_up_id, refuse_signature, reason=text_of(request, "note", 300))


@vendor_page(Permission.TRUE_UPS_MANAGE, transaction=False)
@require_POST
def vendor_true_up_retry(request: VendorRequest, true_up_id: UUID) -> HttpResponse:
    """Settle what stopped once more, or take it back to finance."""
    if "back" in request.POST:
        reason = text_of(request, "reason", 300)
        return _carry_out(request, true_up_id, give_back_to_finance, reason=reason)
    return _carry_out(request, true_up_id, try_again)
