"""The vendor's rules: their settings, a try before a change, and putting it into force."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import VendorRequest, staff_scope, vendor_page
from accounts.domain.roles import Permission, may
from accounts.models import Organization
from accounts.services.history import Actor
from signals.domain.detectors.rules import SETTINGS
from signals.domain.rule_settings import SettingsRefused, knobs
from signals.selectors import rule_pages
from signals.selectors.rule_settings import InForce
from signals.selectors.rule_words import LABELS, TEXTS, looks_back, problem_text, unit_word
from signals.services.dry_runs import NotTriedYet, ask_dry_run, put_into_force
from signals.services.rule_settings import reset_rule
from signals.tasks import try_rules


class RuleForm(forms.Form):
    """The thresholds of one rule; which are right the rule itself says."""

    def __init__(self, kind: str, in_force: InForce, data: Any = None) -> None:
        values = in_force.thresholds.as_json() | {"is_on": in_force.is_on}
        super().__init__(data, initial=values)
        self.fields["is_on"] = forms.BooleanField(
            label=gettext_lazy("The rule is on"), required=False
        )
        for knob in knobs(SETTINGS[kind]):
            self.fields[knob.name] = forms.CharField(
                label=str(LABELS[knob.name]),
                help_text=_("In %(unit)s, from %(least)s to %(most)s. Usual: %(usual)s.")
                % {
                    "unit": unit_word(knob.unit),
                    "least": knob.least,
                    "most": knob.most,
                    "usual": knob.default,
                },
                widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 9}),
            )

    @property
    def thresholds(self) -> dict[str, object]:
        """What was typed, by name."""
        return {key: value for key, value in self.cleaned_data.items() if key != "is_on"}


def _kind(kind: str) -> str:
    if kind not in SETTINGS:
        raise Http404("No such rule")
    return kind


def _organization(request: VendorRequest) -> Organization | None:
    """Return the organization that the address names; the rule of all without one."""
    name = (request.POST.get("organization") or request.GET.get("organization", "")).strip()
    if not name:
        return None
    found = Organization.objects.filter(external_id=name).first()
    if found is None:
        raise Http404("No such organization")
    return found


def _address(kind: str, organization: Organization | None) -> str:
    query = f"?organization={organization.external_id}" if organization else ""
    return reverse("rule", args=[kind]) + query


@vendor_page(Permission.RULES_READ)
@require_safe
def rule(request: VendorRequest, rule_kind: str) -> HttpResponse:
    """Show a rule's settings, who differs, and what changed."""
    kind, organization = _kind(rule_kind), _organization(request)
    book = rule_pages.book_of(kind)
    form = RuleForm(kind, book.of(organization.pk if organization else None))
    return _page(request, kind, organization, form)


def _page(
    request: VendorRequest,
    kind: str,
    organization: Organization | None,
    form: RuleForm,
    status: int = 200,
) -> HttpResponse:
    book = rule_pages.book_of(kind)
    in_force = book.of(organization.pk if organization else None)
    # Dry runs and changes name organizations outside the portfolio of a reader.
    may_manage = may(request.vendor_role, Permission.RULES_MANAGE)
    context = {
        "kind": kind,
        "title": rule_pages.title_of(kind),
        "text": TEXTS[kind],
        "organization_named": organization,
        "organizations": Organization.objects.order_by("name").values_list("external_id", "name"),
        "in_force": in_force,
        "form": form,
        "differ": rule_pages.organizations_that_differ(kind),
        "changes": rule_pages.changes_of(kind) if may_manage else [],
        "runs": rule_pages.runs_of(kind) if may_manage else [],
        "looks_back": looks_back(kind),
        "thresholds": rule_pages.thresholds_in_words(kind, in_force.thresholds.as_json()),
        "may_manage": may_manage,
    }
    return render(request, "signals/rule.html", context, status=status)


@vendor_page(Permission.RULES_MANAGE, transaction=False)
@require_POST
def rule_try(request: VendorRequest, rule_kind: str) -> HttpResponse:
    """Begin a dry run of the settings that were typed."""
    with staff_scope(request):
        kind, organization = _kind(rule_kind), _organization(request)
        book = rule_pages.book_of(kind)
        form = RuleForm(kind, book.of(organization.pk if organization else None), request.POST)
        is_valid = form.is_valid()
    if is_valid:
        try:
            run = ask_dry_run(
                kind=kind,
                organization_id=organization.pk if organization else None,
                thresholds=form.thresholds,
                is_on=form.cleaned_data["is_on"],
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except SettingsRefused as refused:
            for problem in refused.problems:
                name = problem.name if problem.name in form.fields else None
                form.add_error(name, problem_text(problem))
        else:
            transaction.on_commit(lambda: try_rules.delay())
            return redirect("rule_run", run.pk)
    with staff_scope(request):
        return _page(request, kind, organization, form, status=422)


@vendor_page(Permission.RULES_MANAGE, transaction=False)
@require_POST
def rule_reset(request: VendorRequest, rule_kind: str) -> HttpResponse:
    """Give up own settings of a rule."""
    with staff_scope(request):
        kind, organization = _kind(rule_kind), _organization(request)
    reset_rule(
        kind=kind,
        organization_id=organization.pk if organization else None,
        actor=Actor.of(request.user),
        now=timezone.now(),
    )
    messages.success(request, _("The usual settings are in force again."))
    return redirect(_address(kind, None))


@vendor_page(Permission.RULES_MANAGE)
@require_safe
def rule_run(request: VendorRequest, run_id: UUID) -> HttpResponse:
    """Show how far a dry run is, and what it found."""
    run = rule_pages.dry_run(run_id)
    if run is None:
        raise Http404("No such run")
    rows = rule_pages.fired(run)
    context = {
        "run": run,
        "title": rule_pages.title_of(run.kind),
        "back": _address(run.kind, run.organization),
        "thresholds": rule_pages.thresholds_in_words(run.kind, run.thresholds),
        "rows": rows[:200],
        "more": max(len(rows) - 200, 0),
        "looks_back": looks_back(run.kind),
        "is_working": run.state in (run.State.WAITING, run.State.RUNNING),
    }
    return render(request, "signals/rule_run.html", context)


@vendor_page(Permission.RULES_MANAGE, transaction=False)
@require_http_methods(["POST"])
def rule_in_force(request: VendorRequest, run_id: UUID) -> HttpResponse:
    """Put the settings of a dry run into force."""
    run = rule_pages.dry_run(run_id)
    if run is None:
        raise Http404("No such run")
    try:
        put_into_force(run_id=run_id, actor=Actor.of(request.user), now=timezone.now())
    except NotTriedYet as error:
        messages.error(request, str(error))
        return redirect("rule_run", run_id)
    messages.success(request, _("The settings are in force from the next look on."))
    return redirect(_address(run.kind, run.organization))
