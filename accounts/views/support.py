"""Support: somebody of the vendor asks, an admin consents, either ends it."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import (
    OrganizationRequest,
    VendorRequest,
    organization_page,
    vendor_page,
)
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.forms import add_domain_error
from accounts.models import Organization, SupportAccess
from accounts.services.history import Actor, record_staff_access
from accounts.services.support import MOST_MINUTES, answer_support, ask_support, end_support
from accounts.views.answers import act, done


class SupportForm(forms.Form):
    """Why somebody of the vendor wants in, and for how long."""

    reason = forms.CharField(
        label=gettext_lazy("What you want to help with"),
        max_length=300,
        help_text=gettext_lazy("The admins of the organization read it and decide."),
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"), min_value=5, max_value=MOST_MINUTES, initial=30
    )


@vendor_page(Permission.TASKS_WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def support_ask(request: VendorRequest, account: str) -> HttpResponse:
    """Ask an organization's admins to be let in; shows what was asked and answered before."""
    organization = get_object_or_404(Organization, slug=account)
    record_staff_access(user=request.user, page=request.path, organization_id=organization.pk)
    form = SupportForm(request.POST or None)
    here = reverse("support_ask", args=[account])
    if request.method == "POST" and form.is_valid():
        try:
            ask_support(
                organization_id=organization.pk,
                staff=request.user,
                now=timezone.now(),
                **form.cleaned_data,
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return done(request, _("The admins are asked by mail."), here)
    now = timezone.now()
    asked = SupportAccess.objects.filter(organization=organization, staff=request.user)[:10]
    context: dict[str, Any] = {
        "form": form,
        "account": organization,
        "asked": [(access, access.is_live(now)) for access in asked],
    }
    return render(
        request, "accounts/support_ask.html", context, status=422 if form.is_bound else 200
    )


@vendor_page(Permission.TASKS_WORK)
@require_POST
def support_leave(request: VendorRequest, account: str, access_id: int) -> HttpResponse:
    """End one's own support before its time, or take the question back."""
    organization = get_object_or_404(Organization, slug=account)
    access = get_object_or_404(
        SupportAccess, organization=organization, staff=request.user, pk=access_id
    )

    def leave() -> str:
        end_support(
            organization_id=organization.pk,
            access_id=access.pk,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("You have left the organization.")

    return act(request, leave, reverse("support_ask", args=[account]))


@organization_page(Permission.SETTINGS_MANAGE)
@require_POST
def support_answer(request: OrganizationRequest, access_id: int, answer: str) -> HttpResponse:
    """Let somebody of the vendor in to read, or to change, or not; or end what runs."""
    get_object_or_404(SupportAccess, pk=access_id)

    def decide() -> str:
        common: dict[str, Any] = {
            "organization_id": request.organization.pk,
            "access_id": access_id,
            "actor": Actor.of(request.user),
            "now": timezone.now(),
        }
        if answer == "end":
            end_support(**common)
            return _("The access has ended.")
        answer_support(
            by=request.membership,
            grants=answer in {"read", "change"},
            may_change=answer == "change",
            **common,
        )
        return _("The answer is noted; you can end the access at any time.")

    back = reverse("settings_vendor_access", args=[request.organization.slug])
    if answer not in {"read", "change", "deny", "end"}:
        return redirect(back)
    return act(request, decide, back)
