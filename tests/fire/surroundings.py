"""What nobody of the organization does: Stripe's deliveries, the network, the worker, time."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from accounts.services.preferences import change_organization
from accounts.tenancy import organization_context
from billing.models import DunningCase
from tests.fire.base import TROUBLE, BaseLife, deaths, mixings

ZONES = ["Europe/Berlin", "America/New_York", "Asia/Jakarta", "UTC"]
# A renewal is charged an hour after its period has begun.
HOURS = timedelta(hours=2)
SPANS = [
    timedelta(seconds=1),
    timedelta(minutes=7),
    timedelta(hours=1),
    timedelta(hours=25),
    timedelta(days=4),
    timedelta(days=11),
    timedelta(days=31),
]


class Surroundings(BaseLife):
    """Rules of Stripe, the network, the machines and the clock."""

    @rule(
        mixing=mixings,
        share=st.sampled_from([0.0, 0.3, 0.7, 1.0]),
        loses=st.booleans(),
        death=deaths,
    )
    def delivers_in_any_order(
        self, mixing: int, share: float, loses: bool, death: int | None
    ) -> None:
        """Some arrive, mixed up; of the others some are lost for ever, some wait for days."""
        self.did("deliver")
        self.one.gather()
        events = self.one.waiting
        random.Random(mixing).shuffle(events)
        cut = round(len(events) * share)
        now, later = events[:cut], events[cut:]
        if loses and self.one.worker_runs:
            lost = len(later[::2])
            later = later[1::2]
            self.noted("events lost", lost)
        self.one.waiting = later
        self.noted("events delivered", len(now))
        self.attempt(lambda: self.one.deliver(now), death)
        self.check()

    @precondition(lambda self: self.life is not None and self.life.delivered)
    @rule(mixing=mixings)
    def delivers_again(self, mixing: int) -> None:
        self.did("deliver again")
        again = list(self.one.delivered)
        random.Random(mixing).shuffle(again)
        self.one.deliver(again[:8])
        self.check()

    @rule(trouble=st.sampled_from(TROUBLE))
    def stripe_is_in_trouble(self, trouble: dict[str, Any]) -> None:
        self.did("trouble at Stripe")
        self.trouble.append(trouble)

    @rule(death=deaths)
    def worker_does_a_round(self, death: int | None) -> None:
        self.did("worker's round")
        if self.one.worker_runs:
            self.attempt(self.one.beat, death)
        self._note_what_is_overdue()
        self.check()

    @rule()
    def worker_dies_or_comes_back(self) -> None:
        self.did("worker stops or starts")
        if self.one.worker_runs:
            self.one.beat()
        self.one.worker_runs = not self.one.worker_runs
        self.check()

    @rule(span=st.sampled_from(SPANS))
    def time_passes(self, span: timedelta) -> None:
        self.did("time passes")
        self.one.pass_time(span)
        self._note_what_is_overdue()
        self.check()

    @rule(around=st.integers(min_value=-2, max_value=2))
    def time_passes_to_the_edge_of_the_period(self, around: int) -> None:
        self.did("time passes to the edge of the period")
        span = self.one.period_end() + timedelta(seconds=around) - self.one.now
        if span > timedelta(0):
            self.one.pass_time(span)
        self._note_what_is_overdue()
        self.check()

    @rule(times=st.integers(min_value=1, max_value=3))
    def worker_sleeps_through_renewals(self, times: int) -> None:
        """And wakes up when another period has begun."""
        self.did("worker sleeps through renewals")
        self.one.worker_runs = False
        for _renewal in range(times):
            self.one.pass_time(max(self.one.period_end() + HOURS - self.one.now, HOURS))
        self.one.worker_runs = True
        self.one.beat()
        self._note_what_is_overdue()
        self.check()

    @rule(mixing=mixings)
    def everything_comes_to_rest(self, mixing: int) -> None:
        self.did("rest")
        self.bring_to_rest(mixing)

    @rule(zone=st.sampled_from(ZONES))
    def moves_to_another_time_zone(self, zone: str) -> None:
        self.did("another time zone")
        change_organization(
            organization_id=self.one.id,
            name=self.one.organization.name,
            time_zone=zone,
            language=self.one.organization.language,
            actor=self.one.actor,
            now=self.one.tick(),
        )
        self.check()

    def _note_what_is_overdue(self) -> None:
        with organization_context(self.one.id):
            for case in DunningCase.objects.all():
                self.noted(f"overdue, {case.stage} {case.outcome}".strip())
