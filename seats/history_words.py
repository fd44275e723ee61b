"""The history of seats, limits and usage in words."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.history_registry import HistoryWords
from accounts.models import HistoryEntry

_LIMITS: Final[dict[str, Promise]] = {
    "hard": gettext_lazy("hard"),
    "soft": gettext_lazy("soft, seats are lent for some days"),
    "true_up": gettext_lazy("the true-up charges what is beyond the purchased seats"),
    "closed": gettext_lazy("closed, who sits keeps the seat"),
}
_DECISIONS: Final[dict[str, Promise]] = {
    "add": gettext_lazy("add seats"),
    "reassign": gettext_lazy("pass on seats that are not used"),
    "approval": gettext_lazy("ask for approval"),
    "wait": gettext_lazy("wait"),
}


def _limit(entry: HistoryEntry) -> str:
    return str(_LIMITS.get(entry.changes.get("limit", ""), ""))


def _decision(entry: HistoryEntry) -> str:
    return str(_DECISIONS.get(entry.changes.get("decision", ""), ""))


WORDS: Final = HistoryWords(
    sentences={
        "view_saved": gettext_lazy("%(actor)s saved the view “%(subject)s”"),
        "view_shared": gettext_lazy("%(actor)s shared the view “%(subject)s”"),
        "view_kept": gettext_lazy("%(actor)s no longer shares the view “%(subject)s”"),
        "view_deleted": gettext_lazy("%(actor)s deleted the view “%(subject)s”"),
        "view_restored": gettext_lazy("%(actor)s brought the view “%(subject)s” back"),
        "people_exported": gettext_lazy("%(actor)s exported people"),
        "usage_totals_only": gettext_lazy("%(actor)s chose to show only totals of usage"),
        "usage_of_people_shown": gettext_lazy("%(actor)s chose to show each person's usage again"),
        "member_discovered": gettext_lazy("%(subject)s was first seen in usage"),
        "usage_event_replayed": gettext_lazy("%(actor)s had an event counted that was put aside"),
        "usage_event_discarded": gettext_lazy("%(actor)s discarded an event that was put aside"),
        "usage_rebuild_asked": gettext_lazy("%(actor)s had usage counted again: %(subject)s"),
        "seat_assigned": gettext_lazy("%(actor)s gave %(subject)s a seat"),
        "seat_released": gettext_lazy("%(actor)s released the seat of %(subject)s"),
        "seats_held": gettext_lazy("No seats are assigned until an overdue payment has come"),
        "seats_released": gettext_lazy("Seats can be assigned again"),
        "seat_requested": gettext_lazy("%(actor)s asked for a seat for %(subject)s"),
        "seat_requested_for_oneself": gettext_lazy("%(actor)s asked for a seat"),
        "seat_request_withdrawn": gettext_lazy("%(actor)s took %(subject)s off the waiting list"),
        "seat_request_declined": gettext_lazy("%(actor)s declined a seat for %(subject)s"),
        "waiting_list_moved": gettext_lazy(
            "%(actor)s put %(subject)s at place %(place)s of the waiting list"
        ),
        "seats_next_chosen": gettext_lazy("%(actor)s chose that a released seat goes to who waits"),
        "seats_next_given_up": gettext_lazy("%(actor)s chose that a released seat stays free"),
        "outcome_recorded": gettext_lazy("%(actor)s recorded an outcome: %(subject)s"),
        "outcome_changed": gettext_lazy("%(actor)s changed an outcome: %(subject)s"),
        "outcome_deleted": gettext_lazy("%(actor)s deleted an outcome: %(subject)s"),
        "baseline_set": gettext_lazy("%(actor)s set a baseline of outcomes: %(subject)s"),
        "baseline_removed": gettext_lazy("%(actor)s removed a baseline of outcomes: %(subject)s"),
        "weekly_mail_chosen": gettext_lazy("%(subject)s chose to get the weekly mail"),
        "weekly_mail_given_up": gettext_lazy("%(subject)s chose to get no weekly mail"),
        "limit_decided": gettext_lazy("%(actor)s decided at the limit: %(decision)s"),
        "limit_changed_by_vendor": gettext_lazy("%(actor)s set the limit of seats: %(limit)s"),
        "limit_changed_by_plan": gettext_lazy("The plan begins with a limit of seats: %(limit)s"),
        "limit_changed_by_time": gettext_lazy(
            "The time for seats beyond the purchased ones is over: %(limit)s"
        ),
        "limit_changed_by_seats": gettext_lazy("The limit followed the number of seats: %(limit)s"),
        "limit_changed_by_undo": gettext_lazy("%(actor)s took the limit back: %(limit)s"),
        "default_limit_changed": gettext_lazy(
            "%(actor)s changed the limit that plans begin with: %(subject)s"
        ),
        "default_limit_removed": gettext_lazy(
            "%(actor)s removed a limit that plans begin with: %(subject)s"
        ),
    },
    icons={
        "seat_assigned": "seats",
        "seat_released": "person-remove",
        "seat_requested": "inbox",
    },
    fields={
        "outcome": gettext_lazy("Outcome"),
        "amount": gettext_lazy("Amount"),
        "first_day": gettext_lazy("First day"),
        "last_day": gettext_lazy("Last day"),
    },
    choices={
        "outcome": {
            "projects": gettext_lazy("Projects"),
            "time_saved": gettext_lazy("Time saved"),
            "quality": gettext_lazy("Quality"),
            "collaboration": gettext_lazy("Collaboration"),
        },
        "reason": {
            "reassigned": gettext_lazy("The seat went to somebody else."),
            "undone": gettext_lazy("The assignment was undone."),
        },
    },
    placeholders={"limit": _limit, "decision": _decision},
)
