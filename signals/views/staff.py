"""What the vendor's people note for themselves: when they are away, and what they know."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.forms import DateField, DateInput, Form, ModelChoiceField
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.models import Organization, User
from accounts.services.history import Actor
from accounts.views.answers import done
from signals.domain.growth import GrowthPattern
from signals.models import StaffProfile
from signals.services.notes import choose_growth, write_note
from signals.services.staff import set_absence
from signals.services.task_work import may_own_tasks


class AbsenceForm(Form):
    """Days away, and who stands in."""

    absent_from = DateField(
        label=gettext_lazy("Away from"),
        required=False,
        widget=DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    absent_until = DateField(
        label=gettext_lazy("Away until"),
        required=False,
        widget=DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("The last day; leave both empty to end the absence."),
    )
    deputy = ModelChoiceField(
        label=gettext_lazy("Deputy"),
        required=False,
        queryset=User.objects.none(),
        help_text=gettext_lazy(
            "Away for more than two days, your new and due tasks go to them and come back after."
        ),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        deputy = self.fields["deputy"]
        if isinstance(deputy, ModelChoiceField):
            deputy.queryset = may_own_tasks().exclude(pk=user.pk)


@vendor_page(Permission.TASKS_WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def absence(request: VendorRequest) -> HttpResponse:
    """Say when one is away and who stands in."""
    profile = StaffProfile.objects.filter(user=request.user).first()
    initial = {
        "absent_from": profile and profile.absent_from,
        "absent_until": profile and profile.absent_until,
        "deputy": profile and profile.deputy_id,
    }
    form = AbsenceForm(request.POST or None, initial=initial, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            saved = set_absence(
                user=request.user,
                actor=Actor.of(request.user),
                now=timezone.now(),
                **form.cleaned_data,
            )
        except DomainError as error:
            form.add_error(getattr(error, "field", None) or None, str(error))
        else:
            said = _("Your absence is planned.") if saved.absent_from else _("You are back.")
            return done(request, said, reverse("absence"))
    status = 422 if form.is_bound else 200
    return render(
        request, "signals/absence.html", {"form": form, "page_class": "page-narrow"}, status=status
    )


@vendor_page(Permission.PORTFOLIO_READ)
@require_POST
def note_save(request: VendorRequest, account: str) -> HttpResponse:
    """Write a note about an account, or the next version of one."""
    organization = get_object_or_404(Organization, slug=account)
    try:
        key = uuid.UUID(request.POST["key"]) if request.POST.get("key") else None
        write_note(
            organization_id=organization.pk,
            body=request.POST.get("body", ""),
            key=key,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except (ObjectDoesNotExist, ValueError) as error:
        raise Http404("No such note") from error
    except DomainError as error:
        messages.error(request, str(error))
    return redirect(reverse("account", args=[organization.slug]) + "#notes")


@vendor_page(Permission.PORTFOLIO_READ)
@require_POST
def growth_save(request: VendorRequest, account: str) -> HttpResponse:
    """Say how an account grew by an increase, over what the rule read."""
    organization = get_object_or_404(Organization, slug=account)
    address = reverse("account", args=[organization.slug])
    try:
        choose_growth(
            organization_id=organization.pk,
            entry_id=int(request.POST.get("entry", "0")),
            pattern=GrowthPattern(request.POST.get("pattern", "")),
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except ObjectDoesNotExist as error:
        raise Http404("No such increase") from error
    except ValueError:
        messages.error(request, _("Choose how it grew."))
        return redirect(address)
    return done(request, _("Saved: your choice applies."), address)
