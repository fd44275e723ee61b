"""The run-out finding: who is told that seats will be used up soon, and what it asks for."""

from datetime import date

from seats.domain.utilization import Utilization
from signals.domain.detectors.run_out import Filling, RunOutSettings, found_run_out
from signals.domain.evidence import EvidenceCode

TODAY = date(2026, 11, 2)
USUAL = RunOutSettings()


def filling(*, free: int, every: int = 2, days: int = 100) -> Filling:
    """One seat is given out every so many days, of 100 purchased."""
    net = [1 if n % every == 0 else 0 for n in range(days)]
    return Filling(TODAY, Utilization(purchased=100, assigned=100 - free, active=60), net)


class TestSeatsThatRunOut:
    def test_are_told_as_a_range_with_what_ninety_days_need(self) -> None:
        """Half a seat a day: 20 free seats last about 40 days; 90 days need 45, 25 more."""
        found = found_run_out(filling(free=20), USUAL)
        assert found is not None
        assert 24 <= found.seats <= 26
        _seats, between, likely = found.evidence
        assert between.code is EvidenceCode.FULL_BETWEEN
        earliest, latest = between["earliest_on"], between["latest_on"]
        assert isinstance(earliest, date)
        assert isinstance(latest, date)
        assert 25 < (earliest - TODAY).days < 40 < (latest - TODAY).days < 60
        assert (likely.code, likely["days"]) == (EvidenceCode.FULL_LIKELY, 60)

    def test_are_no_news_while_they_last_or_when_they_are_gone(self) -> None:
        """60 free seats last 120 days; without a free one the seat alert speaks."""
        assert found_run_out(filling(free=60), USUAL) is None
        assert found_run_out(filling(free=0), USUAL) is None

    def test_are_not_foretold_from_a_few_weeks(self) -> None:
        assert found_run_out(filling(free=5, days=27), USUAL) is None

    def test_are_told_by_the_settings(self) -> None:
        assert found_run_out(filling(free=60), RunOutSettings(ahead_days=150)) is not None
        assert found_run_out(filling(free=20), RunOutSettings(from_seats=101)) is None
        shrinking = Filling(TODAY, Utilization(purchased=100, assigned=95, active=60), [-1, 0] * 50)
        assert found_run_out(shrinking, RunOutSettings(chance_percent=10)) is None
