"""The terms of true-ups of one organization: what is agreed, and what else would change."""

from typing import Any

from django import forms
from django.contrib import messages
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
from accounts.tenancy import organization_context
from trueups.domain import terms as domain
from trueups.domain.terms import Terms
from trueups.models import TrueUp, TrueUpTerms
from trueups.selectors.simulation import what_if
from trueups.selectors.words import terms_words
from trueups.services.errors import TermsNotPossible
from trueups.services.terms import approve_terms, terms_of
from trueups.views.parts import row_of

_HISTORY_SHOWN = 20


class TermsForm(forms.Form):
    """What a contract says about true-ups."""

    is_enabled = forms.BooleanField(
        label=gettext_lazy("True-ups take place every quarter"), required=False
    )
    policy = forms.ChoiceField(
        label=gettext_lazy("Whose seats count"),
        choices=TrueUpTerms.Policy.choices,
        widget=forms.RadioSelect,
    )
    window_days = forms.IntegerField(
        label=gettext_lazy("Window of activity in days"), min_value=1, max_value=366
    )
    least_active_days = forms.IntegerField(
        label=gettext_lazy("Active days needed in it"), min_value=1, max_value=366
    )
    counts_sign_ins = forms.BooleanField(
        label=gettext_lazy("A sign-in counts as activity"), required=False
    )
    review_days = forms.IntegerField(
        label=gettext_lazy("Days to review"), min_value=1, max_value=60
    )
    review_default = forms.ChoiceField(
        label=gettext_lazy("At the end of the review"),
        choices=TrueUpTerms.ReviewDefault.choices,
        widget=forms.RadioSelect,
    )
    lock_out_days = forms.IntegerField(
        label=gettext_lazy("Lock-out in days"),
        min_value=0,
        max_value=366,
        help_text=gettext_lazy("Who is removed and comes back within it brings the credit back."),
    )
    notice_days = forms.CharField(
        label=gettext_lazy("Notices, in days before the quarter ends"),
        max_length=60,
        help_text=gettext_lazy("The earliest first, with commas: 28, 14, 3."),
    )
    share_rule = forms.ChoiceField(
        label=gettext_lazy("Share that is charged"),
        choices=TrueUpTerms.ShareRule.choices,
        widget=forms.RadioSelect,
    )
    quarter_basis = forms.ChoiceField(
        label=gettext_lazy("Quarters are counted"),
        choices=TrueUpTerms.QuarterBasis.choices,
        widget=forms.RadioSelect,
    )
    first_month = forms.IntegerField(
        label=gettext_lazy("First month of the fiscal year"), min_value=1, max_value=12
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500)

    def clean_notice_days(self) -> tuple[int, ...]:
        """Return the days as numbers."""
        parts = [part.strip() for part in self.cleaned_data["notice_days"].split(",")]
        if not all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts):
            raise forms.ValidationError(_("Name days with commas between them: 28, 14, 3."))
        return tuple(int(part) for part in parts)

    def terms(self) -> Terms:
        """Return what was filled in; raises TermsNotPossible."""
        return terms_of(self.cleaned_data)


def _initial(stored: TrueUpTerms | None) -> dict[str, Any]:
    agreed = stored.terms() if stored else Terms()
    data = domain.terms_to_json(agreed)
    return data | {
        "notice_days": ", ".join(str(days) for days in agreed.notice_days),
        "is_enabled": stored.is_enabled if stored else True,
    }


@vendor_page(Permission.CONTRACTS_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def true_up_terms(request: VendorRequest, account: str) -> HttpResponse:
    """Show the terms of true-ups; finance approves others, from the next quarter on."""
    organization = get_object_or_404(Organization, slug=account)
    record_staff_access(user=request.user, page=request.path, organization_id=organization.pk)
    may_manage = may(request.vendor_role, Permission.CONTRACTS_MANAGE)
    stored = TrueUpTerms.objects.filter(organization=organization).first()
    form = TermsForm(request.POST if request.method == "POST" else None, initial=_initial(stored))
    status = 200
    if request.method == "POST" and may_manage:
        if form.is_valid() and _approve(request, organization, form):
            return redirect("true_up_terms", organization.slug)
        status = 422
    running = TrueUp.objects.filter(
        organization=organization, state__in=["scheduled", "noticed"]
    ).first()
    entries = HistoryEntry.objects.filter(
        organization_id=organization.pk, object_type="trueupterms"
    ).order_by("-at", "-id")[:_HISTORY_SHOWN]
    agreed = stored.terms() if stored else None
    # Activity is not in the scope of finance: what is counted from it is read inside.
    with organization_context(organization.pk, user_id=request.user.pk):
        coming = what_if(organization_id=organization.pk, now=timezone.now())
    return render(
        request,
        "trueups/terms.html",
        {
            "account": organization,
            "stored": stored,
            "form": form,
            "groups": _groups(form),
            "may_manage": may_manage,
            "running": row_of(running) if running else None,
            "coming": coming,
            "history": [history_line(entry) for entry in entries],
            **({"terms": agreed} | terms_words(agreed) if agreed else {}),
        },
        status=status,
    )


def _groups(form: TermsForm) -> list[tuple[str, list[Any]]]:
    return [
        (_("What counts"), [form[n] for n in ("policy", "window_days", "least_active_days",
                                              "counts_sign_ins")]),
        (_("The review"), [form[n] for n in ("review_days", "review_default", "lock_out_days",
                                             "notice_days")]),
        (_("Quarters and money"), [form[n] for n in ("share_rule", "quarter_basis",
                                                     "first_month")]),
    ]  # fmt: skip


def _approve(request: VendorRequest, organization: Organization, form: TermsForm) -> bool:
    try:
        approve_terms(
            organization_id=organization.pk,
            terms=form.terms(),
            is_enabled=form.cleaned_data["is_enabled"],
            reason=form.cleaned_data["reason"],
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except TermsNotPossible as refusal:
        about = refusal.details.get("about")
        form.add_error(about if about in form.fields else None, str(refusal))
        return False
    messages.success(request, _("The terms are approved. They hold from the next quarter on."))
    return True
