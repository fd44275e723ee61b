"""Limits, and what stopped at them: orders and renewals that wait for a person."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import (
    OrganizationRequest,
    VendorRequest,
    organization_page,
    staff_scope,
    vendor_page,
)
from accounts.domain.roles import Permission, may
from accounts.errors import DomainError
from accounts.models import Organization
from accounts.services.history import Actor
from accounts.views.answers import safe_next
from billing.domain.bounds import Limits
from billing.gateways.stripe import GatewayError
from billing.models import CreditGrant, InvoiceHold, PurchaseReview, VendorLimits
from billing.selectors import bounds as selectors
from billing.selectors.catalog import sold_currencies
from billing.selectors.four_eyes import credits_for_two
from billing.services.bounds import (
    decide_review,
    set_organization_limits,
    set_vendor_limits,
)
from billing.services.renewals import release_renewal, void_renewal
from billing.views.amount_field import AmountField


class LimitsForm(forms.Form):
    """Limits in seats and percent; subclasses add amounts."""

    seats = forms.IntegerField(
        label=gettext_lazy("Seats added in one purchase"), min_value=0, required=False
    )
    factor_percent = forms.IntegerField(
        label=gettext_lazy("Seats after a purchase, in % of today's"),
        min_value=100,
        required=False,
        help_text=gettext_lazy("300: three times as many. Asked from 20 added seats on."),
    )
    renewal_percent = forms.IntegerField(
        label=gettext_lazy("Renewal above the expected, in %"), min_value=0, required=False
    )


class VendorLimitsForm(LimitsForm):
    """What holds for every organization, with amounts in each currency of the catalog."""

    repairs_need_two = forms.BooleanField(
        label=gettext_lazy("A repair of a difference needs two people"), required=False
    )

    def __init__(self, *args: Any, currencies: list[str], **given: Any) -> None:
        super().__init__(*args, **given)
        self.currencies = currencies
        for currency in currencies:
            self.fields[f"purchase_{currency}"] = AmountField(
                currency, label=_("%(currency)s in one purchase") % {"currency": currency}
            )
            self.fields[f"day_{currency}"] = AmountField(
                currency, label=_("%(currency)s in 24 hours") % {"currency": currency}
            )

    def amounts(self) -> dict[str, tuple[int | None, int | None]]:
        """Return (purchase, day) in minor units by currency."""
        return {
            currency: (
                self.cleaned_data[f"purchase_{currency}"],
                self.cleaned_data[f"day_{currency}"],
            )
            for currency in self.currencies
        }


class OrganizationLimitsForm(LimitsForm):
    """What differs for one organization; empty fields are the vendor's."""

    def __init__(self, *args: Any, currency: str, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["purchase_minor"] = AmountField(
            currency, label=_("%(currency)s in one purchase") % {"currency": currency}
        )
        self.fields["day_minor"] = AmountField(
            currency, label=_("%(currency)s in 24 hours") % {"currency": currency}
        )


def limits_context(organization: Organization, *, may_manage: bool, back: str) -> dict[str, Any]:
    """Return the context of `billing/limits_section.html`; `back` is the page it stands on."""
    currency = organization.currency
    own = selectors.own_limits(organization.pk)
    return selectors.limits_context(organization.pk, currency) | {
        "limits_slug": organization.slug,
        "limits_form": OrganizationLimitsForm(
            currency=currency,
            initial={
                "seats": own.seats,
                "factor_percent": own.factor_percent,
                "renewal_percent": own.renewal_percent,
                "purchase_minor": own.purchase_minor,
                "day_minor": own.day_minor,
            },
        ),
        "may_manage": may_manage,
        "next": back,
    }


def _vendor_form(data: Any = None) -> VendorLimitsForm:
    currencies = sold_currencies()
    two = VendorLimits.objects.filter(repairs_need_two=True).exists()
    initial: dict[str, Any] = {"repairs_need_two": two}
    for currency in currencies:
        limits = selectors.vendor_limits(currency)
        initial |= {
            "seats": limits.seats,
            "factor_percent": limits.factor_percent,
            "renewal_percent": limits.renewal_percent,
            f"purchase_{currency}": limits.purchase_minor,
            f"day_{currency}": limits.day_minor,
        }
    return VendorLimitsForm(data, currencies=currencies, initial=initial)


@vendor_page(Permission.POLICIES_READ)
@require_safe
def limits(request: VendorRequest) -> HttpResponse:
    """Show the limits that hold for every organization."""
    return _limits_page(request, _vendor_form())


def _limits_page(request: VendorRequest, form: VendorLimitsForm, status: int = 200) -> HttpResponse:
    context = {
        "tab": "limits",
        "form": form,
        "amount_rows": [
            (currency, [form[f"purchase_{currency}"], form[f"day_{currency}"]])
            for currency in form.currencies
        ],
        "may_manage": may(request.vendor_role, Permission.POLICIES_MANAGE),
        "open_reviews": selectors.open_reviews().count(),
    }
    return render(request, "billing/limits.html", context, status=status)


@vendor_page(Permission.POLICIES_MANAGE)
@require_POST
def limits_set(request: VendorRequest) -> HttpResponse:
    """Set the limits of every organization."""
    form = _vendor_form(request.POST)
    if not form.is_valid():
        return _limits_page(request, form, 422)
    given = form.cleaned_data
    set_vendor_limits(
        seats=given["seats"],
        factor_percent=given["factor_percent"],
        renewal_percent=given["renewal_percent"],
        repairs_need_two=given["repairs_need_two"],
        amounts=form.amounts(),
        actor=Actor.of(request.user),
        now=timezone.now(),
    )
    messages.success(request, _("The limits hold from now on."))
    return redirect("limits")


@vendor_page(Permission.CONTRACTS_MANAGE)
@require_POST
def organization_limits_set(request: VendorRequest, account: str) -> HttpResponse:
    """Set what differs for one organization."""
    organization = get_object_or_404(Organization, slug=account)
    back = safe_next(request, reverse("limits"))
    form = OrganizationLimitsForm(request.POST, currency=organization.currency)
    if not form.is_valid():
        for name, errors in form.errors.items():
            for error in errors:
                messages.error(request, f"{form[name].label}: {error}")
        return redirect(back)
    set_organization_limits(
        organization=organization,
        limits=Limits(**form.cleaned_data),
        actor=Actor.of(request.user),
        now=timezone.now(),
    )
    messages.success(request, _("The limits of this organization hold from now on."))
    return redirect(back)


@vendor_page(Permission.RECONCILIATION_READ)
@require_safe
def reviews(request: VendorRequest) -> HttpResponse:
    """Show orders, renewals and credits that wait for a person, then those that were decided."""
    found = list(selectors.reviews()[:100])
    credits = list(credits_for_two()[:100])
    waiting = CreditGrant.Approval.WAITING
    return render(
        request,
        "billing/reviews.html",
        {
            "open": [(r, _reasons(r)) for r in found if r.state == PurchaseReview.State.OPEN],
            "decided": [r for r in found if r.state != PurchaseReview.State.OPEN],
            "held": [h for h in selectors.holds() if h.state == InvoiceHold.State.HELD],
            "past_holds": selectors.holds().exclude(state=InvoiceHold.State.HELD)[:50],
            "credits": [credit for credit in credits if credit.approval == waiting],
            "past_credits": [credit for credit in credits if credit.approval != waiting],
        },
    )


def _reasons(review: PurchaseReview) -> list[str]:
    return [selectors.breach_sentence(breach) for breach in review.breaches]


@vendor_page(Permission.RECONCILIATION_MANAGE)
@require_POST
def review_decide(request: VendorRequest, review_id: int) -> HttpResponse:
    """Approve an order or refuse it with a note."""
    review = get_object_or_404(PurchaseReview, pk=review_id)
    try:
        after = decide_review(
            organization_id=review.organization_id,
            review_id=review.pk,
            is_approved=request.POST.get("decision") == "approve",
            note=request.POST.get("note", "").replace("\x00", ""),
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        is_approved = after.state == PurchaseReview.State.APPROVED
        messages.success(
            request,
            _("Approved for a week; the buyer has been told.")
            if is_approved
            else _("Refused; the buyer has been told why."),
        )
    return redirect("reviews")


@vendor_page(Permission.RECONCILIATION_MANAGE, transaction=False)
@require_POST
def hold_decide(request: VendorRequest, hold_id: int) -> HttpResponse:
    """Release the invoice of a renewal, or void it."""
    with staff_scope(request):
        hold = get_object_or_404(InvoiceHold, pk=hold_id)
    decide = release_renewal if request.POST.get("decision") == "release" else void_renewal
    try:
        after = decide(
            organization_id=hold.organization_id,
            hold_id=hold.pk,
            note=request.POST.get("note", "").replace("\x00", ""),
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    except GatewayError:
        messages.error(request, _("Stripe did not answer. Nothing is lost: try again in a moment."))
    else:
        messages.success(
            request,
            _("The invoice goes on: Stripe charges it within about an hour.")
            if after.state == InvoiceHold.State.RELEASED
            else _("The invoice is voided. Nothing was charged."),
        )
    return redirect("reviews")


@organization_page(Permission.BILLING_READ)
@require_safe
def purchase_review(request: OrganizationRequest, review_id: int) -> HttpResponse:
    """Tell the buyer why an order waits, and what happens next."""
    review = get_object_or_404(
        PurchaseReview, pk=review_id, organization_id=request.organization.pk
    )
    return render(
        request,
        "billing/purchase_review.html",
        {
            "tab": "seats",
            "review": review,
            "reasons": _reasons(review),
            "may_buy": request.may(Permission.SEATS_BUY),
            "is_usable": bool(review.approved_until and review.approved_until > timezone.now()),
        },
    )
