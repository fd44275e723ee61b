"""Outcomes by department against their baseline: read, recorded by hand, corrected, exported."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.exports import Cell, table_response, wanted_format
from accounts.models import Department, Organization
from accounts.services.history import Actor
from accounts.views.answers import done
from seats.domain.outcomes import OutcomeKind, period_of
from seats.models import KindChoice, OutcomeBaseline, OutcomeEntry
from seats.selectors.counted import counted_at
from seats.selectors.outcome_words import kind_words, rest_words, standing_words, unit_words
from seats.selectors.outcomes import OutcomeRow, as_decimal, outcome_table, recorded_outcomes
from seats.services.outcomes import (
    OutcomeFacts,
    OutcomeNotPossible,
    change_outcome,
    delete_outcome,
    record_outcome,
    remove_baseline,
    set_baseline,
)

PERIODS: Final = {
    "quarter": gettext_lazy("This quarter"),
    "last-quarter": gettext_lazy("Last quarter"),
    "year": gettext_lazy("Twelve months"),
}
_MOST_ENTRIES: Final = 100


class BaselineForm(forms.Form):
    """What the outcomes of a kind were before."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=KindChoice.choices)
    department = forms.ModelChoiceField(
        label=gettext_lazy("Department"),
        queryset=Department.objects.none(),
        required=False,
        empty_label=gettext_lazy("The whole organization"),
    )
    starts_on = forms.DateField(
        label=gettext_lazy("First day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    amount = forms.DecimalField(
        label=gettext_lazy("Amount"), max_digits=16, decimal_places=4, min_value=0, localize=True
    )
    unit = forms.CharField(
        label=gettext_lazy("Unit"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("Without one: projects, hours, points or people."),
    )

    def __init__(self, *args: Any, departments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]

    def facts(self) -> OutcomeFacts:
        """What was said, as the services take it."""
        given = self.cleaned_data
        return OutcomeFacts(
            kind=OutcomeKind(given["kind"]),
            starts_on=given["starts_on"],
            ends_on=given["ends_on"],
            amount=given["amount"],
            unit=given["unit"],
            department_id=given["department"].pk if given["department"] else None,
            note=given.get("note", ""),
        )


class OutcomeForm(BaselineForm):
    """An outcome that somebody records."""

    note = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)


def chosen_period(request: HttpRequest) -> tuple[str, date, date]:
    """Return the period that an address asks for: its name, first and last day."""
    name = request.GET.get("period", "")
    name = name if name in PERIODS else "quarter"
    return name, *period_of(name, timezone.localdate())


@organization_page(Permission.USAGE_READ)
@require_safe
def outcomes(request: OrganizationRequest) -> HttpResponse:
    """Show outcomes by department against their baseline, and what was recorded by hand."""
    context = outcomes_context(request, request.organization)
    slug, period = request.organization.slug, context["period"]
    context |= {
        "tab": "outcomes",
        "may_manage": request.may(Permission.OUTCOMES_MANAGE),
        "csv_url": f"{reverse('outcomes_export', args=[slug, 'csv'])}?period={period}",
        "xlsx_url": f"{reverse('outcomes_export', args=[slug, 'xlsx'])}?period={period}",
    }
    return render(request, "seats/outcomes.html", context)


def outcomes_context(request: HttpRequest, organization: Organization) -> dict[str, Any]:
    """Return what the page says of the period that an address asks for, to whomever."""
    name, starts_on, ends_on = chosen_period(request)
    table = outcome_table(organization_id=organization.pk, starts_on=starts_on, ends_on=ends_on)
    entries = recorded_outcomes(
        organization_id=organization.pk, starts_on=starts_on, ends_on=ends_on
    )[:_MOST_ENTRIES]
    return {
        "counted_at": counted_at(organization.pk),
        "period": name,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "filters": [
            {"label": label, "url": f"?period={each}", "current": each == name, "count": None}
            for each, label in PERIODS.items()
        ],
        "rows": [(row, *_words(row)) for row in table.rows],
        "entries": [(entry, kind_words(entry.kind), unit_words(entry.unit)) for entry in entries],
        "heading": _heading(table.rows),
    }


def _words(row: OutcomeRow) -> tuple[str, str, Any, Any, str]:
    baseline = as_decimal(row.standing.baseline) if row.standing else None
    words = kind_words(row.kind), unit_words(row.unit)
    return *words, as_decimal(row.value), baseline, standing_words(row)


def _heading(rows: tuple[OutcomeRow, ...]) -> str:
    """Return the strongest change of a whole organization as a sentence, if one is known."""
    changes = [
        (abs(row.standing.change), index)
        for index, row in enumerate(rows)
        if row.is_whole and row.standing and row.standing.change is not None
    ]
    if not changes:
        return _("What came of the work")
    row = rows[max(changes)[1]]
    return f"{kind_words(row.kind)}: {standing_words(row)}"


@organization_page(Permission.USAGE_READ, recent=Recent.EXPORTING)
@require_safe
def outcomes_export(request: OrganizationRequest, format: str) -> HttpResponse:
    """Return the outcomes of a period as a file."""
    return outcomes_file(request, request.organization, format)


def outcomes_file(request: HttpRequest, organization: Organization, format: str) -> HttpResponse:
    """Return the outcomes of the period that an address asks for as a file."""
    _name, starts_on, ends_on = chosen_period(request)
    table = outcome_table(organization_id=organization.pk, starts_on=starts_on, ends_on=ends_on)
    columns = [
        *(_("Outcome"), _("Department"), _("First day"), _("Last day"), _("Amount"), _("Unit")),
        *(_("Baseline for the same time"), _("Difference"), _("Change")),
    ]

    def cells(row: OutcomeRow) -> list[Cell]:
        standing = row.standing
        change = standing.change if standing else None
        return [
            *(kind_words(row.kind), rest_words(row), starts_on, ends_on),
            *(as_decimal(row.value), unit_words(row.unit)),
            as_decimal(standing.baseline) if standing else None,
            as_decimal(standing.difference) if standing else None,
            round(float(change), 4) if change is not None else None,
        ]

    name = f"{organization.slug}-outcomes"
    return table_response(name, wanted_format(format), columns, (cells(r) for r in table.rows))


@organization_page(Permission.OUTCOMES_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def outcome_new(request: OrganizationRequest) -> HttpResponse:
    """Record an outcome, in a panel."""
    form = OutcomeForm(request.POST or None, departments=_departments(request), initial=_initial())
    return _form(
        request,
        form,
        _("Record an outcome"),
        lambda facts: record_outcome(
            organization_id=request.organization.pk,
            facts=facts,
            actor=Actor.of(request.user),
            now=timezone.now(),
        ),
        _("The outcome is recorded."),
    )


@organization_page(Permission.OUTCOMES_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def outcome_change(request: OrganizationRequest, outcome_id: int) -> HttpResponse:
    """Correct an outcome that was recorded by hand, in a panel."""
    entry = get_object_or_404(OutcomeEntry, organization=request.organization, pk=outcome_id)
    names = ("kind", "department", "starts_on", "ends_on", "amount", "unit", "note")
    form = OutcomeForm(
        request.POST or None,
        departments=_departments(request),
        initial={name: getattr(entry, name) for name in names},
    )
    return _form(
        request,
        form,
        _("Change an outcome"),
        lambda facts: change_outcome(
            organization_id=request.organization.pk,
            entry_id=outcome_id,
            facts=facts,
            actor=Actor.of(request.user),
            now=timezone.now(),
        ),
        _("The outcome is changed."),
    )


@organization_page(Permission.OUTCOMES_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def outcome_delete(request: OrganizationRequest, outcome_id: int) -> HttpResponse:
    """Ask, then delete an outcome that was recorded by hand."""
    entry = get_object_or_404(OutcomeEntry, organization=request.organization, pk=outcome_id)
    if request.method == "POST":
        delete_outcome(
            organization_id=request.organization.pk,
            entry_id=outcome_id,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return done(request, _("The outcome is deleted."), _back(request))
    context = {"entry": entry, "kind": kind_words(entry.kind), "unit": unit_words(entry.unit)}
    return render(request, "seats/outcome_delete.html", context)


@organization_page(Permission.OUTCOMES_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def baseline_new(request: OrganizationRequest) -> HttpResponse:
    """Say what outcomes are held against, in a panel."""
    form = BaselineForm(
        request.POST or None, departments=_departments(request), initial=_initial(before=True)
    )
    return _form(
        request,
        form,
        _("Set a baseline"),
        lambda facts: set_baseline(
            organization_id=request.organization.pk,
            facts=facts,
            actor=Actor.of(request.user),
            now=timezone.now(),
        ),
        _("The baseline is set."),
    )


@organization_page(Permission.OUTCOMES_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def baseline_remove(request: OrganizationRequest, baseline_id: int) -> HttpResponse:
    """Ask, then remove a baseline."""
    baseline = get_object_or_404(
        OutcomeBaseline.objects.select_related("department"),
        organization=request.organization,
        pk=baseline_id,
    )
    if request.method == "POST":
        try:
            remove_baseline(
                organization_id=request.organization.pk,
                baseline_id=baseline_id,
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except ObjectDoesNotExist as error:
            raise Http404("No such baseline") from error
        return done(request, _("The baseline is removed."), _back(request))
    context = {"baseline": baseline, "kind": kind_words(baseline.kind)}
    context["unit"] = unit_words(baseline.unit)
    return render(request, "seats/baseline_remove.html", context)


def _form(
    request: OrganizationRequest,
    form: BaselineForm,
    title: str,
    save: Callable[[OutcomeFacts], object],
    said: str,
) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                save(form.facts())
            except OutcomeNotPossible as error:
                about = error.details["about"]
                form.add_error(about if about in form.fields else None, str(error))
            else:
                return done(request, said, _back(request))
    context = {"form": form, "title": title, "is_baseline": not isinstance(form, OutcomeForm)}
    return render(request, "seats/outcome_form.html", context, status=status)


def _initial(*, before: bool = False) -> dict[str, Any]:
    today = timezone.localdate()
    start = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    if before:
        ends_on = start - timedelta(days=1)
        return {"starts_on": date(ends_on.year, ends_on.month - 2, 1), "ends_on": ends_on}
    return {"starts_on": start, "ends_on": today}


def _departments(request: OrganizationRequest) -> Any:
    return Department.objects.filter(organization=request.organization)


def _back(request: OrganizationRequest) -> str:
    return reverse("outcomes", args=[request.organization.slug])
