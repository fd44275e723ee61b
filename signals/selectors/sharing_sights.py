"""What the detector of shared sign-ins looks at: an organization's sums, never its people."""

import json
from collections.abc import Iterable
from typing import Final

from django.db import connections

from signals.domain.detectors.sharing import SharingSettings, shared_sign_ins
from signals.domain.evidence import EvidenceCode, evidence_of
from signals.domain.findings import Presence
from signals.selectors.facts import array_of
from signals.selectors.sights import Ask, Sight, Thresholds

_MOST_KINDS: Final = 4
_EXPECTED = """
SELECT o.organization_id, o.expected_unpaid, o.kinds
FROM signals_sharingoverview o
JOIN accounts_organization org ON org.id = o.organization_id
WHERE o.expected_unpaid > 0 AND org.usage_visibility <> 'totals'
    AND (%(organization_ids)s::bigint[] IS NULL
         OR o.organization_id = ANY(%(organization_ids)s::bigint[]))
"""


def shared_accounts(ask: Ask, thresholds: Thresholds[SharingSettings]) -> Iterable[Sight]:
    """Yield the organizations in which people seem to work on accounts of others.

    Nothing is said of past days: the rows behind it live for weeks only.
    """
    if ask.as_of is not None:
        return
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(_EXPECTED, {"organization_ids": array_of(ask.organization_ids)})
        found = cursor.fetchall()
    for organization_id, expected, kinds in found:
        facts = ask.organizations.get(organization_id)
        settings = thresholds.of(organization_id)
        if facts is None or settings is None:
            continue
        presence = shared_sign_ins(expected, settings)
        if presence is Presence.GONE:
            continue
        most = sorted(json.loads(kinds).items(), key=lambda item: (-item[1], item[0]))[:_MOST_KINDS]
        yield Sight(
            facts,
            presence,
            values={"seats": max(1, round(expected))},
            evidence=(
                evidence_of(EvidenceCode.SHARED_SIGN_INS, people=max(1, round(expected))),
                *(
                    evidence_of(EvidenceCode.SHARED_KIND, kind=kind, accounts=accounts)
                    for kind, accounts in most
                ),
            ),
        )
