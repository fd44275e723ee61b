"""How much of something somebody may do in a stretch of time: a bucket that fills again."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `burst` at once, and `per_second` more with the time."""

    burst: float
    per_second: float


class Buckets[K: Hashable]:
    """One bucket for each of at most `people`; who was not seen for longest begins anew."""

    def __init__(self, pace: Pace, *, people: int = 50_000) -> None:
        self._pace = pace
        self._people = people
        self._levels: OrderedDict[K, tuple[float, float]] = OrderedDict()

    def take(self, who: K, amount: int, *, at: float) -> float:
        """Take `amount` at `at` (seconds); return 0, or after how many seconds there is enough."""
        level, since = self._levels.pop(who, (self._pace.burst, at))
        level = min(self._pace.burst, level + (at - since) * self._pace.per_second)
        missing = min(amount, self._pace.burst) - level
        self._levels[who] = (level if missing > 0 else level - amount, at)
        if len(self._levels) > self._people:
            self._levels.popitem(last=False)
        return missing / self._pace.per_second if missing > 0 else 0.0
