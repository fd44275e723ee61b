"""New hires: batches, net of who left and of idle seats."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from signals.domain.detectors.found import Found
from signals.domain.detectors.new_hires import (
    Arrival,
    DepartmentHires,
    NewHireSettings,
    batches,
    found_new_hires,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def ago(*, days: int = 0, hours: int = 0) -> datetime:
    return NOW - timedelta(days=days, hours=hours)


def found(
    *arrivals: Arrival,
    people: int = 12,
    seated: int = 8,
    idle: int = 0,
    left: tuple[datetime, ...] = (),
    settings: NewHireSettings | None = None,
) -> Found | None:
    facts = DepartmentHires("Marketing", NOW, people, seated, idle, arrivals, left)
    return found_new_hires(facts, settings or NewHireSettings())


def four(hours: int = 30) -> tuple[Arrival, ...]:
    return tuple(Arrival(ago(hours=hours - n), has_seat=False) for n in range(4))


class TestMarketingFromEightToTwelve:
    def test_lacks_four_seats(self) -> None:
        news = found(*four())
        assert news is not None
        assert news.seats == 4
        assert dict(news.evidence[0].values) == {
            "department": "Marketing",
            "before": 8,
            "after": 12,
            "without_seat": 4,
        }

    def test_lacks_two_when_two_left_meanwhile(self) -> None:
        # 12 came to stand after 2 left: 10 -> 12, net 2
        news = found(*four(), left=(ago(hours=3), ago(hours=2)))
        assert news is not None
        assert (news.seats, dict(news.evidence[0].values)["before"]) == (2, 10)

    def test_does_not_count_who_left_before_the_batch(self) -> None:
        news = found(*four(), left=(ago(days=5),) * 3)
        assert news is not None
        assert news.seats == 4

    def test_lacks_three_beside_one_idle_seat(self) -> None:
        news = found(*four(), idle=1)
        assert news is not None
        assert news.seats == 3
        assert [each.code.value for each in news.evidence] == ["department_grew", "idle_seats"]

    def test_lacks_none_beside_three_seats_that_nobody_has(self) -> None:
        facts = DepartmentHires("Marketing", NOW, 12, 8, 0, four(), (), free=3)  # 4 - 3 = 1
        assert found_new_hires(facts, NewHireSettings()) is None

    def test_lacks_none_when_all_have_seats(self) -> None:
        assert found(*(Arrival(ago(hours=n), has_seat=True) for n in range(4))) is None

    def test_is_another_rules_matter_while_nobody_there_has_a_seat(self) -> None:
        assert found(*four(), seated=0) is None


class TestABatch:
    def test_is_news_for_two_weeks(self) -> None:
        assert found(*four(hours=13 * 24)) is not None
        assert found(*four(hours=15 * 24)) is None

    def test_is_not_made_of_people_who_trickle_in(self) -> None:
        assert found(*(Arrival(ago(days=2 * n), has_seat=False) for n in range(6))) is None

    def test_ends_a_day_after_its_first(self) -> None:
        first = Arrival(ago(hours=48), has_seat=False)
        last = Arrival(ago(hours=24), has_seat=False)
        later = Arrival(ago(hours=23), has_seat=False)
        (batch,) = batches([later, first, last], within=timedelta(hours=24), least=2)
        assert batch == (first, last)

    @given(st.lists(st.integers(0, 700), max_size=30), st.integers(1, 72), st.integers(1, 4))
    def test_holds_nobody_twice_and_no_one_too_late(
        self, hours: list[int], within: int, least: int
    ) -> None:
        arrivals = [Arrival(ago(hours=each), has_seat=False) for each in hours]
        found = batches(arrivals, within=timedelta(hours=within), least=least)
        assert sum(map(len, found)) <= len(arrivals)
        for batch in found:
            assert len(batch) >= least
            assert batch[-1].at - batch[0].at <= timedelta(hours=within)
        starts = [batch[0].at for batch in found]
        assert starts == sorted(set(starts))
