"""Owner rules and previews in words, and who of the vendor reports to whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from babel.lists import format_list
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.headroom import number, reader_locale, shortdate
from signals.models import OwnerRule, StaffProfile
from signals.selectors.owners import OwnerPreview, owner_rules
from signals.selectors.sentences import about_money


@dataclass(frozen=True, slots=True)
class RuleRow:
    """An owner rule in the list. `is_passed_over` when nobody whom it names can sign in."""

    rule: OwnerRule
    number: int
    sentence: str
    is_first: bool
    is_last: bool
    is_passed_over: bool


def rule_rows() -> list[RuleRow]:
    """Return the owner rules in the order in which they are asked."""
    rules = [row for row, _rule in owner_rules()]
    return [
        RuleRow(
            rule=rule,
            number=n,
            sentence=rule_sentence(rule),
            is_first=n == 1,
            is_last=n == len(rules),
            is_passed_over=not any(manager.is_active for manager in rule.managers.all()),
        )
        for n, rule in enumerate(rules, start=1)
    ]


def rule_sentence(rule: OwnerRule) -> str:
    """Say which accounts a rule is about, and whose their tasks are."""
    managers = [str(each) for each in sorted(rule.managers.all(), key=lambda each: each.pk)]
    words = {"accounts": _accounts(rule), "managers": _one_of(managers)}
    if len(managers) == 1:
        return _("%(accounts)s: to %(managers)s.") % words
    return _("%(accounts)s: to %(managers)s, whoever has the fewest open tasks.") % words


def _accounts(rule: OwnerRule) -> str:
    parts = []
    if rule.segment:
        parts.append(capfirst(rule.get_segment_display()))
    if rule.countries:
        names = reader_locale().territories
        codes = [code.strip() for code in rule.countries.split(",") if code.strip()]
        parts.append(_one_of([names.get(code.upper(), code) for code in codes]))
    if seats := _range(rule.seats_from, rule.seats_to, is_money=False):
        parts.append(_("%(range)s seats") % {"range": seats})
    if revenue := _range(rule.arr_from, rule.arr_to, is_money=True):
        parts.append(_("%(range)s a year") % {"range": revenue})
    return ", ".join(parts) or _("Every account")


def _range(least: int | None, most: int | None, *, is_money: bool) -> str:
    def shown(value: int | None) -> str:
        return about_money((value or 0) * 100, "USD") if is_money else number(value or 0)

    if least is not None and most is not None:
        return _("%(least)s to %(most)s") % {"least": shown(least), "most": shown(most)}
    if least is not None:
        return _("at least %(least)s") % {"least": shown(least)}
    if most is not None:
        return _("at most %(most)s") % {"most": shown(most)}
    return ""


def _one_of(names: Sequence[str]) -> str:
    return format_list(list(names), style="or", locale=reader_locale())


def preview_sentence(preview: OwnerPreview) -> str:
    """Say who would be given a new task of an organization, and why."""
    name = preview.organization.name
    if preview.owner is None or preview.works is None:
        return _("Nobody: a new task of %(account)s goes into the queue.") % {"account": name}
    words = {"account": name, "owner": preview.owner, "deputy": preview.works}
    sentences = [
        _("A new task of %(account)s goes to %(owner)s, its account manager.") % words
        if preview.rule is None
        else _("A new task of %(account)s goes to %(owner)s, by this rule:") % words
        + f" {rule_sentence(preview.rule)}"
    ]
    if preview.works != preview.owner:
        sentences.append(_("%(deputy)s stands in while %(owner)s is away.") % words)
    if not preview.has_room:
        sentences.append(_("It waits for room: five new tasks a day, 25 open at once."))
    return " ".join(sentences)


@dataclass(frozen=True, slots=True)
class StaffRow:
    """Somebody who may own tasks: to whom they report, and when they are away next."""

    user: User
    manager_id: int | None
    away: str


def staff_rows(people: Sequence[User], *, now: datetime) -> list[StaffRow]:
    """Return who reports to whom."""
    profiles = {
        profile.user_id: profile
        for profile in StaffProfile.objects.filter(user__in=people).select_related("deputy")
    }
    rows = []
    for person in people:
        profile = profiles.get(person.pk)
        manager_id = profile.manager_id if profile else None
        rows.append(StaffRow(person, manager_id, _away(profile, now)))
    return rows


def _away(profile: StaffProfile | None, now: datetime) -> str:
    if profile is None or profile.absent_from is None or profile.absent_until is None:
        return ""
    if profile.absent_until < timezone.localdate(now):
        return ""
    return _("%(first)s to %(last)s: %(deputy)s") % {
        "first": shortdate(profile.absent_from),
        "last": shortdate(profile.absent_until),
        "deputy": profile.deputy or "",
    }
