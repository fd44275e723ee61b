"""Outcomes in words: kinds, units, and how a figure stands against its baseline."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.templatetags.headroom import number, percent
from seats.models import KindChoice
from seats.selectors.outcomes import OutcomeRow, as_decimal

_UNITS: Final = {
    "projects": gettext_lazy("projects"),
    "hours": gettext_lazy("hours"),
    "points": gettext_lazy("points"),
    "people": gettext_lazy("people"),
}


def kind_words(kind: str) -> str:
    """Return a kind's name; what the product calls its own kinds is shown without underscores."""
    if kind in KindChoice:
        return str(KindChoice(kind).label)
    return kind.replace("_", " ").capitalize()


def unit_words(unit: str) -> str:
    """Return a unit in the reader's language, or as somebody wrote it."""
    return str(_UNITS.get(unit, unit))


def rest_words(row: OutcomeRow) -> str:
    """Return whose figure a row is."""
    if row.is_whole:
        return _("The whole organization")
    return row.department.name if row.department else _("Everybody else")


def standing_words(row: OutcomeRow) -> str:
    """Return the difference to the baseline in words and percent; empty without a baseline."""
    standing = row.standing
    if standing is None:
        return ""
    difference = as_decimal(standing.difference)
    if not difference:
        return _("as the baseline")
    facts = {
        "amount": f"{number(abs(difference))} {unit_words(row.unit)}".strip(),
        "percent": "" if standing.change is None else percent(abs(standing.change)),
    }
    if standing.change is None:
        return _("%(amount)s more than the baseline") % facts
    if difference > 0:
        return _("%(amount)s more than the baseline, %(percent)s up") % facts
    return _("%(amount)s less than the baseline, %(percent)s down") % facts
