"""The chain over the history: any change of any part of an entry shows."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.domain.chain import START, Facts, Labels, labels_digest, link

KEY = b"k" * 32
FACTS = Facts(7, 3, datetime(2026, 11, 2, 9, tzinfo=UTC), 5, "seat_assigned", "seat", "12")
LABELS = Labels("Ada", "Ben", {"note": "new"}, {"network": "203.0.113.0/24"})


class TestALink:
    @pytest.mark.parametrize(
        "change",
        [
            {"id": 8},
            {"organization_id": None},
            {"at": datetime(2026, 11, 2, 9, 1, tzinfo=UTC)},
            {"actor_id": None},
            {"verb": "seat_released"},
            {"object_type": "purchase"},
            {"object_id": "13"},
        ],
        ids=str,
    )
    def test_differs_when_a_fact_does(self, change: dict[str, Any]) -> None:
        same = link(START, FACTS, "x", key=KEY)
        assert link(START, replace(FACTS), "x", key=KEY) == same
        assert link(START, replace(FACTS, **change), "x", key=KEY) != same

    def test_differs_with_what_stands_before_it_and_without_the_key(self) -> None:
        same = link(START, FACTS, "x", key=KEY)
        assert link("f" * 64, FACTS, "x", key=KEY) != same
        assert link(START, FACTS, "x", key=b"other") != same


class TestLabels:
    @pytest.mark.parametrize(
        "change",
        [{"actor": "Eve"}, {"object": "Eve"}, {"changes": {}}, {"origin": None}],
        ids=str,
    )
    def test_differ_when_one_does(self, change: dict[str, Any]) -> None:
        same = labels_digest(LABELS, salt="s", key=KEY)
        assert labels_digest(replace(LABELS, **change), salt="s", key=KEY) != same
        assert labels_digest(LABELS, salt="t", key=KEY) != same
