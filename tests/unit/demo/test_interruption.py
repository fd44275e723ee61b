"""A signal asks the launcher to stop, once, and never between a start and its note."""

import os
import signal
import time

import pytest

from demo.interruption import StopRequested, stop_on_signals, uninterrupted


class TestStopOnSignals:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_the_first_signal_asks_to_stop_and_a_second_changes_nothing(
        self, number: signal.Signals
    ) -> None:
        with stop_on_signals():
            with pytest.raises(StopRequested, match=number.name):
                self._wait_for(number)
            os.kill(os.getpid(), number)
        assert signal.getsignal(number) != signal.SIG_IGN

    def test_nohup_stays_in_force(self) -> None:
        previous = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            with stop_on_signals():
                os.kill(os.getpid(), signal.SIGHUP)
                assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        finally:
            signal.signal(signal.SIGHUP, previous)

    @staticmethod
    def _wait_for(number: signal.Signals) -> None:
        os.kill(os.getpid(), number)
        time.sleep(30)


class TestUninterrupted:
    def test_puts_the_request_off_until_the_block_has_ended(self) -> None:
        done: list[str] = []
        with stop_on_signals(), pytest.raises(StopRequested, match="SIGTERM"):
            self._be_asked_within_a_block(done)
        assert done == ["the rest of the block"]

    def test_without_a_request_the_work_goes_on(self) -> None:
        with stop_on_signals():
            with uninterrupted():
                pass
            with pytest.raises(StopRequested, match="SIGINT"):
                os.kill(os.getpid(), signal.SIGINT)

    @staticmethod
    def _be_asked_within_a_block(done: list[str]) -> None:
        with uninterrupted():
            with uninterrupted():
                os.kill(os.getpid(), signal.SIGTERM)
            done.append("the rest of the block")
        done.append("what comes after")
