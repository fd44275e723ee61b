"""Billing details: who pays, and what invoices say about them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.roles import Permission
from accounts.selectors.history import history_line, organization_history
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from billing.documents.words import party_lines, vat_words
from billing.forms import PayerForm
from billing.gateways.stripe.errors import GatewayError
from billing.models import BillingAccount
from billing.selectors.sheets import buyer_today
from billing.services.details import carry_out_details, change_details

_SHOWN_CHANGES = 10


def _account(request: OrganizationRequest) -> BillingAccount:
    """Return the payer, or what it would be before there is one."""
    organization = request.organization
    return BillingAccount.objects.filter(organization_id=organization.pk).first() or BillingAccount(
        organization=organization, payer_name=organization.name, country=organization.country
    )


def _page(request: OrganizationRequest, form: PayerForm, status: int = 200) -> HttpResponse:
    organization = request.organization
    stored = _account(request)
    buyer = buyer_today(organization, stored)
    changes = organization_history(organization_id=organization.pk, verb="billing_details_changed")
    return render(
        request,
        "billing/details.html",
        {
            "tab": "details",
            "form": form,
            "account": stored,
            "printed": (*party_lines(buyer), vat_words(buyer.vat_id)),
            "changes": [history_line(entry) for entry in changes[:_SHOWN_CHANGES]],
            "may_change": request.may(Permission.SEATS_BUY),
        },
        status=status,
    )


@organization_page(Permission.BILLING_READ)
@require_safe
def billing_details(request: OrganizationRequest) -> HttpResponse:
    """Show who pays, how it is printed, and who changed it."""
    return _page(request, PayerForm(instance=_account(request)))


@organization_page(Permission.SEATS_BUY, transaction=False)
@require_POST
def billing_details_save(request: OrganizationRequest) -> HttpResponse:
    """Write who pays; Stripe is told at once, or later when it does not answer."""
    organization_id = request.organization.pk
    with organization_context(organization_id, user_id=request.user.pk):
        form = PayerForm(request.POST, instance=_account(request))
        if not form.is_valid():
            return _page(request, form, status=422)
    change_details(
        organization_id=organization_id,
        details={name: str(value) for name, value in form.cleaned_data.items()},
        actor=Actor.of(request.user),
        now=timezone.now(),
    )
    try:
        carry_out_details(organization_id=organization_id)
    except GatewayError:
        messages.warning(
            request,
            _("Saved. Stripe does not answer right now; it gets the change in a few minutes."),
        )
    else:
        messages.success(request, _("Saved. Invoices from now on carry these details."))
    return redirect("billing_details", request.organization.slug)
