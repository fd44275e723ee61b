"""What a run may be told: how long, how many."""

from dataclasses import dataclass


@dataclass(slots=True)
class Options:
    """`minutes` at saturation for the section memory; `people` of the large organization.

    `requests` are made of each dashboard; `pages` are how the names of those to measure begin, all
    without any.
    """

    minutes: float = 1.0
    people: int = 1_000_000
    requests: int = 40
    pages: tuple[str, ...] = ()


options = Options()
