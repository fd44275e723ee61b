"""The contract of an organization: how it pays, as the vendor's finance approved it."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission, may
from accounts.models import HistoryEntry, Organization
from accounts.selectors.history import history_line
from accounts.services.history import Actor, record_staff_access
from billing.domain.money import FractionalMinorUnit, Money
from billing.models import Contract
from billing.selectors.payment import payment_of
from billing.services.contracts import Agreement, ContractNotPossible, approve_contract
from billing.tasks import apply_contract
from billing.views.bounds import limits_context
from billing.views.minimums import waiver_context
from billing.views.reductions import reductions_context
from seats.views.limits import seat_limit_context

_HISTORY_SHOWN = 20


class ContractForm(forms.Form):
    """What finance approves; amounts in the organization's currency."""

    collection = forms.ChoiceField(
        label=gettext_lazy("Collection"),
        choices=Contract.Collection.choices,
        widget=forms.RadioSelect,
    )
    net_days = forms.IntegerField(
        label=gettext_lazy("Days to pay an invoice"), min_value=1, max_value=180
    )
    credit_limit = forms.DecimalField(
        label=gettext_lazy("Credit limit"),
        min_value=Decimal(0),
        max_digits=15,
        help_text=gettext_lazy("The most that may be open before it is paid."),
    )
    needs_po_number = forms.BooleanField(
        label=gettext_lazy("Every invoice needs a purchase order number"), required=False
    )
    cadence = forms.ChoiceField(
        label=gettext_lazy("Invoices"),
        choices=Contract.Cadence.choices,
        widget=forms.RadioSelect,
    )
    monthly_below = forms.DecimalField(
        label=gettext_lazy("Small is below"),
        min_value=Decimal(0),
        max_digits=15,
        help_text=gettext_lazy("Smaller additions wait for one invoice at the end of the month."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500)

    def agreement(self, currency: str) -> Agreement:
        """Return what was filled in; raises FractionalMinorUnit."""
        data = self.cleaned_data
        return Agreement(
            collection=data["collection"],
            net_days=data["net_days"],
            credit_limit_minor=Money.from_decimal(data["credit_limit"], currency).minor,
            needs_po_number=data["needs_po_number"],
            cadence=data["cadence"],
            monthly_below_minor=Money.from_decimal(data["monthly_below"], currency).minor,
        )


def _initial(contract: Contract | None, currency: str) -> dict[str, Any]:
    shown = contract or Contract()
    return {
        "collection": shown.collection,
        "net_days": shown.net_days,
        "credit_limit": Money(shown.credit_limit_minor, currency).decimal,
        "needs_po_number": shown.needs_po_number,
        "cadence": shown.cadence,
        "monthly_below": Money(shown.monthly_below_minor, currency).decimal,
    }


@vendor_page(Permission.CONTRACTS_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def contract(request: VendorRequest, account: str) -> HttpResponse:
    """Show how an organization pays; finance approves another way."""
    organization = get_object_or_404(
        Organization.objects.select_related("account_manager"), slug=account
    )
    record_staff_access(user=request.user, page=request.path, organization_id=organization.pk)
    may_manage = may(request.vendor_role, Permission.CONTRACTS_MANAGE)
    current = Contract.objects.filter(organization=organization).first()
    form = ContractForm(
        request.POST if request.method == "POST" else None,
        initial=_initial(current, organization.currency),
    )
    status = 200
    if request.method == "POST" and may_manage:
        if form.is_valid() and _approve(request, organization, form):
            return redirect("contract", organization.slug)
        status = 422
    payment = payment_of(organization, timezone.now())
    entries = HistoryEntry.objects.filter(
        organization_id=organization.pk, object_type="contract"
    ).order_by("-at", "-id")
    return render(
        request,
        "billing/contract.html",
        {
            "account_organization": organization,
            "contract": current,
            "payment": payment,
            "form": form,
            "may_manage": may_manage,
            "history": [history_line(entry) for entry in entries[:_HISTORY_SHOWN]],
            **reductions_context(organization, request),
            **seat_limit_context(organization),
            **waiver_context(organization, timezone.now()),
            **limits_context(organization, may_manage=may_manage, back=request.path),
        },
        status=status,
    )


def _approve(request: VendorRequest, organization: Organization, form: ContractForm) -> bool:
    try:
        agreement = form.agreement(organization.currency)
        approve_contract(
            organization_id=organization.pk,
            agreement=agreement,
            reason=form.cleaned_data["reason"],
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except FractionalMinorUnit:
        form.add_error(
            "credit_limit",
            _("%(currency)s has no unit as small as that.") % {"currency": organization.currency},
        )
        return False
    except ContractNotPossible as refusal:
        about = refusal.details.get("about")
        form.add_error(about if about in form.fields else None, str(refusal))
        return False
    transaction.on_commit(lambda: apply_contract.delay(organization.pk))
    messages.success(request, _("The contract is approved. It holds for what is bought next."))
    return True
