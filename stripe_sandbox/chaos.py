"""Trouble on demand: each rule happens a given number of times and is then gone.

Answers: `slow_answer` (seconds), `fail_answer` (status; `after_change` to fail once the work is
done), `cut_connection` (the change was made, the answer never arrives).
Deliveries: `duplicate_delivery`, `fail_delivery`, `delay_delivery` (seconds), `shuffle_deliveries`
(as many deliveries as `count` are held back and then sent in another order).
"""

import re
import threading
from dataclasses import asdict, dataclass

ANSWERS = {"slow_answer", "fail_answer", "cut_connection"}
DELIVERIES = {"duplicate_delivery", "fail_delivery", "delay_delivery", "shuffle_deliveries"}


@dataclass
class Rule:
    """`match` is a regular expression on `METHOD /path`, or on the event's type."""

    kind: str
    count: int = 1
    match: str = ""
    seconds: float = 1.0
    status: int = 500
    after_change: bool = False

    def __post_init__(self) -> None:
        if self.kind not in ANSWERS | DELIVERIES:
            raise ValueError(f"kind must be one of {', '.join(sorted(ANSWERS | DELIVERIES))}")
        if self.count < 1:
            raise ValueError("count must be at least 1")
        re.compile(self.match)


class Chaos:
    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._lock = threading.Lock()

    def add(self, rule: Rule) -> None:
        with self._lock:
            self._rules.append(rule)

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def waiting(self) -> list[dict[str, object]]:
        with self._lock:
            return [asdict(rule) for rule in self._rules]

    def take(self, kind: str, subject: str) -> Rule | None:
        """Use up one turn of the first rule of a kind that matches."""
        with self._lock:
            for rule in self._rules:
                if rule.kind == kind and re.search(rule.match, subject):
                    rule.count -= 1
                    if rule.count == 0:
                        self._rules.remove(rule)
                    return rule
        return None

    def take_all(self, kind: str) -> Rule | None:
        """Use up a whole rule at once."""
        with self._lock:
            for rule in self._rules:
                if rule.kind == kind:
                    self._rules.remove(rule)
                    return rule
        return None
