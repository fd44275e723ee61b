"""The process: what it refuses to be, and that it remembers."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
import stripe

from stripe_sandbox.tests.conftest import ROOT, Sandbox
from stripe_sandbox.tests.world import DAY, MIDDLE, World


class TestStart:
    @pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "example.com"])  # noqa: S104
    def test_listens_on_loopback_only(self, tmp_path: Path, host: str) -> None:
        arguments = ["--db", str(tmp_path / "db"), "--host", host]
        done = subprocess.run(
            [sys.executable, "-m", "stripe_sandbox", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert "loopback interface only" in done.stderr
        assert not (tmp_path / "db").exists()


class TestRestart:
    def test_keeps_its_state(self, tmp_path: Path) -> None:
        sandbox = Sandbox(tmp_path / "state.sqlite3")
        sandbox.start()
        world = World(sandbox.client(), sandbox.url)
        sub = world.subscribe(world.ada(), world.flat(), 5)
        world.advance(MIDDLE)
        world.v1.products.create({"name": "Once"}, {"idempotency_key": "once"})
        sandbox.stop()
        sandbox.start()
        try:
            assert world.buy(sub, 8).quantity == 8
            assert world.latest(sub).total == 1500
            again = world.v1.products.create({"name": "Once"}, {"idempotency_key": "once"})
            assert again.last_response is not None
            assert again.last_response.headers["Idempotent-Replayed"] == "true"
        finally:
            sandbox.stop()


class TestWallClock:
    def test_what_falls_due_happens_by_itself(self, client: stripe.StripeClient) -> None:
        """A trial ends in a moment."""
        world = World(client, "")
        customer = client.v1.customers.create({"name": "Ada"})
        world.use_card(customer.id, "pm_card_visa")
        price = world.price(unit_amount=100, recurring={"interval": "day"})
        sub = world.subscribe(customer, price, 1, trial_end=int(time.time()) + 3)
        assert sub.status == "trialing"
        deadline = time.monotonic() + 30
        while world.sub(sub).status != "active":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert world.latest(sub).billing_reason == "subscription_cycle"

    def test_test_clocks_go_along_with_it_on_demand(self, tmp_path: Path) -> None:
        sandbox = Sandbox(tmp_path / "running.sqlite3")
        sandbox.start()
        try:
            world = World(sandbox.client(), sandbox.url)
            begun = int(time.time()) - 3 * DAY - 60
            world.clock(begun)
            price = world.price(unit_amount=100, recurring={"interval": "day"})
            sub = world.subscribe(world.ada(), price, 1)
            assert sandbox.control("clocks") == {"run": False}
            assert sandbox.control("clocks", {"run": True}) == {"run": True}
            clock = world.v1.test_helpers.test_clocks
            deadline = time.monotonic() + 30
            while clock.retrieve(world.clock_id).frozen_time < begun + 3 * DAY:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            invoices = world.v1.invoices.list({"subscription": sub.id}).data
            assert [one.created - begun for one in invoices] == [3 * DAY, 2 * DAY, DAY, 0]
        finally:
            sandbox.stop()
