"""`python -m tests.alerts`: seat alerts per organization and year, by kind of organization.

`--organizations` of each kind (40 as in the tests), `--years` in a row; `--clear-days` and
`--cooldown-days` set the rule as its page does, to see what a change would bring.
"""

import argparse
import sys
from collections.abc import Iterable
from statistics import mean
from typing import Final

from signals.domain.detectors.utilization import USUAL, UtilizationSettings
from signals.domain.rule_settings import SettingsRefused, read_settings
from tests.alerts.years import KINDS, ORGANIZATIONS, Told, mean_alerts, told_of

HEADER: Final = "| kind | alerts | higher bands | purchases | none | one | two | more |"


def row(name: str, told: Iterable[Told]) -> str:
    """One line of the table: means per organization and year, then how many had so many alerts
    in all their years."""
    years = list(told)
    counts = [sum(each.alerts == n for each in years) for n in (0, 1, 2)]
    more = len(years) - sum(counts)
    raised = mean(each.raised / each.years for each in years)
    bought = mean(each.purchases / each.years for each in years)
    means = [f"{each:.2f}" for each in (mean_alerts(years), raised, bought)]
    figures = [*means, *map(str, counts), str(more)]
    return f"| {name} | " + " | ".join(figures) + " |"


def table(settings: UtilizationSettings, organizations: int, years: int) -> list[str]:
    """The table, a line for each kind and one for all."""
    by_kind = {each.__name__: told_of(each, settings, organizations, years) for each in KINDS}
    everybody = [each for told in by_kind.values() for each in told]
    return [
        HEADER,
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *(row(name.replace("_", " "), told) for name, told in by_kind.items()),
        row("all", everybody),
    ]


def main() -> int:
    """Print the table; 2 when a setting is refused."""
    parser = argparse.ArgumentParser(prog="python -m tests.alerts")
    parser.add_argument("--organizations", type=int, default=ORGANIZATIONS)
    parser.add_argument("--years", type=int, default=1)
    parser.add_argument("--clear-days", type=int, default=USUAL.clear_days)
    parser.add_argument("--cooldown-days", type=int, default=USUAL.cooldown_days)
    asked = parser.parse_args()
    values = {"clear_days": asked.clear_days, "cooldown_days": asked.cooldown_days}
    try:
        settings = read_settings(UtilizationSettings, values)
    except SettingsRefused as refused:
        parser.error(str(refused))
    lines = table(settings, max(asked.organizations, 1), max(asked.years, 1))
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
