"""The limit of an organization: on every screen while it counts, and where the vendor sets it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission, may
from accounts.errors import DomainError
from accounts.models import Membership, Organization
from accounts.replica import reading_connection
from accounts.services.history import Actor, record_staff_access
from accounts.tenancy import organization_context
from seats.domain.limits import AtEnd, LimitMode, LimitPolicy
from seats.models import LimitChange, SeatPool
from seats.selectors.limits import limit_changes, limit_consequence, pool_of
from seats.selectors.people import seat_room
from seats.services.limits import (
    LARGEST_ALLOWANCE_SEATS,
    LONGEST_ALLOWANCE_DAYS,
    LimitNotPossible,
    check_limit,
    set_limit,
    undo_limit_change,
)

_SHOWN_CHANGES = 10


def limit_banner(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the overage of the organization while it counts down or is kept."""
    membership: Membership | None = getattr(request, "membership", None)
    # A page that commits by itself renders outside of its tenancy context, where no row is visible.
    if (
        membership is None
        or not reading_connection().in_atomic_block
        or getattr(request, "htmx", False)
    ):
        return {}
    pool = (
        SeatPool.objects.filter(organization_id=membership.organization_id)
        .exclude(overage_since__isnull=True)
        .exclude(limit=SeatPool.Limit.TRUE_UP)
        .first()
    )
    if pool is None:
        return {}
    until = pool.overage_until
    return {
        "overage": {
            "seats": pool.assigned_seats - pool.purchased_seats,
            "until": until,
            "days_left": max(0, (until - timezone.now()).days) if until else 0,
            "at_end": pool.at_end,
            "may_buy": membership.may(Permission.SEATS_BUY),
        }
    }


class LimitForm(forms.Form):
    """A limit as the vendor sets it."""

    limit = forms.ChoiceField(
        label=gettext_lazy("Limit"),
        choices=[
            (SeatPool.Limit.HARD, gettext_lazy("Hard: nobody beyond the purchased seats")),
            (SeatPool.Limit.SOFT, gettext_lazy("Soft: some seats are lent for some days")),
            (
                SeatPool.Limit.TRUE_UP,
                gettext_lazy("Charged: the true-up takes what is beyond the purchased seats"),
            ),
        ],
        widget=forms.RadioSelect,
    )
    allowance_seats = forms.IntegerField(
        label=gettext_lazy("Seats beyond the purchased ones"),
        min_value=0,
        max_value=LARGEST_ALLOWANCE_SEATS,
        required=False,
    )
    allowance_days = forms.IntegerField(
        label=gettext_lazy("Days they are lent for"),
        min_value=0,
        max_value=LONGEST_ALLOWANCE_DAYS,
        required=False,
        help_text=gettext_lazy("Of a soft limit, from the first seat too many on."),
    )
    at_end = forms.ChoiceField(
        label=gettext_lazy("When the days are over"),
        choices=[
            (AtEnd.HARD, gettext_lazy("Who sits keeps the seat, and nobody else is given one")),
            (AtEnd.TRUE_UP, gettext_lazy("It goes on, and the true-up charges it")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )

    def policy(self) -> LimitPolicy:
        """Return the limit that was filled in; what its kind does not have is left out."""
        data = self.cleaned_data
        mode = LimitMode(data["limit"])
        if mode is LimitMode.HARD:
            return LimitPolicy(mode)
        seats = data["allowance_seats"] or 0
        if mode is LimitMode.TRUE_UP:
            return LimitPolicy(mode, seats, at_end=AtEnd.TRUE_UP)
        return LimitPolicy(
            mode, seats, data["allowance_days"] or 0, AtEnd(data["at_end"] or AtEnd.HARD)
        )


def limit_initial(pool: SeatPool) -> dict[str, Any]:
    """Return a pool's limit as the form begins with it; a closed one is to be a hard one."""
    closed = pool.limit == SeatPool.Limit.CLOSED
    return {
        "limit": SeatPool.Limit.HARD if closed else pool.limit,
        "allowance_seats": pool.allowance_seats or None,
        "allowance_days": pool.allowance_days or None,
        "at_end": pool.at_end,
    }


def seat_limit_context(organization: Organization) -> dict[str, Any]:
    """Return the context of `seats/limit_section.html`, for the organization's contract page."""
    return {
        "seat_limit_slug": organization.slug,
        "seat_limit": seat_room(organization_id=organization.pk),
    }


@vendor_page(Permission.CONTRACTS_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def seat_limit(request: VendorRequest, account: str) -> HttpResponse:
    """Show an organization's limit; another one first with what it would do, then with a reason."""
    organization = get_object_or_404(Organization, slug=account)
    record_staff_access(user=request.user, page=request.path, organization_id=organization.pk)
    may_manage = may(request.vendor_role, Permission.CONTRACTS_MANAGE)
    if request.method == "POST" and not may_manage:
        raise PermissionDenied
    now = timezone.now()
    sent = request.POST if request.method == "POST" else request.GET
    with organization_context(organization.pk):
        pool = pool_of(organization.pk)
        is_asked = "limit" in sent
        form = LimitForm(sent if is_asked else None, initial=limit_initial(pool))
        consequence = None
        status = 200
        if is_asked and form.is_valid():
            try:
                check_limit(form.policy(), organization_id=organization.pk, now=now)
                if request.method == "POST":
                    return _set(request, organization, form)
            except LimitNotPossible as refusal:
                _refuse(form, refusal)
        if is_asked:
            status = 200 if form.is_valid() and request.method != "POST" else 422
        if is_asked and form.is_valid():
            consequence = limit_consequence(
                organization_id=organization.pk, policy=form.policy(), now=now
            )
        changes = list(limit_changes(organization.pk)[:_SHOWN_CHANGES])
        return render(
            request,
            "seats/seat_limit.html",
            {
                "account_organization": organization,
                "form": form,
                "consequence": consequence,
                "room": seat_room(organization_id=organization.pk),
                "changes": changes,
                "undoable": changes[0]
                if changes and changes[0].cause == LimitChange.Cause.VENDOR
                else None,
                "may_manage": may_manage,
                "reason": sent.get("reason", ""),
            },
            status=status,
        )


def _set(request: VendorRequest, organization: Organization, form: LimitForm) -> HttpResponse:
    changed = set_limit(
        organization_id=organization.pk,
        policy=form.policy(),
        reason=request.POST.get("reason", ""),
        actor=Actor.of(request.user),
        now=timezone.now(),
    )
    if changed is None:
        messages.info(request, _("That is the limit already."))
    else:
        messages.success(request, _("The limit is set. It can be taken back below."))
    return redirect("seat_limit", organization.slug)


def _refuse(form: LimitForm, refusal: LimitNotPossible) -> None:
    about = refusal.details.get("about", "")
    form.add_error(about if about in form.fields else None, str(refusal))


@vendor_page(Permission.CONTRACTS_MANAGE)
@require_POST
def seat_limit_undo(request: VendorRequest, account: str, limit_change_id: int) -> HttpResponse:
    """Bring back the limit from before the latest change."""
    organization = get_object_or_404(Organization, slug=account)
    record_staff_access(user=request.user, page=request.path, organization_id=organization.pk)
    try:
        undo_limit_change(
            organization_id=organization.pk,
            change_id=limit_change_id,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except ObjectDoesNotExist as error:
        raise Http404("No such change") from error
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The limit from before holds again."))
    return redirect("seat_limit", organization.slug)
