"""Rows of members as the detector reads them, and what it makes of them on a day.

Owns: reading members' days in bounded memory, one member after the other. Writes nothing. Does not
own: the standing of members, cases, or what is shown (`selectors.sharing`).
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.db import connections

from accounts.models import Membership
from signals.domain.sharing.events import Cell
from signals.domain.sharing.evidence import Evidence
from signals.domain.sharing.keys import epoch_to_read
from signals.domain.sharing.model import Score, score_of
from signals.domain.sharing.networks import NetworkClass
from signals.domain.sharing.scoring import evidence_on, surroundings_on
from signals.domain.sharing.state import KEPT_DAYS, Facts, Row, RowKey
from signals.domain.sharing.user_agents import FormFactor

LEFT_OUT: Final = (Membership.Kind.SERVICE, Membership.Kind.ROLE, Membership.Kind.KIOSK)
"""Kinds of membership that are no one person's account, declared as such."""
_AT_ONCE: Final = 100
_REMEMBERED_ROWS: Final = 20_000
"""About 15 MB."""

# One text for each member: the driver takes ten times as long to read as many values.
_ROWS = """
SELECT d.membership_id, string_agg(concat_ws(
    ',', d.day - date '0001-01-01' + 1, d.device, d.place, d.slots,
    d.form, d.system, d.browser, d.network_class, d.network,
    coalesce(d.cell_latitude::text, ''), coalesce(d.cell_longitude::text, '')
), ';' ORDER BY d.day, d.device, d.place)
FROM signals_sharingday d
WHERE d.organization_id = %(organization_id)s AND d.epoch = %(epoch)s
    AND d.day > %(since)s AND d.day <= %(until)s
    AND (%(members)s::bigint[] IS NULL OR d.membership_id = ANY(%(members)s::bigint[]))
    AND NOT EXISTS (
        SELECT FROM accounts_membership m
        WHERE m.organization_id = d.organization_id AND m.id = d.membership_id
            AND m.kind = ANY(%(left_out)s))
    AND NOT EXISTS (
        SELECT FROM signals_sharingowndevice own
        WHERE own.organization_id = d.organization_id AND own.membership_id = d.membership_id
            AND own.epoch = d.epoch AND own.device = d.device)
GROUP BY d.membership_id ORDER BY d.membership_id
"""
_COUNT = """
SELECT count(*) FROM (
    SELECT FROM signals_sharingday WHERE organization_id = %s AND epoch = %s LIMIT %s
) AS few
"""


def epoch_of(on: date) -> int:
    """Return the epoch that a run of this day reads."""
    return epoch_to_read(on.toordinal())


def rows_of_member(organization_id: int, member: int, epoch: int, on: date) -> list[Row]:
    """Return one member's rows of the 35 days up to `on`."""
    since = on - timedelta(days=KEPT_DAYS)
    found = _read(organization_id, epoch, since, on, frozenset({member}))
    return [row for _member, rows in found for row in rows]


class MemberRows:
    """The rows of an organization's members, for several looks at them on the days up to `on`.

    Those of an organization that has few are read once; those of a large one each time anew, one
    member after the other, so that memory does not grow with it. Runs inside the organization's
    tenancy context.
    """

    def __init__(self, organization_id: int, epoch: int, on: date, *, days_back: int = 0) -> None:
        self._organization_id, self._epoch = organization_id, epoch
        self._known: list[tuple[int, list[Row]]] | None = None
        if self._is_small():
            since = on - timedelta(days=KEPT_DAYS + days_back)
            self._known = list(_read(organization_id, epoch, since, on, None))

    def up_to(
        self, on: date, members: frozenset[int] | None = None
    ) -> Iterator[tuple[int, list[Row]]]:
        """Yield each member's rows of the 35 days up to `on`, or of those named."""
        since = on - timedelta(days=KEPT_DAYS)
        if self._known is None:
            yield from _read(self._organization_id, self._epoch, since, on, members)
            return
        first, last = since.toordinal() + 1, on.toordinal()
        for member, rows in self._known:
            if members is None or member in members:
                own = [row for row in rows if first <= row.key.day <= last]
                if own:
                    yield member, own

    def scores(
        self, on: date, members: frozenset[int] | None = None
    ) -> Iterator[tuple[int, Evidence, Score]]:
        """Yield evidence and score of every member on a day, or of those named."""
        surroundings = surroundings_on((rows for _member, rows in self.up_to(on)), on.toordinal())
        for member, rows in self.up_to(on, members):
            evidence = evidence_on(rows, on.toordinal(), surroundings)
            yield member, evidence, score_of(evidence)

    def _is_small(self) -> bool:
        with connections["default"].cursor() as cursor:
            cursor.execute(_COUNT, [self._organization_id, self._epoch, _REMEMBERED_ROWS + 1])
            return int(cursor.fetchone()[0]) <= _REMEMBERED_ROWS


def _read(
    organization_id: int, epoch: int, since: date, until: date, members: frozenset[int] | None
) -> Iterator[tuple[int, list[Row]]]:
    with connections["default"].chunked_cursor() as cursor:
        cursor.execute(
            _ROWS,
            {
                "organization_id": organization_id,
                "epoch": epoch,
                "since": since,
                "until": until,
                "members": None if members is None else sorted(members),
                "left_out": [kind.value for kind in LEFT_OUT],
            },
        )
        facts: dict[str, Facts] = {}
        for some in iter(lambda: cursor.fetchmany(_AT_ONCE), []):
            for member, text in some:
                yield member, [_row(str(member), line, facts) for line in text.split(";")]


def _row(member: str, line: str, known: dict[str, Facts]) -> Row:
    """One row; equal facts are one object, there are few of them."""
    day, device, place, slots, said = line.split(",", 4)
    facts = known.get(said)
    if facts is None:
        facts = known[said] = _facts(*said.split(","))
    return Row(RowKey(member, int(day), device, place), facts, int(slots, 2))


def _facts(
    form: str,
    system: str,
    browser: str,
    network_class: str,
    network: str,
    latitude: str,
    longitude: str,
) -> Facts:
    cell = Cell(int(latitude), int(longitude)) if latitude else None
    return Facts(FormFactor(form), system, browser, NetworkClass(network_class), int(network), cell)


def scores_as_of(organization_id: int, on: date) -> Mapping[int, tuple[Evidence, Score]]:
    """Return evidence and score of every member on a day, without writing anything.

    Runs inside the organization's tenancy context.
    """
    return {
        member: (evidence, score)
        for member, evidence, score in MemberRows(organization_id, epoch_of(on), on).scores(on)
    }


def evidence_as_json(evidence: Evidence, score: Score) -> list[dict[str, Any]]:
    """Return kind, amount, count and weight of what was observed, the heaviest first."""
    found = [
        {
            "kind": item.kind.value,
            "amount": item.amount,
            "count": item.count,
            "weight": round(score.contributions.get(item.kind, 0.0), 4),
        }
        for item in evidence.observations
    ]
    return sorted(found, key=lambda item: (-float(item["weight"]), str(item["kind"])))
