"""Asking the vendor for something: the customer's page, and the vendor's inbox."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import OrganizationRequest, VendorRequest, organization_page, vendor_page
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.services.history import Actor, record_staff_access
from signals.models import VendorRequest as Asked
from signals.services.vendor_requests import answer_request, ask_vendor

_SHOWN = 100


class AskForm(forms.Form):
    """What is asked for."""

    category = forms.ChoiceField(
        label=gettext_lazy("About"), choices=Asked.Category, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=gettext_lazy("What you need"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("For whom, and by when. Your account manager reads it."),
    )


@organization_page(Permission.SETTINGS_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: OrganizationRequest) -> HttpResponse:
    """Ask the vendor for something, and read what was answered."""
    form = AskForm(request.POST or None)
    if form.is_bound and form.is_valid():
        ask_vendor(
            organization_id=request.organization.pk,
            category=form.cleaned_data["category"],
            text=form.cleaned_data["text"],
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        messages.success(request, _("Your request is with your account manager."))
        return redirect("ask_vendor", request.organization.slug)
    asked = Asked.objects.filter(organization=request.organization)[:_SHOWN]
    context = {"form": form, "asked": asked, "tab": "ask_vendor"}
    status = 422 if form.is_bound else 200
    return render(request, "signals/ask_vendor.html", context, status=status)


@vendor_page(Permission.TASKS_WORK)
@require_safe
def inbox(request: VendorRequest) -> HttpResponse:
    """List what customers asked for; what waits comes first."""
    asked = Asked.objects.select_related("organization")
    waiting = list(asked.filter(answered_at__isnull=True).order_by("asked_at")[:_SHOWN])
    answered = list(asked.filter(answered_at__isnull=False).order_by("-answered_at")[:20])
    context = {"waiting": waiting, "answered": answered}
    return render(request, "signals/asked.html", context)


@vendor_page(Permission.TASKS_WORK)
@require_POST
def answer(request: VendorRequest, asked_id: int) -> HttpResponse:
    """Answer one of them."""
    asked = Asked.objects.filter(pk=asked_id).first()
    if asked is None:
        raise Http404("No such request")
    record_staff_access(user=request.user, page=request.path, organization_id=asked.organization_id)
    try:
        answer_request(
            organization_id=asked.organization_id,
            request_id=asked.pk,
            answer=request.POST.get("answer", "")[:2000],
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The answer is sent."))
    return redirect("asked")
