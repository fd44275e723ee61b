"""Expansion tasks as a file for a CRM: mappings, the file, what changed since the last one."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import VendorRequest, vendor_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.exports import table_response, wanted_format
from accounts.forms import add_domain_error
from accounts.services.history import Actor
from accounts.views.answers import done
from signals.domain.crm import DealField, Preset
from signals.models import CrmMapping
from signals.selectors.crm import column_rows, stage_rows
from signals.services.crm import add_mapping, change_mapping, export_deals, last_export


class MappingForm(forms.Form):
    """A new mapping: its name, and whose names it begins with."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    preset = forms.ChoiceField(
        label=gettext_lazy("Begins with the names of"), choices=CrmMapping.PresetChoice.choices
    )


@vendor_page(Permission.TASKS_WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def crm_exports(request: VendorRequest) -> HttpResponse:
    """List the mappings with the reader's last export of each; add one."""
    form = MappingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            mapping = add_mapping(
                name=form.cleaned_data["name"],
                preset=Preset(form.cleaned_data["preset"]),
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            address = reverse("crm_mapping", args=[mapping.pk])
            return done(request, _("The mapping is added."), address)
    rows = [(each, last_export(each, request.user)) for each in CrmMapping.objects.all()]
    context = {"form": form, "rows": rows}
    status = 422 if form.errors else 200
    return render(request, "signals/crm_exports.html", context, status=status)


@vendor_page(Permission.TASKS_WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def crm_mapping(request: VendorRequest, mapping_id: int) -> HttpResponse:
    """Show a mapping; change its headings and stages."""
    mapping = get_object_or_404(CrmMapping, pk=mapping_id)
    context: dict[str, Any] = {"mapping": mapping}
    if request.method == "POST":
        columns = [(request.POST.get(f"column_{f.value}", "")[:80], f.value) for f in DealField]
        stages = {name: request.POST.get(f"stage_{name}", "") for name, *_rest in stage_rows({})}
        try:
            change_mapping(
                mapping_id=mapping.pk,
                columns=_in_order(mapping, columns),
                stages=stages,
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except DomainError as error:
            context |= {"error": str(error), "columns": column_rows(columns)}
            context["stages"] = stage_rows(stages)
            return render(request, "signals/crm_mapping.html", context, status=422)
        return done(request, _("The mapping is saved."), reverse("crm_exports"))
    context["columns"] = column_rows([(heading, name) for heading, name in mapping.columns])
    context["stages"] = stage_rows(mapping.stages)
    return render(request, "signals/crm_mapping.html", context)


def _in_order(mapping: CrmMapping, columns: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the columns in the mapping's order, new ones at the end."""
    order = [name for _heading, name in mapping.columns]
    return sorted(columns, key=lambda pair: order.index(pair[1]) if pair[1] in order else 99)


@vendor_page(Permission.TASKS_WORK, recent=Recent.EXPORTING)
@require_POST
def crm_export(request: VendorRequest, mapping_id: int, format: str) -> HttpResponse:
    """Return the file: every task in the reader's scope, or what changed since the last one."""
    mapping = get_object_or_404(CrmMapping, pk=mapping_id)
    headings, rows = export_deals(
        mapping=mapping,
        user=request.user,
        is_incremental=request.POST.get("what") == "changed",
        actor=Actor.of(request.user),
        now=timezone.now(),
    )
    return table_response(f"deals-{mapping.preset}", wanted_format(format), headings, rows)
