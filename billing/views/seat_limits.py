"""Which limit of seats organizations begin with: by plan, by segment, or all of them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission, may
from accounts.models import Organization
from accounts.services.history import Actor
from accounts.views.answers import act
from billing.models import Plan
from seats.domain.limits import LimitMode
from seats.models import LimitDefault
from seats.services.limits import remove_default_limit, set_default_limit
from seats.views.limits import LimitForm


class DefaultLimitForm(LimitForm):
    """A limit, and for whom it is the beginning."""

    plan = forms.ModelChoiceField(
        label=gettext_lazy("Plan"),
        queryset=Plan.objects.all(),
        required=False,
        empty_label=gettext_lazy("every plan"),
    )
    segment = forms.ChoiceField(label=gettext_lazy("Segment"), required=False)
    field_order = ("plan", "segment")

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        segment: Any = self.fields["segment"]
        segment.choices = [("", _("every segment")), *Organization.Segment.choices]

    def clean(self) -> dict[str, Any]:
        """Refuse a limit that lends nothing, or for no time."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        mode = data.get("limit")
        if mode in (LimitMode.SOFT, LimitMode.TRUE_UP) and not data.get("allowance_seats"):
            self.add_error("allowance_seats", _("Say how many seats are lent, at least one."))
        if mode == LimitMode.SOFT and not data.get("allowance_days"):
            self.add_error(
                "allowance_days", _("Say for how many days seats are lent, at least one.")
            )
        return data


@vendor_page(Permission.POLICIES_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def seat_limit_defaults(request: VendorRequest) -> HttpResponse:
    """Show which limits organizations begin with; set one of them."""
    may_manage = may(request.vendor_role, Permission.POLICIES_MANAGE)
    if request.method == "POST" and not may_manage:
        raise PermissionDenied
    form = DefaultLimitForm(request.POST or None, initial={"limit": "hard", "at_end": "hard"})
    if request.method == "POST" and form.is_valid():
        plan = form.cleaned_data["plan"]
        set_default_limit(
            plan_code=plan.code if plan else "",
            segment=form.cleaned_data["segment"],
            policy=form.policy(),
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        messages.success(request, _("Who begins from now on has this limit."))
        return redirect("seat_limit_defaults")
    names = dict(Plan.objects.values_list("code", "name"))
    return render(
        request,
        "billing/seat_limit_defaults.html",
        {
            "tab": "seat_limits",
            "form": form,
            "rows": [
                (row, names.get(row.plan_code, row.plan_code)) for row in LimitDefault.objects.all()
            ],
            "may_manage": may_manage,
        },
        status=422 if request.method == "POST" else 200,
    )


@vendor_page(Permission.POLICIES_MANAGE)
@require_POST
def seat_limit_default_remove(request: VendorRequest, limit_default_id: int) -> HttpResponse:
    """Remove one of the limits that organizations begin with."""

    def remove() -> str:
        remove_default_limit(
            default_id=limit_default_id, actor=Actor.of(request.user), now=timezone.now()
        )
        return _("Removed. Who has begun with this limit keeps it.")

    return act(request, remove, reverse("seat_limit_defaults"))
