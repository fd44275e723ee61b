"""A true-up in words: how an amount came about, what comes next, what its terms say.

Owns: the sentences that pages, documents and workbooks share. Does not own: the figures.
"""

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.headroom import format_money, longdate, number, percent
from trueups.domain.states import State
from trueups.domain.terms import Policy, ReviewDefault, ShareRule, Terms
from trueups.models import TrueUp, TrueUpLine

_HOUR = 3600
_QUARTERS_OF_A_YEAR = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an arithmetic: words, and the amount that it leads to.

    `kind` is "part" for a tier of the step before it, "sum" for a total, "factor" for what an
    amount is multiplied with (then `value` says it) and "result" for what stands on the line.
    """

    words: str
    kind: str
    value: str


def arithmetic_steps(line: TrueUpLine) -> list[Step]:
    """Return how the amount of a line came about, tier by tier; empty where nothing is charged."""
    told = line.arithmetic
    if not told:
        return []
    currency = told["currency"]
    steps = [*_side(told["to"], currency, _sum_words), *_side(told["from"], currency, _less_words)]
    difference = format_money(told["difference_minor"], currency)
    steps.append(Step(_("The difference"), "sum", difference))
    if line.takes_effect != TrueUpLine.Effect.NOW:
        return [*steps, Step(effect_words(line), "result", format_money(0, currency))]
    share = Fraction(told["share"])
    steps.append(Step(share_words(line.true_up, share), "factor", f"× {share_percent(share)}"))
    if told["discount_basis_points"]:
        off = Fraction(told["discount_basis_points"], 10_000)
        steps.append(
            Step(
                _("Your discount"),
                "factor",
                f"× (1 - {percent(off, 0 if off * 100 % 1 == 0 else 2)})",
            )
        )
    amount = format_money(told["amount_minor"], currency)
    return [*steps, Step(_("Rounded once, to the smallest unit"), "result", amount)]


def _sum_words(seats: int) -> str:
    return ngettext("%(n)s seat for a whole term", "%(n)s seats for a whole term", seats) % {
        "n": number(seats)
    }


def _less_words(seats: int) -> str:
    return ngettext(
        "less %(n)s seat for a whole term", "less %(n)s seats for a whole term", seats
    ) % {"n": number(seats)}


def _side(side: dict[str, Any], currency: str, words: Any) -> list[Step]:
    steps = [Step(words(side["seats"]), "sum", format_money(side["total_minor"], currency))]
    return steps + [
        Step(tier_words(tier, currency), "part", format_money(tier["amount_minor"], currency))
        for tier in side["tiers"]
    ]


def tier_words(tier: dict[str, Any], currency: str) -> str:
    """Return what one tier costs: `Seats 11 to 50: 40 × €8.00`."""
    unit = format_money(tier["unit_minor"], currency)
    named = {
        "first": number(tier["first"]),
        "last": number(tier["last"]),
        "n": number(tier["seats"]),
        "unit": unit,
    }
    if tier["first"] == tier["last"]:
        words = _("Seat %(first)s: %(n)s × %(unit)s") % named
    else:
        words = _("Seats %(first)s to %(last)s: %(n)s × %(unit)s") % named
    if tier["flat_minor"]:
        flat = format_money(tier["flat_minor"], currency)
        words += " + " + flat
    return words


def share_percent(share: Fraction) -> str:
    """Return a share with as many places as it needs, four at most."""
    hundredths = share * 100
    places = next((n for n in range(4) if hundredths * 10**n % 1 == 0), 4)
    return percent(share, places)


def share_words(true_up: TrueUp, share: Fraction) -> str:
    """Return what is left of the term: in days, or in quarters where the contract counts so."""
    if true_up.agreed().share_rule is ShareRule.REMAINING_QUARTERS:
        # The share is stored in its lowest terms: 1/2 are 2 of 4 quarters.
        factor = max(_QUARTERS_OF_A_YEAR // share.denominator, 1)
        return _("%(left)s of %(all)s quarters of the term are left") % {
            "left": number(share.numerator * factor),
            "all": number(share.denominator * factor),
        }
    if not true_up.term:
        return _("What is left of the term")
    whole = _seconds_of(true_up)
    return _("%(left)s of %(all)s are left of the term, until %(day)s") % {
        "left": length_words(whole * share),
        "all": length_words(Fraction(whole)),
        "day": longdate(timezone.localtime(true_up.term.upper).date()),
    }


def length_words(seconds: Fraction) -> str:
    """Return a length of time to the nearest hour: `272 days and 23 hours`, `365 days`."""
    days, hours = divmod(int(seconds / _HOUR + Fraction(1, 2)), 24)
    told_days = ngettext("%(n)s day", "%(n)s days", days) % {"n": number(days)}
    told_hours = ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": number(hours)}
    if not hours:
        return told_days
    if not days:
        return told_hours
    return _("%(days)s and %(hours)s") % {"days": told_days, "hours": told_hours}


def exact_share_words(true_up: TrueUp, share: Fraction) -> str:
    """Return the share that is reckoned with, to the second; empty where it is told in quarters."""
    if true_up.agreed().share_rule is ShareRule.REMAINING_QUARTERS or not true_up.term:
        return ""
    whole = _seconds_of(true_up)
    return _("Reckoned to the second: %(left)s of the term's %(all)s seconds are left.") % {
        "left": number(int(whole * share)),
        "all": number(whole),
    }


def _seconds_of(true_up: TrueUp) -> int:
    return int((true_up.term.upper - true_up.term.lower).total_seconds())


def effect_words(line: TrueUpLine) -> str:
    """Return when a line takes effect, where that is not now."""
    if line.takes_effect == TrueUpLine.Effect.RENEWAL:
        return _(
            "These seats are committed for the term. They go at the renewal; until then nothing is "
            "credited."
        )
    return _("Nothing is left of the term, so nothing is charged.")


def line_title(line: TrueUpLine) -> str:
    """Return what a line is: `10 seats beyond what was bought`."""
    seats = abs(line.seats_delta)
    named = {"n": number(seats)}
    if line.kind == TrueUpLine.Kind.OVERAGE:
        return (
            ngettext(
                "%(n)s seat beyond what was bought", "%(n)s seats beyond what was bought", seats
            )
            % named
        )
    if line.takes_effect == TrueUpLine.Effect.RENEWAL:
        return (
            ngettext("%(n)s seat goes at the renewal", "%(n)s seats go at the renewal", seats)
            % named
        )
    return ngettext("%(n)s seat given back", "%(n)s seats given back", seats) % named


def policy_words(terms: Terms) -> str:
    """Return whose seats count, as a sentence."""
    if terms.policy is Policy.STRICT:
        return _("Every assigned seat counts.")
    if terms.policy is Policy.FLEXIBLE:
        return _("Assigned seats of active people count.")
    return _("Every assigned seat counts; inactive people can be removed against a credit.")


def activity_words(terms: Terms) -> str:
    """Return who counts as active, as a sentence."""
    need = terms.activity.least_active_days
    window = number(terms.activity.window_days)
    words = ngettext(
        "Active is who worked on at least %(n)s day of the last %(window)s.",
        "Active is who worked on at least %(n)s days of the last %(window)s.",
        need,
    ) % {"n": number(need), "window": window}
    if terms.activity.counts_sign_ins:
        return words + " " + _("A sign-in counts as work.")
    return words + " " + _("A sign-in alone does not count.")


def default_words(terms: Terms) -> str:
    """Return what happens at the end of the review to people nobody decided on."""
    if terms.review_default is ReviewDefault.REMOVE:
        return _("Inactive people nobody decided on are removed, and their seats credited.")
    return _("Everybody nobody decided on keeps the seat.")


def lock_out_words(terms: Terms) -> str:
    """Return the rule of coming back, as it stands before a removal."""
    if not terms.lock_out_days:
        return _("Whoever is removed can have a seat again at any time, at its price.")
    return ngettext(
        "Whoever is removed and gets a seat again within %(n)s day brings exactly the credit back "
        "as a charge. Afterwards a seat costs what it costs then.",
        "Whoever is removed and gets a seat again within %(n)s days brings exactly the credit back "
        "as a charge. Afterwards a seat costs what it costs then.",
        terms.lock_out_days,
    ) % {"n": number(terms.lock_out_days)}


def terms_words(terms: Terms) -> dict[str, str]:
    """Return terms as sentences, as trueups/terms_list.html shows them."""
    return {
        "policy_words": policy_words(terms),
        "activity_words": activity_words(terms),
        "default_words": default_words(terms),
        "lock_out_words": lock_out_words(terms),
    }


def evidence_words(true_up: TrueUp, line: TrueUpLine) -> list[str]:
    """Return what a line rests on, as sentences."""
    exact = exact_share_words(true_up, line.share_fraction) if line.amount_minor else ""
    share = [exact] if exact else []
    if line.kind == TrueUpLine.Kind.REMOVAL:
        return share
    told = []
    if true_up.peak_at:
        told.append(
            _("%(peak)s seats counted at once, first on %(at)s; %(purchased)s were bought.")
            % {
                "peak": number(true_up.peak_seats),
                "at": longdate(true_up.peak_at.astimezone(ZoneInfo(true_up.time_zone)).date()),
                "purchased": number(true_up.purchased_seats),
            }
        )
    covered = true_up.counted_overage - true_up.overage_seats - true_up.waived_seats
    if covered > 0:
        told.append(
            ngettext(
                "%(n)s seat bought since is taken off: nobody pays for it twice.",
                "%(n)s seats bought since are taken off: nobody pays for them twice.",
                covered,
            )
            % {"n": number(covered)}
        )
    if true_up.waived_seats:
        told.append(
            ngettext(
                "%(n)s seat is waived by %(who)s: %(why)s",
                "%(n)s seats are waived by %(who)s: %(why)s",
                true_up.waived_seats,
            )
            % {
                "n": number(true_up.waived_seats),
                "who": true_up.waived_by_label,
                "why": true_up.waive_reason,
            }
        )
    return told + share


def next_step(true_up: TrueUp, *, disputes: int, is_vendor: bool) -> str:
    """Return what comes next, in plain words for the reader's side."""
    zone = ZoneInfo(true_up.time_zone)
    facts = {
        "amount": format_money(abs(true_up.total_minor), true_up.currency or "EUR"),
        "end": longdate(
            (true_up.quarter.upper - timedelta(microseconds=1)).astimezone(zone).date()
        ),
        "until": longdate(true_up.review_until.astimezone(zone).date())
        if true_up.review_until
        else "",
        "who": true_up.signed_by_label,
        "n": number(true_up.agreed().review_days),
        "reason": true_up.stop_reason,
    }
    sentence = _vendor_step(true_up, disputes) if is_vendor else _customer_step(true_up, disputes)
    return sentence % facts


def _vendor_step(true_up: TrueUp, disputes: int) -> str:
    match true_up.current_state:
        case State.SCHEDULED | State.NOTICED:
            return _("The quarter ends on %(end)s. Then the customer has %(n)s days to review it.")
        case State.IN_REVIEW | State.RETURNED:
            return _("The customer decides until %(until)s. After that it is yours to sign.")
        case State.WITH_FINANCE if disputes:
            return _("A line is disputed. Answer the customer, then sign at the bottom.")
        case State.WITH_FINANCE if true_up.problem == "not_for_sale":
            return _("The price does not reach so many seats: waive some, or agree on another one.")
        case State.WITH_FINANCE if true_up.problem:
            return _("There is no subscription to charge this to. Call the true-up off.")
        case State.WITH_FINANCE if true_up.total_minor < 0:
            return _("Look at the lines, then sign at the bottom. Signing credits %(amount)s.")
        case State.WITH_FINANCE:
            return _("Look at the lines, then sign at the bottom. Signing invoices %(amount)s.")
        case State.SIGNED:
            return _("Signed by %(who)s. Nothing has moved yet.")
        case State.SETTLING:
            return _("It is being settled at Stripe. This page follows by itself.")
        case State.STOPPED:
            return _("It stopped before anything was granted: %(reason)s")
        case State.SETTLED:
            return _("It is settled. Nothing is left to do.")
    return _("It was called off. Nothing was charged or credited.")


def _customer_step(true_up: TrueUp, disputes: int) -> str:
    match true_up.current_state:
        case State.SCHEDULED | State.NOTICED:
            return _(
                "The quarter ends on %(end)s. Then you have %(n)s days to look at everything "
                "before anything is charged."
            )
        case State.IN_REVIEW | State.RETURNED:
            return _("Your organization decides until %(until)s.")
        case State.WITH_FINANCE if disputes:
            return _("We look at what you disputed and answer you before anything is signed.")
        case State.WITH_FINANCE | State.SIGNED:
            return _("Our finance looks at every line and signs. Nothing is charged before that.")
        case State.SETTLING | State.STOPPED:
            return _("It is signed and being settled. You find the invoice with your invoices.")
        case State.SETTLED:
            return _("It is settled. The invoice or credit note is with your invoices.")
    return _("It was called off. Nothing was charged or credited.")
