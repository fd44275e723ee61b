"""`manage.py run_true_ups`: what is due at a moment, of one organization or of all."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.integration.trueups.conftest import DAY, START, Acme, make_acme

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

END = START + 90 * DAY


def run(**options: object) -> list[str]:
    out = StringIO()
    call_command("run_true_ups", stdout=out, **options)
    return out.getvalue().splitlines()


def test_does_of_one_organization_what_is_due_at_a_moment(acme: Acme) -> None:
    other = make_acme(name="other")
    for each in (acme, other):
        each.agree()
    acme.seat_many(acme.hire(110), START)

    begun = run(at=START, organization="acme")
    assert begun == ["2026-Q1: scheduled, told: nothing yet", "Done: 1"]
    # Nine in the morning of the 18th in Zurich, where the operator sits.
    out = StringIO()
    call_command(
        "run_true_ups", "--at", "2026-03-18T10:00+01:00", "--organization", "acme", stdout=out
    )
    told = out.getvalue().splitlines()
    assert told[0] == "2026-Q1: noticed, told: ahead-14"
    # 10 seats x 100.00 for the 275 of 365 days that are left when the quarter ends.
    assert "comes to €753.42 without tax: at most 110 seats" in mail.outbox[-1].body
    assert "In 14 days" in mail.outbox[-1].body
    assert run(at=END - 14 * DAY + timedelta(hours=9), organization="acme") == ["Done: 0"]
    assert run(at=END, organization="acme") == [
        "2026-Q1: in_review, told: ahead-14, review",
        "2026-Q2: scheduled, told: nothing yet",
        "Done: 2",
    ]
    with other.context():
        assert not other.organization.true_ups.exists()


def test_runs_ahead_of_time_for_one_organization_with_a_test_key_only(
    acme: Acme, settings: pytest.FixtureRequest
) -> None:
    to_come = timezone.now() + DAY
    with pytest.raises(CommandError, match="has not come yet"):
        run(at=to_come)
    settings.STRIPE_SECRET_KEY = "sk_live_1"  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="has not come yet"):
        run(at=to_come, organization="acme")
    settings.STRIPE_SECRET_KEY = "sk_test_1"  # type: ignore[attr-defined]
    assert run(at=to_come, organization="acme") == ["Done: 0"]
    with pytest.raises(CommandError, match="no organization"):
        run(organization="nobody")
