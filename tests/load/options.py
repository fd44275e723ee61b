"""What a run may be told: how long, how many."""

from dataclasses import dataclass


@dataclass(slots=True)
class Options:
    """`minutes` at saturation for the section memory; `people` of the large organization.

    `requests` are made of each dashboard; `pages` are how the names of those to measure begin, all
    without any. `lines` has the large file of people.
    """

    minutes: float = 1.0
    people: int = 1_000_000
    requests: int = 40
    lines: int = 100_000
    pages: tuple[str, ...] = ()


options = Options()
