"""History entries as sentences: nothing is shown the way it is stored."""

import ast
from pathlib import Path
from typing import Any

from django.utils import timezone

from accounts.models import HistoryEntry
from accounts.selectors.history import history_line
from billing.domain import settlement
from billing.domain.purchase import PurchaseState
from scripts.checks import PRODUCT

ROOT = Path(__file__).parents[3]
NOW = timezone.now()
# A purchase that is done is told by "seats_purchased".
STATES_OF_PURCHASES = [s.value for s in PurchaseState if s is not PurchaseState.PROVISIONED]


def recorded_verbs() -> set[str]:
    """Return every verb that the product's own code hands to `record`."""
    found: set[str] = set()
    for app in PRODUCT:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
                    "record",
                    "_record",
                ):
                    found |= _verbs_of(node)
    return found


def _verbs_of(call: ast.Call) -> set[str]:
    named = [keyword.value for keyword in call.keywords if keyword.arg == "verb"]
    found: set[str] = set()
    for value in named or call.args[1:2]:
        for part in ast.walk(value):
            if isinstance(part, ast.JoinedStr):
                if "settlement_" in ast.unparse(part):
                    return {f"settlement_{state.value}" for state in settlement.State}
                return {f"purchase_{state}" for state in STATES_OF_PURCHASES}
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                found.add(part.value)
    return found


def entry(verb: str, object_type: str = "thing", **changes: Any) -> HistoryEntry:
    label = {"purchase": "1 seats", "subscription": "Team, 12"}.get(object_type, "Lago")
    return HistoryEntry(
        at=NOW,
        actor_label="Olga",
        verb=verb,
        object_type=object_type,
        object_label=label,
        changes=changes,
    )


class TestASentence:
    def test_lists_what_has_several_parts(self) -> None:
        before: list[Any] = []
        after = [{"name": "Year end", "starts_on": "2026-12-15", "ends_on": "2027-01-06"}]
        changed = entry(
            "procurement_profile_changed", freezes=[before, after], months=[[1], [1, 7]]
        )
        text = history_line(changed).text
        assert "Year end, 2026-12-15, 2027-01-06." in text
        assert "from 1 to 1, 7." in text

    def test_exists_for_every_verb_that_is_recorded(self) -> None:
        verbs = recorded_verbs()
        assert {"signal_opened", "seat_assigned", "price_published", "purchase_paid"} <= verbs
        unknown = history_line(entry("never_heard_of")).title
        assert [v for v in sorted(verbs) if history_line(entry(v)).title == unknown] == []

    def test_shows_no_unknown_verb_as_it_is_stored(self) -> None:
        assert history_line(entry("never_heard_of")).title == "Olga changed Lago"

    def test_names_a_signal_and_its_band(self) -> None:
        opened = entry("signal_opened", kind="utilization", band="eighty")
        raised = entry("signal_raised", kind="utilization", band=["eighty", "full"])
        assert history_line(opened).title == "A signal opened: seats running out, 80%"
        assert history_line(opened).text == ""
        assert history_line(raised).title == "A signal became more urgent: seats running out, full"

    def test_says_why_a_signal_ended(self) -> None:
        line = history_line(
            entry("signal_resolved", kind="unseated", band="", resolution="cleared")
        )
        assert (line.title, line.text) == (
            "A signal ended: people without a seat",
            "The reason for it is gone.",
        )

    def test_counts_seats_in_the_reader_s_words(self) -> None:
        assert history_line(entry("purchase_paid", "purchase")).title == (
            "The order of 1 seat was paid"
        )
        assert history_line(entry("subscription_renewed", "subscription", seats=12)).title == (
            "The subscription was renewed: 12 seats"
        )

    def test_quotes_a_note(self) -> None:
        assert history_line(entry("seat_requested", note="For Monday")).text == "Note: “For Monday”"

    def test_says_how_a_subscription_stands(self) -> None:
        line = history_line(entry("subscription_status_changed", **{"from": "a", "to": "past_due"}))
        assert line.title == "The subscription is behind with a payment now"
