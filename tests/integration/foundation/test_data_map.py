"""The data map: every model that says something of a person stands in docs/privacy.md."""

import re
from pathlib import Path

from tests.support.personal import personal_models

_ROW = re.compile(
    r"^\| `(?P<model>[A-Za-z]+\.[A-Za-z]+)` \| (?P<columns>[^|]+) \| (?P<fate>[^|]+) \|"
)


def listed() -> dict[str, tuple[set[str], str]]:
    text = (Path(__file__).parents[3] / "docs" / "privacy.md").read_text()
    rows = (_ROW.match(line) for line in text.splitlines())
    return {
        row["model"]: (set(re.findall(r"`([a-z_]+)`", row["columns"])), row["fate"].strip())
        for row in rows
        if row
    }


class TestTheDataMap:
    def test_lists_every_model_and_column_and_no_other(self) -> None:
        known = {label: set(columns) for label, columns in personal_models()}
        assert {label: columns for label, (columns, _fate) in listed().items()} == known

    def test_says_of_each_what_becomes_of_it(self) -> None:
        assert not [label for label, (_columns, fate) in listed().items() if not fate]
