"""A bucket that fills again."""

from seats.domain.pace import Buckets, Pace


class TestBuckets:
    def test_lets_a_burst_through_and_names_the_wait_after_it(self) -> None:
        buckets = Buckets[str](Pace(burst=10, per_second=2))
        assert buckets.take("ben", 10, at=0) == 0
        # Empty; 4 at 2 a second take 2 seconds.
        assert buckets.take("ben", 4, at=0) == 2.0
        assert buckets.take("ben", 4, at=2) == 0

    def test_fills_no_further_than_the_burst(self) -> None:
        buckets = Buckets[str](Pace(burst=10, per_second=2))
        buckets.take("ben", 10, at=0)
        assert buckets.take("ben", 10, at=1_000) == 0
        assert buckets.take("ben", 1, at=1_000) == 0.5

    def test_takes_more_than_a_burst_when_it_is_full(self) -> None:
        buckets = Buckets[str](Pace(burst=10, per_second=2))
        assert buckets.take("ben", 20, at=0) == 0
        # 10 - 20 = -10: 11 are missing for the next one.
        assert buckets.take("ben", 1, at=0) == 5.5

    def test_keeps_people_apart_and_forgets_who_was_not_seen(self) -> None:
        buckets = Buckets[str](Pace(burst=1, per_second=1), people=2)
        assert [buckets.take(name, 1, at=0) for name in ("ada", "ben", "dan")] == [0, 0, 0]
        assert buckets.take("ben", 1, at=0) == 1.0
        assert buckets.take("ada", 1, at=0) == 0
