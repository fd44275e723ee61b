"""The vendor's tax rates, and who is exempt."""

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
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission, may
from accounts.errors import DomainError
from accounts.forms import add_domain_error
from accounts.models import Organization
from accounts.services.history import Actor, record_staff_access
from accounts.views.answers import safe_next
from billing.domain.tax import EU_VAT_IDS
from billing.forms import country_choices
from billing.models import BillingAccount, TaxRule
from billing.selectors.tax import seller_country
from billing.services.tax import set_tax_exempt, set_tax_rule
from billing.tasks import apply_tax_rule, sweep_starts


class TaxRuleForm(forms.Form):
    """The rate of one country."""

    country = forms.ChoiceField(label=gettext_lazy("Country"))
    percent = forms.DecimalField(
        label=gettext_lazy("Rate in %"), min_value=0, max_value=Decimal(100), decimal_places=2
    )
    name = forms.CharField(
        label=gettext_lazy("Name on invoices"),
        max_length=40,
        help_text=gettext_lazy("Such as VAT, MwSt., PPN."),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        country: Any = self.fields["country"]
        country.choices = country_choices()


@vendor_page(Permission.POLICIES_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def tax_rules(request: VendorRequest) -> HttpResponse:
    """Show the rates by country; set one."""
    may_manage = may(request.vendor_role, Permission.POLICIES_MANAGE)
    form = TaxRuleForm(request.POST or None) if may_manage else None
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            rule = set_tax_rule(
                country=form.cleaned_data["country"],
                basis_points=int(form.cleaned_data["percent"] * 100),
                name=form.cleaned_data["name"],
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except DomainError as refusal:
            add_domain_error(form, refusal)
        else:
            country = rule.country
            transaction.on_commit(lambda: apply_tax_rule.delay(country))
            messages.success(request, _("Later invoices carry the new rate."))
            return redirect("tax_rules")
    names = dict(country_choices())
    rules = [(rule, names.get(rule.country, rule.country)) for rule in TaxRule.objects.all()]
    return render(
        request,
        "billing/tax_rules.html",
        {
            "tab": "tax",
            "rules": rules,
            "form": form,
            "seller_country": names.get(seller_country(), ""),
            "seller_is_in_the_union": seller_country() in EU_VAT_IDS,
        },
        status=422 if form is not None and form.errors else 200,
    )


@vendor_page(Permission.CONTRACTS_MANAGE)
@require_POST
def tax_exemption(request: VendorRequest, account: str) -> HttpResponse:
    """Exempt an organization from tax, or end that."""
    organization = get_object_or_404(Organization, slug=account)
    record_staff_access(user=request.user, page=request.path, organization_id=organization.pk)
    if BillingAccount.objects.filter(organization=organization).exists():
        set_tax_exempt(
            organization_id=organization.pk,
            is_exempt=request.POST.get("exempt") == "yes",
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        transaction.on_commit(lambda: sweep_starts.delay())
        messages.success(request, _("Later invoices follow."))
    return redirect(safe_next(request, reverse("reductions", args=[organization.slug])))
