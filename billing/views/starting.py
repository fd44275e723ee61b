"""Starting a subscription: the choice, the first card, and how far it is."""

import uuid
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.forms import add_domain_error
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from billing.domain.tax import is_vat_id_of
from billing.forms import country_choices
from billing.gateways.stripe.errors import GatewayError
from billing.models import BillingAccount, Price, SubscriptionStart
from billing.selectors.minimums import table_for
from billing.selectors.overview import billing_overview
from billing.selectors.starting import (
    days_to_pay,
    people_of,
    plans_for,
    price_of,
    seated_first,
    start_figures,
)
from billing.services.bounds import PurchaseNeedsReview
from billing.services.cards import CardNotAdded, begin_card_setup, finish_card_setup
from billing.services.choosing import StartChanged, StartUnderWay, reserve_start
from billing.services.consent import ApprovalNeeded
from billing.services.starting import advance_start, withdraw_start
from billing.services.subscriptions import AlreadySubscribed, Payer
from billing.services.trials import end_trial_now
from billing.views.words import amount_with_code, card_words, start_failure, start_remedy

_MOST_SEATS = 9_999_999


class StartForm(forms.Form):
    """What is chosen, and who pays."""

    plan = forms.SlugField(max_length=60)
    interval = forms.ChoiceField(choices=Price.Interval.choices)
    seats = forms.IntegerField(
        label=gettext_lazy("Seats"), min_value=1, max_value=_MOST_SEATS, localize=False
    )
    payer_name = forms.CharField(label=gettext_lazy("Company"), max_length=200)
    payer_email = forms.EmailField(label=gettext_lazy("E-mail address for invoices"))
    line1 = forms.CharField(label=gettext_lazy("Street"), max_length=200)
    line2 = forms.CharField(label=gettext_lazy("More address"), max_length=200, required=False)
    postal_code = forms.CharField(label=gettext_lazy("Postal code"), max_length=20, required=False)
    city = forms.CharField(label=gettext_lazy("City"), max_length=120)
    country = forms.ChoiceField(label=gettext_lazy("Country"))
    vat_id = forms.CharField(
        label=gettext_lazy("VAT id"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("Businesses in the European Union; it decides who owes the tax."),
    )
    due = forms.IntegerField(widget=forms.HiddenInput, min_value=0, localize=False)
    key = forms.UUIDField(widget=forms.HiddenInput)

    DETAILS = (
        "payer_name", "payer_email", "line1", "line2", "postal_code", "city", "country", "vat_id",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        country: Any = self.fields["country"]
        country.choices = country_choices()

    def clean_vat_id(self) -> str:
        """Refuse what no authority of the country gives out."""
        vat_id: str = self.cleaned_data["vat_id"]
        country = self.cleaned_data.get("country", "")
        if vat_id and country and not is_vat_id_of(country, vat_id):
            raise forms.ValidationError(
                _("This is not a VAT id of the country above. Leave it empty if you have none.")
            )
        return vat_id

    def details(self) -> list[forms.BoundField]:
        """The fields about who pays."""
        return [self[name] for name in self.DETAILS]

    def payer(self) -> Payer:
        """Who pays, of a form that is right."""
        given = self.cleaned_data
        return Payer(
            name=given["payer_name"],
            email=given["payer_email"],
            line1=given["line1"],
            line2=given["line2"],
            postal_code=given["postal_code"],
            city=given["city"],
            country=given["country"],
        )


def _initial(request: OrganizationRequest) -> dict[str, Any]:
    """What the page opens with: what is known of the payer, else of the organization."""
    organization = request.organization
    account = BillingAccount.objects.filter(organization=organization).first()
    known = {
        "payer_name": organization.name,
        "payer_email": request.user.email,
        "key": uuid.uuid4(),
        "interval": Price.Interval.MONTH,
        "seats": max(1, len(seated_first(_MOST_SEATS))),
    }
    if account is not None:
        given = {
            "payer_name": account.payer_name,
            "payer_email": account.payer_email,
            "line1": account.address_line1,
            "line2": account.address_line2,
            "postal_code": account.postal_code,
            "city": account.city,
            "country": account.country,
            "vat_id": account.vat_id,
        }
        known |= {name: value for name, value in given.items() if value}
    return known


def _offer(request: OrganizationRequest, asked: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of what is asked for, or why there are none."""
    organization = request.organization
    offers = plans_for(organization)
    plan = str(asked.get("plan") or (offers[0].plan.code if offers else ""))
    interval = str(asked.get("interval") or Price.Interval.MONTH)
    seats = str(asked.get("seats") or "1")
    account = BillingAccount.objects.filter(organization=organization).first()
    chosen = next((offer for offer in offers if offer.plan.code == plan), None)
    if chosen is not None and getattr(chosen, interval, None) is None:
        interval = Price.Interval.MONTH if chosen.month else Price.Interval.YEAR
    context: dict[str, Any] = {
        "plans": offers,
        "plan": plan,
        "chosen": chosen,
        "interval": interval,
        "seats": seats,
        "country": asked.get("country") or "",
        "card": card_words(account) if account else "",
        "days_to_pay": days_to_pay(organization.pk),
    }
    quantity = int(seats) if seats.isascii() and seats.isdigit() and len(seats) < 8 else 0
    if chosen is not None and (price := chosen.month if interval == "month" else chosen.year):
        least = table_for(organization.pk, price, timezone.now()).minimum_seats
        context |= {"least": least, "wanted": quantity, "needs_fewer": 0 < quantity < least}
    try:
        figures = start_figures(
            organization=organization,
            price=price_of(organization, plan, interval),
            seats=quantity,
            country=str(asked.get("country") or ""),
            vat_id=str(asked.get("vat_id") or ""),
            now=timezone.now(),
        )
    except DomainError as refusal:
        return context | {"refusal": str(refusal)}
    return context | {
        "figures": figures,
        "amount": amount_with_code(figures.due_minor, figures.currency),
        "seated": seated_first(figures.seats),
    }


@organization_page(Permission.SEATS_BUY)
@require_safe
def start(request: OrganizationRequest) -> HttpResponse:
    """Show the plans and what a choice costs; each change asks for the figures anew."""
    if billing_overview(request.organization.pk, timezone.now()) is not None:
        return redirect("seats", request.organization.slug)
    if request.headers.get("HX-Target") == "offer":
        return render(request, "billing/start_offer.html", _offer(request, request.GET.dict()))
    initial = _initial(request) | {k: v for k, v in request.GET.dict().items() if v}
    offer = _offer(request, initial)
    form = StartForm(initial=initial | {"plan": offer["plan"], "interval": offer["interval"]})
    return render(request, "billing/start.html", offer | {"form": form, "tab": "seats"})


@organization_page(Permission.SEATS_BUY, recent=Recent.BUYING, transaction=False)
@require_POST
def start_choose(request: OrganizationRequest) -> HttpResponse:
    """Store the choice and go on: to the card page without a card, else to the start itself."""
    organization, slug = request.organization, request.organization.slug
    form = StartForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            with organization_context(organization.pk, user_id=request.user.pk):
                price = price_of(organization, given["plan"], given["interval"])
            chosen = reserve_start(
                organization_id=organization.pk,
                price=price,
                seats=given["seats"],
                due_minor=given["due"],
                payer=form.payer(),
                vat_id=given["vat_id"],
                idempotency_key=f"page-{given['key']}",
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except AlreadySubscribed as refusal:
            messages.info(request, str(refusal))
            return redirect("seats", slug)
        except ApprovalNeeded as needed:
            messages.info(request, str(needed))
            return redirect(needed.ask_url)
        except PurchaseNeedsReview as waits:
            messages.info(request, str(waits))
            return redirect("purchase_review", slug, waits.review.pk)
        except StartUnderWay as other:
            messages.info(request, str(other))
            return redirect("start_progress", slug, other.details["start"])
        except StartChanged as changed:
            amount = amount_with_code(changed.details["due_minor"], changed.details["currency"])
            form.add_error(
                None,
                _("It is %(amount)s now. Nothing was charged; look again and confirm.")
                % {"amount": amount},
            )
        except DomainError as refusal:
            add_domain_error(form, refusal)
        else:
            return _go_on(request, chosen)
    with organization_context(organization.pk, user_id=request.user.pk):
        offer = _offer(request, request.POST.dict())
        context = offer | {"form": form, "tab": "seats"}
        return render(request, "billing/start.html", context, status=422)


def _go_on(request: OrganizationRequest, chosen: SubscriptionStart) -> HttpResponse:
    """Take a start as far as it gets; to Stripe's card page when it waits for a card."""
    slug = request.organization.slug
    chosen = advance_start(
        organization_id=request.organization.pk, start_id=chosen.pk, now=timezone.now()
    )
    if chosen.state != SubscriptionStart.State.RESERVED:
        return redirect("start_progress", slug, chosen.pk)
    return _to_card_page(request, chosen.pk)


def _to_card_page(request: OrganizationRequest, start_id: UUID) -> HttpResponse:
    slug = request.organization.slug
    done = request.build_absolute_uri(reverse("start_card_done", args=[slug, start_id]))
    progress = reverse("start_progress", args=[slug, start_id])
    try:
        url = begin_card_setup(
            organization_id=request.organization.pk,
            # Stripe puts the session's id where the braces are; they must stay as they are.
            success_url=f"{done}?{urlencode({'of': start_id})}&session_id={{CHECKOUT_SESSION_ID}}",
            cancel_url=request.build_absolute_uri(progress),
            now=timezone.now(),
        )
    except GatewayError:
        messages.error(
            request,
            _("Stripe's card page does not answer right now. Please try again in a minute."),
        )
        return redirect(progress)
    return redirect(url)


@organization_page(Permission.SEATS_BUY, transaction=False)
@require_safe
def start_card_done(request: OrganizationRequest, start_id: UUID) -> HttpResponse:
    """Come back from the card page: the card is used and the subscription starts."""
    organization_id = request.organization.pk
    _find(request, start_id)
    try:
        finish_card_setup(
            organization_id=organization_id,
            session_id=request.GET.get("session_id", "")[:200] or "none",
            now=timezone.now(),
        )
    except CardNotAdded as refusal:
        messages.error(request, str(refusal))
    except GatewayError:
        # The webhook or the next look goes on with it.
        messages.info(request, _("Stripe does not answer right now. This page follows by itself."))
    else:
        advance_start(organization_id=organization_id, start_id=start_id, now=timezone.now())
    return redirect("start_progress", request.organization.slug, start_id)


def _find(request: OrganizationRequest, start_id: UUID) -> SubscriptionStart:
    with organization_context(request.organization.pk, user_id=request.user.pk):
        return get_object_or_404(
            SubscriptionStart.objects.select_related("price__plan", "subscription"),
            pk=start_id,
            organization_id=request.organization.pk,
        )


@organization_page(Permission.BILLING_READ)
@require_safe
def start_progress(request: OrganizationRequest, start_id: UUID) -> HttpResponse:
    """Show how far a start is; while it is under way the page asks again by itself."""
    found = _find(request, start_id)
    account = BillingAccount.objects.filter(organization=request.organization).first()
    return render(
        request,
        "billing/start_progress.html",
        {
            "start": found,
            "card": card_words(account) if account else "",
            "amount": amount_with_code(found.due_minor, found.currency),
            "failure": start_failure(found),
            "remedy": start_remedy(found),
            "seated": people_of(found),
            "overview": billing_overview(request.organization.pk, timezone.now()),
            "may_buy": request.may(Permission.SEATS_BUY),
        },
    )


@organization_page(Permission.SEATS_BUY, recent=Recent.BUYING, transaction=False)
@require_POST
def start_continue(request: OrganizationRequest, start_id: UUID) -> HttpResponse:
    """Go on with a start that waits for a card, with the card on file or a new one."""
    found = _find(request, start_id)
    if "another" in request.POST and found.state == SubscriptionStart.State.RESERVED:
        return _to_card_page(request, start_id)
    return (
        _go_on(request, found)
        if not found.is_finished
        else redirect("start_progress", request.organization.slug, start_id)
    )


@organization_page(Permission.SEATS_BUY, transaction=False)
@require_POST
def start_withdraw(request: OrganizationRequest, start_id: UUID) -> HttpResponse:
    """Give up a start that is not paid."""
    try:
        withdraw_start(
            organization_id=request.organization.pk,
            start_id=start_id,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except SubscriptionStart.DoesNotExist as error:
        raise Http404("No such start") from error
    except GatewayError:
        messages.error(
            request, _("Stripe does not answer right now. Please try again in a minute.")
        )
        return redirect("start_progress", request.organization.slug, start_id)
    return redirect("start", request.organization.slug)


@organization_page(Permission.SEATS_BUY, recent=Recent.BUYING, transaction=False)
@require_POST
def trial_end(request: OrganizationRequest) -> HttpResponse:
    """Start to pay before the trial is over."""
    number = request.POST.get("attempt", "")
    try:
        end_trial_now(
            organization_id=request.organization.pk,
            attempt=int(number) if number.isascii() and number.isdigit() else 0,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    except GatewayError:
        messages.error(
            request, _("Stripe does not answer right now. Please try again in a minute.")
        )
    else:
        messages.success(request, _("The trial is over and the first period has begun."))
    return redirect("seats", request.organization.slug)
