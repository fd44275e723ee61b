"""Rows of members as the detector reads them, and what it makes of them on a day.

Owns: reading members' days in bounded memory, one member after the other. Writes nothing. Does not
own: the standing of members, cases, or what is shown (`selectors.sharing`).
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from django.db import connections

from accounts.models import Membership
from signals.domain.sharing.events import Cell
from signals.domain.sharing.evidence import Evidence
from signals.domain.sharing.journeys import Surroundings
from signals.domain.sharing.keys import epoch_to_read
from signals.domain.sharing.model import Score, score_of
from signals.domain.sharing.networks import NetworkClass
from signals.domain.sharing.scoring import evidence_on, surroundings_on
from signals.domain.sharing.state import KEPT_DAYS, Facts, Row, RowKey
from signals.domain.sharing.user_agents import FormFactor

LEFT_OUT: Final = (Membership.Kind.SERVICE, Membership.Kind.ROLE, Membership.Kind.KIOSK)
"""Kinds of membership that are no one person's account, declared as such."""
_AT_ONCE: Final = 2_000

_ROWS = """
SELECT d.membership_id, d.day, d.device::text, d.place::text, d.slots::text, d.form, d.system,
    d.browser, d.network_class, d.network, d.cell_latitude, d.cell_longitude
FROM signals_sharingday d
WHERE d.organization_id = %(organization_id)s AND d.epoch = %(epoch)s
    AND d.day > %(since)s AND d.day <= %(until)s
    AND (%(member)s::bigint IS NULL OR d.membership_id = %(member)s)
    AND NOT EXISTS (
        SELECT FROM accounts_membership m
        WHERE m.organization_id = d.organization_id AND m.id = d.membership_id
            AND m.kind = ANY(%(left_out)s))
    AND NOT EXISTS (
        SELECT FROM signals_sharingowndevice own
        WHERE own.organization_id = d.organization_id AND own.membership_id = d.membership_id
            AND own.epoch = d.epoch AND own.device = d.device)
ORDER BY d.membership_id, d.day, d.device, d.place
"""


def epoch_of(on: date) -> int:
    """Return the epoch that a run of this day reads."""
    return epoch_to_read(on.toordinal())


def rows_of_member(organization_id: int, member: int, epoch: int, on: date) -> list[Row]:
    """Return one member's rows of the 35 days up to `on`."""
    return [
        row for _member, rows in member_rows(organization_id, epoch, on, member) for row in rows
    ]


def member_rows(
    organization_id: int, epoch: int, on: date, member: int | None = None
) -> Iterator[tuple[int, list[Row]]]:
    """Yield each member's rows of the 35 days up to `on`, one member after the other."""
    connection = connections["default"]
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            _ROWS,
            {
                "organization_id": organization_id,
                "epoch": epoch,
                "since": on - timedelta(days=KEPT_DAYS),
                "until": on,
                "member": member,
                "left_out": [kind.value for kind in LEFT_OUT],
            },
        )
        lines = iter(lambda: cursor.fetchmany(_AT_ONCE), [])
        flat = (line for some in lines for line in some)
        for member, own in groupby(flat, key=itemgetter(0)):
            yield member, [_row(line) for line in own]


def _row(line: tuple[Any, ...]) -> Row:
    member, day, device, place, slots, form, system, browser, network_class, network, lat, lon = (
        line
    )
    return Row(
        RowKey(str(member), day.toordinal(), device, place),
        Facts(
            FormFactor(form),
            system,
            browser,
            NetworkClass(network_class),
            network,
            None if lat is None else Cell(lat, lon),
        ),
        int(slots, 2),
    )


def surroundings_at(organization_id: int, on: date, epoch: int) -> Surroundings:
    """Return what the organization's rows say of its places on a day."""
    return surroundings_on(
        (rows for _member, rows in member_rows(organization_id, epoch, on)), on.toordinal()
    )


def member_scores(
    organization_id: int, on: date, epoch: int, members: frozenset[int] | None = None
) -> Iterator[tuple[int, Evidence, Score]]:
    """Yield evidence and score of every member on a day, or of those named.

    Runs inside the organization's tenancy context.
    """
    surroundings = surroundings_at(organization_id, on, epoch)
    for member, rows in member_rows(organization_id, epoch, on):
        if members is None or member in members:
            evidence = evidence_on(rows, on.toordinal(), surroundings)
            yield member, evidence, score_of(evidence)


def scores_as_of(organization_id: int, on: date) -> Mapping[int, tuple[Evidence, Score]]:
    """Return evidence and score of every member on a day, without writing anything.

    Runs inside the organization's tenancy context.
    """
    return {
        member: (evidence, score)
        for member, evidence, score in member_scores(organization_id, on, epoch_of(on))
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
