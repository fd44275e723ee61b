"""The usage of the demo: real activity, moved by whole weeks so that it ends now."""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from seats.domain.usage_rules import ACTIVE_WINDOW

SOURCE: Final = Path(__file__).resolve().parents[1] / "data" / "activity.jsonl.gz"
WEEK: Final = timedelta(weeks=1)
FEATURES: Final = (
    *("Documents", "Boards", "Reviews", "Reports", "Comments", "Automations", "Files", "Forms"),
    *("Dashboards", "Timeline", "Templates", "Calendar", "Approvals", "Integrations", "Goals"),
    *("Whiteboards", "Chat", "Exports", "Search", "Guests", "Inbox", "Tables", "Portfolios"),
)


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of the source."""

    at: datetime
    member: str
    event: dict[str, Any]


class Activity:
    """What one organization's people did, in order of time, as the source has it."""

    def __init__(self, happenings: Iterable[Happening]) -> None:
        self.happenings = sorted(happenings, key=lambda happening: happening.at)

    @property
    def ends_at(self) -> datetime:
        """When the last event happened."""
        return self.happenings[-1].at

    def active_at(self, moment: datetime) -> set[str]:
        """Return who was active in the 28 days up to `moment`, in the source's time."""
        since = moment - ACTIVE_WINDOW
        return {h.member for h in self.happenings if since <= h.at <= moment}

    def until(self, moment: datetime) -> "Activity":
        """Return what happened up to `moment`, in the source's time."""
        return Activity(h for h in self.happenings if h.at <= moment)

    def shifted(self, by: timedelta) -> "Activity":
        """Return the same, `by` later."""
        return Activity(Happening(h.at + by, h.member, h.event) for h in self.happenings)

    def spans(self) -> dict[str, tuple[datetime, datetime]]:
        """Return each person's first and last time."""
        spans: dict[str, tuple[datetime, datetime]] = {}
        for h in self.happenings:
            first, _last = spans.get(h.member, (h.at, h.at))
            spans[h.member] = (first, h.at)
        return spans

    def days_of(self) -> dict[str, int]:
        """Return on how many days each person was active."""
        days: dict[str, set[Any]] = defaultdict(set)
        for h in self.happenings:
            days[h.member].add(h.at.date())
        return {member: len(found) for member, found in days.items()}


def read_activity() -> dict[str, Activity]:
    """Return the activity of every organization of the source."""
    found: dict[str, list[Happening]] = defaultdict(list)
    with gzip.open(SOURCE, "rt", encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            found[event["organization"]].append(
                Happening(datetime.fromisoformat(event["at"]), event["member"], event)
            )
    for happenings in found.values():
        _name_features(happenings)
    return {name: Activity(happenings) for name, happenings in found.items()}


def _name_features(happenings: list[Happening]) -> None:
    """Call the folders of the source what a product would call its features, the most used first.

    What is used much and what is used together stays as it was.
    """
    uses = Counter(happening.event["feature"] for happening in happenings)
    ranked = sorted(uses, key=lambda folder: (-uses[folder], folder))
    names = dict(zip(ranked, FEATURES, strict=False))
    for happening in happenings:
        happening.event["feature"] = names[happening.event["feature"]]


def weeks_to_now(activity: dict[str, Activity], now: datetime) -> int:
    """Return by how many whole weeks the source has to move to end at most a week before `now`."""
    last = max(each.ends_at for each in activity.values())
    return (now - last) // WEEK


def weeks_for_active(
    activity: Activity, *, now: datetime, least_weeks: int, active: int, most: int = 60
) -> int:
    """Return a shift after which exactly `active` people are active at `now`, and a day later.

    And at least as many on each of the four days before, so that a rule that wants three days in a
    row sees them. Looks from `least_weeks` on for the smallest shift, which keeps most history.
    """
    for weeks in range(least_weeks, least_weeks + most):
        moment = now - weeks * WEEK
        stays = (moment + timedelta(hours=hours) for hours in (0, 1, 3, 6, 12, 24))
        before = (moment - timedelta(days=days) for days in (1, 2, 3, 4))
        if all(len(activity.until(moment).active_at(m)) == active for m in stays) and all(
            len(activity.active_at(m)) >= active for m in before
        ):
            return weeks
    raise LookupError(f"no week of the activity has {active} people active")
