"""What the vendor gives an organization: a percentage off its subscription, money as credit.

The section of both is `billing/reductions_section.html`; it stands on a page of its own and may be
included where a contract is shown.
"""

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission, may
from accounts.errors import DomainError
from accounts.forms import add_domain_error
from accounts.models import Organization
from accounts.services.history import Actor, record_staff_access
from accounts.views.answers import safe_next
from billing.domain.money import FractionalMinorUnit, Money
from billing.models import BillingAccount, SubscriptionDiscount
from billing.selectors.discounts import balance_movements, waiting_credits
from billing.services.credit import grant_credit
from billing.services.discounts import LONGEST_MONTHS, end_discount, grant_discount
from billing.tasks import carry_out_grants


class DiscountForm(forms.Form):
    """A percentage, for how long, and why."""

    percent = forms.DecimalField(
        label=gettext_lazy("Discount in %"),
        min_value=Decimal("0.01"),
        max_value=Decimal(100),
        decimal_places=2,
    )
    months = forms.IntegerField(
        label=gettext_lazy("Months"),
        min_value=1,
        max_value=LONGEST_MONTHS,
        required=False,
        help_text=gettext_lazy("Empty: until you end it."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


class CreditForm(forms.Form):
    """An amount in the organization's currency, and why."""

    amount = forms.DecimalField(
        label=gettext_lazy("Amount"), min_value=Decimal("0.001"), max_digits=15
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("The customer reads it in the history of the credit balance."),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)


def reductions_context(
    organization: Organization,
    request: VendorRequest,
    *,
    discount_form: DiscountForm | None = None,
    credit_form: CreditForm | None = None,
) -> dict[str, Any]:
    """Return what `billing/reductions_section.html` shows."""
    now = timezone.now()
    discounts = list(
        SubscriptionDiscount.objects.filter(organization=organization).select_related(
            "subscription__price__plan"
        )
    )
    return {
        "account_organization": organization,
        "billing_account": BillingAccount.objects.filter(organization=organization).first(),
        "live_discount": next((d for d in discounts if not d.is_over(now)), None),
        "past_discounts": [d for d in discounts if d.is_over(now)],
        "movements": balance_movements(organization.pk),
        "waiting_credits": waiting_credits(organization.pk),
        "discount_form": discount_form or DiscountForm(),
        "credit_form": credit_form or CreditForm(initial={"key": uuid.uuid4()}),
        "may_manage_contract": may(request.vendor_role, Permission.CONTRACTS_MANAGE),
    }


def _organization(request: VendorRequest, slug: str) -> Organization:
    organization = get_object_or_404(Organization, slug=slug)
    record_staff_access(user=request.user, page=request.path, organization_id=organization.pk)
    return organization


def _page(
    request: VendorRequest, organization: Organization, status: int = 200, **forms_given: Any
) -> HttpResponse:
    context = reductions_context(organization, request, **forms_given)
    return render(request, "billing/reductions.html", context, status=status)


def _done(request: VendorRequest, organization: Organization, words: str) -> HttpResponse:
    transaction.on_commit(lambda: carry_out_grants.delay())
    messages.success(request, words)
    return redirect(safe_next(request, reverse("reductions", args=[organization.slug])))


@vendor_page(Permission.CONTRACTS_READ)
@require_safe
def reductions_page(request: VendorRequest, account: str) -> HttpResponse:
    """Show an organization's discount and its credit, and grant either."""
    return _page(request, _organization(request, account))


@vendor_page(Permission.CONTRACTS_MANAGE)
@require_POST
def discount_grant(request: VendorRequest, account: str) -> HttpResponse:
    """Grant a discount."""
    organization = _organization(request, account)
    form = DiscountForm(request.POST)
    if form.is_valid():
        try:
            discount = grant_discount(
                organization_id=organization.pk,
                basis_points=int(form.cleaned_data["percent"] * 100),
                months=form.cleaned_data["months"],
                reason=form.cleaned_data["reason"],
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except DomainError as refusal:
            add_domain_error(form, refusal)
        else:
            return _done(
                request,
                organization,
                _("A discount of %(percent)s was granted.") % {"percent": discount},
            )
    return _page(request, organization, 422, discount_form=form)


@vendor_page(Permission.CONTRACTS_MANAGE)
@require_POST
def discount_end(request: VendorRequest, account: str) -> HttpResponse:
    """End the discount that is in force."""
    organization = _organization(request, account)
    live = SubscriptionDiscount.objects.filter(organization=organization, ended_at__isnull=True)
    for discount in live:
        end_discount(
            organization_id=organization.pk,
            discount_id=discount.pk,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    return _done(request, organization, _("The discount ends. Later invoices are not reduced."))


@vendor_page(Permission.CONTRACTS_MANAGE)
@require_POST
def credit_grant(request: VendorRequest, account: str) -> HttpResponse:
    """Put an amount on the credit balance."""
    organization = _organization(request, account)
    form = CreditForm(request.POST)
    if form.is_valid():
        try:
            grant = grant_credit(
                organization_id=organization.pk,
                amount_minor=Money.from_decimal(
                    form.cleaned_data["amount"], organization.currency
                ).minor,
                reason=form.cleaned_data["reason"],
                idempotency_key=f"page-{form.cleaned_data['key']}",
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except FractionalMinorUnit:
            form.add_error(
                "amount",
                _("%(currency)s has no unit as small as that.")
                % {"currency": organization.currency},
            )
        except DomainError as refusal:
            add_domain_error(form, refusal)
        else:
            return _done(
                request,
                organization,
                (
                    _("A credit was granted: %(reason)s")
                    if grant.may_be_booked
                    else _("The credit waits for a second person, who has been mailed: %(reason)s")
                )
                % {"reason": grant.reason},
            )
    return _page(request, organization, 422, credit_form=form)
