"""Months of an organization's life, told and in any order. `make fire` lives hundreds of them."""

import os
import sys

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fire.machine import OrganizationLife, Tally
from tests.fire.told import TOLD, live_told, rules_of
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

LIVES = int(os.environ.get("FIRE_LIVES", "4"))
STEPS = int(os.environ.get("FIRE_STEPS", "14"))


@pytest.fixture
def tally(ground: Sandbox) -> Tally:
    OrganizationLife.sandbox = ground
    OrganizationLife.tally = Tally()
    return OrganizationLife.tally


class TestLife:
    def test_keeps_every_invariant(self, tally: Tally, capsys: pytest.CaptureFixture[str]) -> None:
        try:
            run_state_machine_as_test(
                OrganizationLife,
                settings=settings(
                    max_examples=LIVES,
                    stateful_step_count=STEPS,
                    deadline=None,
                    # In the suite the same lives every time; a deep run finds new ones.
                    derandomize="FIRE_LIVES" not in os.environ,
                    database=None,
                    print_blob=True,
                    suppress_health_check=list(HealthCheck),
                    phases=(Phase.generate, Phase.shrink)
                    if "FIRE_SHRINK" in os.environ
                    else (Phase.generate,),
                ),
            )
        finally:
            if "FIRE_LIVES" in os.environ:
                with capsys.disabled():
                    sys.stdout.write(f"\n{tally.report()}\n")


class TestToldLives:
    """What seldom meets by chance in a few lives."""

    def test_keep_every_invariant_and_take_every_rule(self, tally: Tally) -> None:
        for tell in TOLD:
            expected = live_told(OrganizationLife, tell)
            assert expected <= tally.outcomes.keys(), f"{tell.__name__}\n{tally.report()}"
        assert not rules_of(OrganizationLife) - tally.rules.keys()
