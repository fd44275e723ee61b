"""What every rule of the machine stands on: one life, trouble and death around an attempt, a tally.

The rules themselves are in `buying`, `planning`, `paying` and `surroundings`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from accounts.errors import DomainError
from accounts.tenancy import organization_context
from billing.models import Purchase, Quote
from billing.models.subscription import ENDED_STATUSES
from tests.fire.differences import compare
from tests.fire.invariants import check_always, check_quiet
from tests.fire.killing import axe_over
from tests.fire.life import Life
from tests.support.stripe import Sandbox

TROUBLE = [
    {"kind": "cut_connection", "count": 1, "match": "POST /v1/"},
    {"kind": "cut_connection", "count": 3, "match": "POST /v1/subscription"},
    {"kind": "fail_answer", "count": 3, "status": 500, "after_change": True, "match": "POST /v1/"},
    {"kind": "fail_answer", "count": 4, "status": 503, "match": "GET /v1/invoices"},
    {"kind": "fail_answer", "count": 3, "status": 429, "match": "POST /v1/"},
    {"kind": "slow_answer", "count": 1, "seconds": 0.05, "match": "POST /v1/subscription"},
]
# Death at every third attempt, after one of its effects; and an attempt that surely meets one.
deaths = st.one_of(st.none(), st.none(), st.integers(min_value=0, max_value=12))
# Many at a time stop for a person (see the safety bounds); few is what people buy.
amounts = st.one_of(st.integers(min_value=1, max_value=9), st.sampled_from([25, 60]))
dyings = st.integers(min_value=0, max_value=7)
mixings = st.integers(min_value=0, max_value=999)


class Tally:
    """What all lives of a run amounted to."""

    def __init__(self) -> None:
        self.lives = 0
        self.steps = 0
        self.rules: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()

    def report(self) -> str:
        lines = [f"{self.lives} lives, {self.steps} steps"]
        lines += [f"  rule {name}: {times}" for name, times in self.rules.most_common()]
        lines += [f"  {name}: {times}" for name, times in sorted(self.outcomes.items())]
        return "\n".join(lines)


class BaseLife(RuleBasedStateMachine):
    """One organization from its first seat on. `sandbox` is set by the test."""

    sandbox: ClassVar[Sandbox]
    tally: ClassVar[Tally] = Tally()

    def __init__(self) -> None:
        super().__init__()
        self.life: Life | None = None
        self.quotes: list[Quote] = []
        self.last_bought: tuple[Quote, str] | None = None
        self.trouble: list[dict[str, Any]] = []
        self.asks_the_bank = False
        self.has_planned = False
        type(self).tally.lives += 1

    @property
    def one(self) -> Life:
        assert self.life is not None
        return self.life

    def has_ended(self) -> bool:
        return self.life is not None and self.one.current().status in ENDED_STATUSES

    def is_live(self) -> bool:
        return not self.has_ended()

    def did(self, name: str) -> None:
        type(self).tally.steps += 1
        type(self).tally.rules[name] += 1

    def noted(self, outcome: str, times: int = 1) -> None:
        type(self).tally.outcomes[outcome] += times

    def attempt(self, what: Callable[[], Any], death: int | None = None) -> Any:
        """Do it; the product may refuse, the process may die. Return the result, if there is one.

        Trouble at Stripe lasts as long as the attempt: our own looks at Stripe are no part of it.
        """
        result = None
        for trouble in self.trouble:
            self.sandbox.chaos(**trouble)
        with axe_over(death) if death is not None else nullcontext() as axe:
            try:
                result = what()
            except DomainError as refusal:
                self.noted(f"refused: {refusal.code}")
        if self.trouble:
            self.sandbox.http.delete("/_sandbox/chaos").raise_for_status()
            self.trouble = []
        if axe is not None and axe.has_struck:
            self.noted(f"died after {axe.effects[-1].split('/')[0]}")
        return result

    def check(self) -> None:
        check_always(self.one)

    def bring_to_rest(self, mixing: int) -> None:
        self.one.settle(mixing)
        check_quiet(self.one)
        assert not (found := compare(self.one)), f"the comparison with Stripe finds {dict(found)}"

    def let_the_bank_time_out(self) -> None:
        """Nobody answers any more: after a day every intent has reached an end."""
        with organization_context(self.one.id):
            if not Purchase.objects.unfinished().exists():
                return
        self.one.pass_time(timedelta(days=1))
        self.bring_to_rest(mixing=0)
        with organization_context(self.one.id):
            assert not Purchase.objects.unfinished().exists()
