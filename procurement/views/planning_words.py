"""Days to start by, and what moved them, in sentences."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.headroom import longdate, number
from procurement.domain.calendar import Move, Moved, Outlook, QuarterOutlook, QuarterRisk
from procurement.domain.planning import PlanState
from procurement.selectors.planning import PlanRow


def in_days(days: int) -> str:
    """Return how far a day is: today, in 12 days, 3 days ago."""
    if days == 0:
        return _("today")
    if days > 0:
        return ngettext("in %(n)s day", "in %(n)s days", days) % {"n": number(days)}
    return ngettext("%(n)s day ago", "%(n)s days ago", -days) % {"n": number(-days)}


def move_sentence(move: Move) -> str:
    """Return why a day is an earlier one."""
    facts = {
        "from": longdate(move.from_day),
        "to": longdate(move.to_day),
        "name": move.name or _("a freeze"),
    }
    if move.why is Moved.CLOSES_BEFORE_FREEZE:
        return _("%(from)s lies in “%(name)s”: it closes on %(to)s, before it.") % facts
    if move.why is Moved.STARTS_BEFORE_FREEZE:
        return _("%(from)s lies in “%(name)s”: it starts on %(to)s, before it.") % facts
    return _("Budget is not asked on %(from)s: it starts on %(to)s, in the window before.") % facts


def outlook_sentences(view: Outlook) -> list[str]:
    """Return what follows from a wanted day, the answer first."""
    dates = view.dates
    if view.is_late:
        late = ngettext("%(n)s day", "%(n)s days", view.days_late) % {"n": number(view.days_late)}
        first = _(
            "It should have started by %(start)s. Started on %(next)s it closes on %(close)s, "
            "%(late)s after the day it is wanted."
        ) % {
            "start": longdate(dates.start_by),
            "next": longdate(view.realistic_start),
            "close": longdate(view.realistic_close),
            "late": late,
        }
    else:
        first = _("Start by %(start)s, %(when)s.") % {
            "start": longdate(dates.start_by),
            "when": in_days(view.days_left),
        }
    return [first, *(move_sentence(move) for move in dates.moves)]


def row_words(row: PlanRow) -> dict[str, Any]:
    """Return a plan's badge and its sentence."""
    if row.plan.state == PlanState.STARTED:
        sentence = _("Started on %(day)s; closes on %(close)s.") % {
            "day": longdate(row.plan.started_on),
            "close": longdate(row.closes_on),
        }
        label, kind = (_("late"), "warn") if row.is_late else (_("under way"), "accent")
    else:
        sentence = outlook_sentences(row.outlook)[0]
        if row.outlook.is_late:
            label, kind = _("late"), "bad"
        elif row.days_left <= 14:
            label, kind = _("start now") if row.days_left == 0 else _("soon"), "warn"
        else:
            label, kind = _("on time"), "good"
    slip = _("It slips out of %(quarter)s.") % {"quarter": row.quarter.name} if row.slips else ""
    is_planned = row.plan.state == PlanState.PLANNED
    moves = [move_sentence(move) for move in row.outlook.dates.moves]
    return {
        "label": label,
        "kind": kind,
        "sentence": sentence,
        "slip": slip,
        "moves": moves if is_planned else [],
        "when": in_days(row.days_left if is_planned else (row.closes_on - row.today).days),
        "day": row.plan.start_by_on if is_planned else row.closes_on,
    }


def quarter_sentence(view: QuarterOutlook) -> str:
    """Return the warning before a quarter's end."""
    facts = {
        "quarter": view.quarter.name,
        "end": longdate(view.quarter.last_day),
        "start": longdate(view.start_by),
        "close": longdate(view.forecast),
    }
    if view.risk is QuarterRisk.MISSED:
        return (
            _("%(quarter)s ends on %(end)s. What starts now closes on %(close)s, after it.") % facts
        )
    return _("%(quarter)s ends on %(end)s. What is to close in it starts by %(start)s.") % facts
