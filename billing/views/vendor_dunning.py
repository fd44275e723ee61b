"""Unpaid invoices for the vendor's finance: cases by stage, a pause, and the policy."""

from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission, may
from accounts.exports import table_response, wanted_format
from accounts.services.history import Actor
from billing.domain import dunning
from billing.domain.dunning import ImpossiblePolicy, Policy
from billing.domain.money import Money
from billing.models import DunningCase, DunningPolicy
from billing.selectors.dunning import (
    age_in_days,
    case_timeline,
    latest_policy,
    policy_in_force,
    policy_sentence,
    stage_counts,
    vendor_cases,
)
from billing.services.dunning_policy import (
    PauseNotPossible,
    change_policy,
    pause_case,
    resume_case,
)
from billing.views.dunning_words import following_words, timeline_items
from billing.views.lists import filters, search_of

_PER_PAGE: Final = 50
_MOST_ROWS: Final = 100_000
_LONGEST_REASON: Final = 300


class PauseForm(forms.Form):
    """Until which day nothing happens, and why."""

    until = forms.DateField(
        label=gettext_lazy("Until"), widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=_LONGEST_REASON)


class PolicyForm(forms.Form):
    """Days after an invoice became overdue."""

    reminder_days = forms.CharField(
        label=gettext_lazy("Reminders after days"),
        max_length=60,
        help_text=gettext_lazy("Numbers in rising order, such as 0, 3, 7."),
    )
    restrict_after_days = forms.IntegerField(
        label=gettext_lazy("Restricted after days"),
        min_value=1,
        max_value=dunning.MOST_DAYS,
        help_text=gettext_lazy("No seat can be bought or assigned; people keep working."),
    )
    end_after_days = forms.IntegerField(
        label=gettext_lazy("Ended after days"), min_value=1, max_value=dunning.MOST_DAYS
    )
    end = forms.ChoiceField(
        label=gettext_lazy("Then"), choices=DunningPolicy.End.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason of the change"), max_length=_LONGEST_REASON, required=False
    )

    def clean_reminder_days(self) -> tuple[int, ...]:
        """Return the days as numbers."""
        parts = [part.strip() for part in self.cleaned_data["reminder_days"].split(",")]
        if not all(part.isascii() and part.isdigit() and len(part) <= 3 for part in parts):
            raise ValidationError(_("Write days as numbers with commas between, such as 0, 3, 7."))
        return tuple(int(part) for part in parts)

    def policy(self) -> Policy | None:
        """Return the policy, or None with the error beside its field."""
        data = self.cleaned_data
        try:
            return Policy(
                data["reminder_days"],
                data["restrict_after_days"],
                data["end_after_days"],
                dunning.End(data["end"]),
            )
        except ImpossiblePolicy as impossible:
            self.add_error(impossible.about, policy_sentence(impossible))
            return None


@vendor_page(Permission.INVOICES_READ)
@require_safe
def vendor_dunning(request: VendorRequest) -> HttpResponse:
    """List the open cases: stage, amount, age, what comes next."""
    return _list(request)


def _list(request: VendorRequest, *, status: int = 200, **given: Any) -> HttpResponse:
    search, stage = search_of(request), request.GET.get("stage", "")
    query = urlencode({k: v for k, v in (("stage", stage), ("q", search)) if v})
    now = timezone.now()
    page = Paginator(
        vendor_cases(stage=stage, search=search).prefetch_related("notices"), _PER_PAGE
    ).get_page(request.GET.get("page"))
    return render(
        request,
        "billing/vendor_dunning.html",
        {
            "page_obj": page,
            "rows": [_row(case, now) for case in page],
            "filters": filters(
                "stage", DunningCase.Stage.choices, stage, stage_counts(search=search), search
            ),
            "search": search,
            "keep": [{"name": "stage", "value": stage}] if stage else [],
            "csv_url": f"{reverse('vendor_dunning_export', args=['csv'])}?{query}",
            "xlsx_url": f"{reverse('vendor_dunning_export', args=['xlsx'])}?{query}",
            "may_manage": may(request.vendor_role, Permission.CONTRACTS_MANAGE),
            "pause_form": PauseForm(),
        }
        | given,
        status=status,
    )


def _row(case: DunningCase, now: Any) -> dict[str, Any]:
    found = case_timeline(case, ZoneInfo(case.organization.time_zone))
    following = dunning.next_step(found.steps, taken=found.taken)
    return {
        "case": case,
        "age": age_in_days(case, now),
        "is_paused": case.paused_until is not None and case.paused_until > now,
        "next_at": following.at if following else None,
        "next": following_words(following, case.end) if following else "",
    }


@vendor_page(Permission.INVOICES_READ, recent=Recent.EXPORTING)
@require_safe
def vendor_dunning_export(request: VendorRequest, format: str) -> HttpResponse:
    """Return the open cases of the filter as a file."""
    now = timezone.now()
    found = vendor_cases(stage=request.GET.get("stage", ""), search=search_of(request))
    rows = (_row(case, now) for case in found.prefetch_related("notices")[:_MOST_ROWS])
    return table_response(
        "unpaid-invoices",
        wanted_format(format),
        [
            _("Organization"),
            _("Invoice"),
            _("Stage"),
            _("Open"),
            _("Currency"),
            _("Overdue since"),
            _("Days"),
            _("Next step"),
            _("Date"),
            _("Paused until"),
        ],
        (
            [
                row["case"].organization.name,
                str(row["case"].invoice),
                row["case"].get_stage_display(),
                Money(
                    row["case"].invoice.amount_remaining_minor, row["case"].invoice.currency
                ).decimal,
                row["case"].invoice.currency,
                row["case"].overdue_since,
                row["age"],
                row["next"],
                row["next_at"],
                row["case"].paused_until if row["is_paused"] else None,
            ]
            for row in rows
        ),
    )


@vendor_page(Permission.CONTRACTS_MANAGE)
@require_POST
def dunning_pause(request: VendorRequest, case_id: int) -> HttpResponse:
    """Pause a case until a day, or go on with it."""
    case = DunningCase.objects.filter(pk=case_id).first()
    if case is None:
        raise Http404("No such case")
    now, actor = timezone.now(), Actor.of(request.user)
    if "resume" in request.POST:
        resume_case(organization_id=case.organization_id, case_id=case_id, actor=actor, now=now)
        messages.success(request, _("The case goes on."))
        return redirect("vendor_dunning")
    form = PauseForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a day and say why the case is paused."))
        return redirect("vendor_dunning")
    try:
        pause_case(
            organization_id=case.organization_id,
            case_id=case_id,
            until=form.cleaned_data["until"],
            reason=form.cleaned_data["reason"],
            actor=actor,
            now=now,
        )
    except PauseNotPossible as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The case is paused. Later steps move by as many days."))
    return redirect("vendor_dunning")


@vendor_page(Permission.POLICIES_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def dunning_policy(request: VendorRequest) -> HttpResponse:
    """Show the policy with its timeline for an invoice that is overdue from now on; change it."""
    may_manage = may(request.vendor_role, Permission.POLICIES_MANAGE)
    latest, policy = latest_policy(), policy_in_force()
    form = PolicyForm(
        request.POST if request.method == "POST" else None,
        initial={
            "reminder_days": ", ".join(str(day) for day in policy.reminder_days),
            "restrict_after_days": policy.restrict_after_days,
            "end_after_days": policy.end_after_days,
            "end": policy.end.value,
        },
    )
    status = 200
    if request.method == "POST" and may_manage:
        wanted = form.policy() if form.is_valid() else None
        if wanted is not None and "preview" not in request.POST:
            change_policy(
                policy=wanted,
                reason=form.cleaned_data["reason"],
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
            messages.success(
                request, _("The policy is changed. Cases that are open keep their days.")
            )
            return redirect("dunning_policy")
        policy = wanted or policy
        status = 200 if wanted else 422
    now = timezone.now()
    return render(
        request,
        "billing/policy_dunning.html",
        {
            "tab": "dunning",
            "form": form,
            "latest": latest,
            "policy": policy,
            "items": timeline_items(
                dunning.timeline(policy, now, ZoneInfo("UTC")),
                end=policy.end.value,
                now=now,
                since=now,
            ),
            "may_manage": may_manage,
        },
        status=status,
    )
