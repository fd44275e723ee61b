"""What a run may be told: how long, how many."""

from dataclasses import dataclass


@dataclass(slots=True)
class Options:
    """`minutes` at saturation for the section memory; `people` of the large organization.

    `pages` are the beginnings of the names of the dashboards to measure, all without any.
    """

    minutes: float = 1.0
    people: int = 1_000_000
    pages: tuple[str, ...] = ()


options = Options()
