"""Shared accounts over HTTP: reported as the vendor's product does, read as it does."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connections, transaction

from accounts.models import Membership, Organization
from accounts.tenancy import organization_context
from seats.services.rollup import roll_up_usage
from signals.domain.sharing.capture import RawEvent, sighting_of
from signals.domain.sharing.scoring import scores_on
from signals.domain.sharing.state import KEPT_DAYS, State
from signals.services.sharing_fill import fill_sharing
from signals.services.sharing_keys import Secrets
from signals.services.sharing_scoring import score_due
from tests.integration.signals.test_sharing import EVENTS, LAST_DAY
from tests.integration.usage.conftest import HTTP, Client
from tests.support.people import make_organization

AT_ONCE = 500


def moved(events: list[dict[str, Any]], by: timedelta) -> list[dict[str, Any]]:
    return [
        event | {"at": (datetime.fromisoformat(event["at"]) + by).isoformat()} for event in events
    ]


def purely(
    organization: Organization, events: list[dict[str, Any]], last_day: date
) -> dict[str, float]:
    """What the pure detector says of the same events under the same keys, by member."""
    with transaction.atomic(using="pipeline"), connections["pipeline"].cursor() as cursor:
        secret = Secrets(cursor).of(organization.pk, last_day.toordinal() // 90)
    with organization_context(organization.pk):
        numbers = dict(Membership.objects.values_list("external_id", "pk"))
    state = State()
    for event in events:
        geo = event["geo"]
        raw = RawEvent(
            member=str(numbers[event["member"]]),
            at=datetime.fromisoformat(event["at"]),
            device_id=event["device_id"],
            address=event["ip"],
            user_agent=event["user_agent"],
            latitude=geo.get("latitude"),
            longitude=geo.get("longitude"),
            asn=geo.get("asn"),
            network=geo["network"],
        )
        sighting = sighting_of(raw, secret)
        assert sighting is not None
        state.add([sighting])
    state.forget_before(last_day.toordinal() - KEPT_DAYS + 1)
    names = {str(number): name for name, number in numbers.items()}
    scores = scores_on(state.by_member(), last_day.toordinal())
    return {
        names[member]: score.probability
        for member, score in scores.items()
        if score.probability is not None
    }


class TestThePath:
    def test_ends_in_the_pure_detector_s_figures(self, product: Client) -> None:
        lago = make_organization("lago")
        now = datetime.now(UTC)
        last_day = now.date() - timedelta(days=1)
        events = moved(EVENTS, last_day - LAST_DAY)
        for start in range(0, len(events), AT_ONCE):
            answer = product.report(*events[start : start + AT_ONCE])
            assert answer.status_code == 202, answer.text
            assert answer.json()["rejected"] == []
        roll_up_usage(now=now)
        fill_sharing(now=now)
        score_due(now=now, whatever=True)
        expected = purely(lago, events, last_day)
        assert sum(p >= 0.5 for p in expected.values()) >= 2
        found = HTTP.get(
            f"{product.url}/api/v1/signals/sharing?organization=lago",
            headers={"Authorization": f"Bearer {product.key}"},
        ).json()
        shown = {each["member"]: each["probability"] for each in found["results"]}
        assert shown.keys() == expected.keys()
        assert all(abs(shown[member] - p) < 1e-9 for member, p in expected.items())
        (sums,) = found["organizations"]
        assert (sums["organization"], sums["scored_on"]) == ("lago", str(last_day))
        assert sums["alert"]
        assert sums["is_current"]
        likeliest = max(found["results"], key=lambda each: float(each["probability"]))
        # The runs of the last three days are replayed, so that history counts at once.
        assert (likeliest["step"], likeliest["case"]) == ("measured", "open")
        assert likeliest["people"]["about"] >= likeliest["people"]["at_least"] >= 1
        heaviest = likeliest["evidence"][0]
        assert set(heaviest) == {"kind", "amount", "weight", "sentence"}
        assert heaviest["weight"] > 0
        assert heaviest["sentence"].endswith(".")
