"""Settings, Approval: who approves what, tried out before it is saved."""

from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.forms import add_domain_error
from accounts.services.history import Actor
from accounts.templatetags.headroom import format_money
from accounts.views.answers import done
from billing.domain.arr import annual_minor
from billing.selectors.terms import NoSubscription, current_subscription
from procurement.domain.rules import Ask, Rules, RulesRefused, check_rules, steps_for
from procurement.forms import RulesForm
from procurement.models import ApprovalPolicy
from procurement.selectors.chain import names_of, preview_of, step_words
from procurement.selectors.refusals import rules_sentence
from procurement.selectors.rules import members_who_approve, policy_in_force
from procurement.services.policies import set_rules

_SEATS_TRIED = 5
_MOST_SEATS = 1_000_000


def _form(request: OrganizationRequest) -> tuple[RulesForm, ApprovalPolicy | None]:
    organization = request.organization
    policy = policy_in_force(organization.pk, timezone.now())
    form = RulesForm(
        request.POST or None,
        currency=organization.currency,
        members=members_who_approve(organization.pk),
        rules=policy.content() if policy else None,
    )
    return form, policy


def _page(
    request: OrganizationRequest,
    form: RulesForm,
    policy: ApprovalPolicy | None,
    tried: Rules | None,
    *,
    status: int = 200,
) -> HttpResponse:
    organization, now = request.organization, timezone.now()
    versions = ApprovalPolicy.objects.filter(organization_id=organization.pk)
    return render(
        request,
        "procurement/rules.html",
        {
            "tab": "approval_rules",
            "form": form,
            "policy": policy,
            "in_force": policy.content() if policy else None,
            "planned": versions.filter(valid_from__gt=now).first(),
            "versions": versions[:20],
            "bands": preview_of(organization.pk, tried) if tried and tried.is_enabled else [],
            "tried": tried,
            "example": _example(request, tried) if tried else "",
            "seats_tried": _seats(request),
            "may_manage": request.may(Permission.SETTINGS_MANAGE),
            "currency": organization.currency,
        },
        status=status,
    )


@organization_page(Permission.SETTINGS_READ)
@require_safe
def approval_rules(request: OrganizationRequest) -> HttpResponse:
    """Show the rules in force, how they work today, and the versions before."""
    form, policy = _form(request)
    return _page(request, form, policy, policy.content() if policy else None)


@organization_page(Permission.SETTINGS_MANAGE)
@require_POST
def approval_rules_save(request: OrganizationRequest) -> HttpResponse:
    """Try rules out, or save them as a new version."""
    form, policy = _form(request)
    if not form.is_valid():
        return _page(request, form, policy, None, status=422)
    tried = form.rules()
    try:
        check_rules(tried)
    except RulesRefused as refusal:
        field = f"from_{refusal.band}" if tried.bands else None
        form.add_error(field, rules_sentence(refusal))
        return _page(request, form, policy, None, status=422)
    if "try" in request.POST:
        return _page(request, form, policy, tried)
    try:
        saved = set_rules(
            organization_id=request.organization.pk,
            rules=tried,
            valid_from=form.valid_from_in(ZoneInfo(request.organization.time_zone)),
            reason=form.cleaned_data["note"],
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except DomainError as error:
        add_domain_error(form, error)
        return _page(request, form, policy, tried, status=422)
    return done(
        request,
        _("Saved as version %(version)s. Requests that wait keep the chain they began with.")
        % {"version": saved.version},
        reverse("approval_rules", args=[request.organization.slug]),
    )


def _seats(request: OrganizationRequest) -> int:
    given = request.POST.get("seats") or request.GET.get("seats") or ""
    asked = int(given) if given.isascii() and given.isdigit() and len(given) < 8 else _SEATS_TRIED
    return min(max(asked, 1), _MOST_SEATS)


def _example(request: OrganizationRequest, rules: Rules) -> str:
    """Return who would approve so many seats more, in a sentence; empty without a subscription."""
    try:
        subscription = current_subscription(request.organization.pk)
    except NoSubscription:
        return ""
    price, seats = subscription.price, _seats(request)
    table, held = price.table(), subscription.purchased_seats
    amount = annual_minor(table, held + seats, price.billing_interval) - annual_minor(
        table, held, price.billing_interval
    )
    steps = steps_for(rules, Ask(price.currency, amount, 0))
    names = names_of(request.organization.pk, steps)
    what = ngettext("A purchase of %(n)s seat", "A purchase of %(n)s seats", seats) % {"n": seats}
    facts = {"what": what, "amount": format_money(amount, price.currency)}
    if not steps:
        return _("%(what)s for %(amount)s a year needs no approval.") % facts
    then = _(", then ").join(step_words(step, names) for step in steps)
    return _("%(what)s for %(amount)s a year would be approved by %(who)s.") % (
        facts | {"who": then}
    )
