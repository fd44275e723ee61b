"""The scenarios of billing-e2e, which were written for the real service, played to the end."""

from importlib.resources import files
from pathlib import Path

import pytest
import stripe
from billing_e2e.runner import Runner
from billing_e2e.safety import confirm_test_mode
from billing_e2e.scenario import Config, load_scenario

from stripe_sandbox.tests.world import World

SCENARIOS = sorted(Path(str(files("billing_e2e"))).joinpath("scenarios").glob("*.yml"))


def test_there_are_scenarios() -> None:
    assert len(SCENARIOS) == 5


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_scenario(path: Path, client: stripe.StripeClient, world: World) -> None:
    confirm_test_mode(client)
    config = Config(
        stripe_key="sk_test_sandbox",
        vars={
            "monthly_price": world.flat(lookup_key="monthly").id,
            "upgrade_price": world.flat(unit_amount=3000, lookup_key="upgrade").id,
        },
    )
    result = Runner(config, client).run(load_scenario(path))
    failed = [f"{step.label}: {step.detail}" for step in result.steps if not step.passed]
    assert result.passed, failed + result.errors
    assert client.v1.test_helpers.test_clocks.list().data == []
