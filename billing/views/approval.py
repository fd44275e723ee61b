"""Four eyes: amounts above which two people decide, and credits that wait for the second."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission, may
from accounts.errors import DomainError
from accounts.services.history import Actor
from billing.domain.four_eyes import Subject
from billing.models import CreditGrant
from billing.selectors.catalog import sold_currencies
from billing.selectors.four_eyes import approval_amount
from billing.services.credit import decide_credit
from billing.services.four_eyes import set_approval_amounts
from billing.tasks import carry_out_grants
from billing.views.amount_field import AmountField


class ApprovalForm(forms.Form):
    """The most that one person may decide, in each currency of the catalog."""

    def __init__(self, *args: Any, currencies: list[str], **given: Any) -> None:
        super().__init__(*args, **given)
        self.currencies = currencies
        for currency in currencies:
            named = {"currency": currency}
            self.fields[f"credit_{currency}"] = AmountField(
                currency, label=_("A credit in %(currency)s") % named
            )
            self.fields[f"true_up_{currency}"] = AmountField(
                currency, label=_("A true-up in %(currency)s") % named
            )

    def amounts(self) -> dict[str, tuple[int | None, int | None]]:
        """Return (credit, true-up) in minor units by currency."""
        return {
            currency: (
                self.cleaned_data[f"credit_{currency}"],
                self.cleaned_data[f"true_up_{currency}"],
            )
            for currency in self.currencies
        }


def _form(data: Any = None) -> ApprovalForm:
    currencies = sold_currencies()
    initial = {
        f"{subject.value}_{currency}": approval_amount(subject, currency)
        for currency in currencies
        for subject in Subject
    }
    return ApprovalForm(data, currencies=currencies, initial=initial)


def _page(request: VendorRequest, form: ApprovalForm, status: int = 200) -> HttpResponse:
    context = {
        "tab": "approval",
        "form": form,
        "amount_rows": [
            (currency, [form[f"credit_{currency}"], form[f"true_up_{currency}"]])
            for currency in form.currencies
        ],
        "may_manage": may(request.vendor_role, Permission.POLICIES_MANAGE),
    }
    return render(request, "billing/policy_approval.html", context, status=status)


@vendor_page(Permission.POLICIES_READ)
@require_safe
def approval_policy(request: VendorRequest) -> HttpResponse:
    """Show the amounts above which two people decide."""
    return _page(request, _form())


@vendor_page(Permission.POLICIES_MANAGE)
@require_POST
def approval_policy_set(request: VendorRequest) -> HttpResponse:
    """Set the amounts above which two people decide."""
    form = _form(request.POST)
    if not form.is_valid():
        return _page(request, form, 422)
    set_approval_amounts(amounts=form.amounts(), actor=Actor.of(request.user), now=timezone.now())
    messages.success(request, _("The amounts hold from now on."))
    return redirect("approval_policy")


@vendor_page(Permission.CONTRACTS_MANAGE)
@require_POST
def credit_decide(request: VendorRequest, grant_id: int) -> HttpResponse:
    """Approve a credit as the second person, or refuse it with a note."""
    grant = get_object_or_404(CreditGrant, pk=grant_id)
    try:
        after = decide_credit(
            organization_id=grant.organization_id,
            grant_id=grant.pk,
            is_approved=request.POST.get("decision") == "approve",
            note=request.POST.get("note", "").replace("\x00", ""),
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        if after.may_be_booked:
            transaction.on_commit(lambda: carry_out_grants.delay())
            messages.success(request, _("Approved. The credit is being booked."))
        else:
            messages.success(request, _("Refused. Nothing was booked."))
    return redirect("reviews")
