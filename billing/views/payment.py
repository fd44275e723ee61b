"""How an organization pays: card, terms, open invoices, and the way out of an overdue one."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.models import Membership
from accounts.replica import reading_connection
from accounts.services.history import Actor
from billing.models import Invoice, InvoicePaymentAttempt
from billing.selectors.dunning import open_cases
from billing.selectors.payment import payment_of
from billing.services.recovery import InvoiceNotPayable, pay_invoice_now
from billing.views.dunning_words import case_items
from billing.views.words import attempt_words, card_words


@organization_page(Permission.BILLING_READ)
@require_safe
def payment(request: OrganizationRequest) -> HttpResponse:
    """Show card, terms and open invoices; of an overdue one, what happens when and what helps."""
    now = timezone.now()
    shown = payment_of(request.organization, now)
    manager = request.organization.account_manager
    return render(
        request,
        "billing/payment.html",
        {
            "tab": "payment",
            "payment": shown,
            "card": card_words(shown.account) if shown.account else "",
            "cases": [
                {"case": found.case, "items": case_items(found, now)} for found in shown.cases
            ],
            "manager": manager,
            "may_buy": request.may(Permission.SEATS_BUY),
        },
    )


@organization_page(Permission.SEATS_BUY, recent=Recent.BUYING, transaction=False)
@require_POST
def pay_invoice(request: OrganizationRequest, invoice_id: int) -> HttpResponse:
    """Pay an open invoice with the card on file; a bank that asks gets its answer at Stripe."""
    slug = request.organization.slug
    try:
        attempt = pay_invoice_now(
            organization_id=request.organization.pk,
            invoice_id=invoice_id,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except Invoice.DoesNotExist as error:
        raise Http404("No such invoice") from error
    except InvoiceNotPayable as refusal:
        messages.error(request, str(refusal))
        return redirect("payment", slug)
    if attempt.state == InvoicePaymentAttempt.State.CONFIRM:
        return redirect(attempt.invoice.hosted_invoice_url)
    say_how_it_went(request, attempt)
    return redirect("payment", slug)


def say_how_it_went(request: HttpRequest, attempt: InvoicePaymentAttempt) -> None:
    """Tell the reader on the next page what became of a payment."""
    if attempt.state == InvoicePaymentAttempt.State.PAID:
        messages.success(
            request, _("Invoice %(number)s is paid. Thank you.") % {"number": attempt.invoice}
        )
    elif attempt.state == InvoicePaymentAttempt.State.ASKED:
        messages.info(request, _("The payment is under way. Nothing is charged twice."))
    else:
        messages.error(request, attempt_words(attempt))


def payment_banner(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the oldest overdue invoice, for whoever may see the billing."""
    membership: Membership | None = getattr(request, "membership", None)
    if membership is None or not membership.may(Permission.BILLING_READ):
        return {}
    # A page that commits by itself renders outside of its tenancy context, where no row is visible.
    if not reading_connection().in_atomic_block:
        return {}
    return {"overdue_case": open_cases(membership.organization_id).first()}
