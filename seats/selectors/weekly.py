"""The figures of the weekly mail: those of the pages, from the same selectors."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.headroom import number
from seats.selectors.features import FeatureTable, feature_table
from seats.selectors.seat_words import FORMULA, seat_sentences, utilization_in_words
from seats.selectors.usage import SeatFigures, seat_figures, usage_by_week


@dataclass(frozen=True, slots=True)
class WeeklyFigures:
    """What the mail says; `week` and `week_before` are people active in seven days each."""

    seats: SeatFigures
    features: FeatureTable
    week: int
    week_before: int


def weekly_figures(*, organization_id: int, now: datetime) -> WeeklyFigures:
    """Return an organization's figures at `now`, in a bounded number of queries."""
    *_earlier, before, week = usage_by_week(organization_id=organization_id, now=now, weeks=2)
    return WeeklyFigures(
        seats=seat_figures(organization_id=organization_id, now=now),
        features=feature_table(organization_id=organization_id, now=now),
        week=week[1],
        week_before=before[1],
    )


def headline(figures: WeeklyFigures) -> str:
    """Return the sentence that opens the Usage page."""
    active = figures.seats.seats.active
    return ngettext(
        "%(n)s person was active in 28 days", "%(n)s people were active in 28 days", active
    ) % {"n": number(active)}


def sentences(figures: WeeklyFigures) -> list[str]:
    """Return the figures as sentences in the active language."""
    seats = figures.seats
    share = utilization_in_words(seats.seats)
    lines = [
        *seat_sentences(seats.seats, seats.active_unseated),
        *([share] if share else []),
        _("Seats: %(purchased)s purchased, %(assigned)s assigned, %(free)s free.")
        % {
            "purchased": number(seats.seats.purchased),
            "assigned": number(seats.seats.assigned),
            "free": number(seats.seats.free),
        },
    ]
    if seats.idle_seated:
        lines.append(
            ngettext("%(n)s seat was not used.", "%(n)s seats were not used.", seats.idle_seated)
            % {"n": number(seats.idle_seated)}
        )
    lines.append(
        ngettext(
            "In the last seven days %(week)s person was active, in the seven before %(before)s.",
            "In the last seven days %(week)s people were active, in the seven before %(before)s.",
            figures.week,
        )
        % {"week": number(figures.week), "before": number(figures.week_before)}
    )
    if figures.features.rows:
        first = figures.features.rows[0]
        lines.append(
            _("%(name)s reaches most people: %(people)s of %(active)s.")
            % {
                "name": first.name,
                "people": number(first.people),
                "active": number(figures.features.active_people),
            }
        )
    lines.append(str(FORMULA))
    return lines
