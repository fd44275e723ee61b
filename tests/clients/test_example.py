"""Planks, the sample product, as a process of its own: what a vendor's people see."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from accounts.models import Organization
from accounts.tenancy import organization_context
from demo.ports import any_free_port
from integrations.domain.signing import secret_of, shown, signature_headers
from seats.models import UsageEvent
from tests.integration.usage.test_entitlements import give_pool, seat
from tests.support.people import make_api_key, make_membership, make_user
from tests.support.waiting import wait_until

RUN = Path(__file__).resolve().parents[2] / "examples" / "vendor_app" / "run.py"
SECRET = secret_of("server", "salt")


@pytest.fixture
def planks(server_url: str, acme: Organization, tmp_path: Path) -> Iterator[httpx.Client]:
    """Planks in a browser of its own, for a vendor with acme as a customer."""
    port = any_free_port()
    environment = {
        "HEADROOM_URL": server_url,
        "HEADROOM_API_KEY": make_api_key(),
        "PLANKS_DATA": str(tmp_path),
        "PLANKS_PORT": str(port),
    }
    process = subprocess.Popen([sys.executable, str(RUN)], env=os.environ | environment)
    with httpx.Client(
        base_url=f"http://127.0.0.1:{port}", trust_env=False, follow_redirects=True, timeout=30
    ) as browser:
        try:
            wait_until(lambda: _answers(browser), "Planks")
            yield browser
        finally:
            process.terminate()
            process.wait(timeout=10)


def _answers(browser: httpx.Client) -> bool:
    try:
        return browser.get("/planks.css").status_code == 200
    except httpx.TransportError:
        return False


def post(browser: httpx.Client, page: str, address: str, **fields: str) -> httpx.Response:
    """Send a form of a page."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(page).text)
    assert found is not None
    fields["csrfmiddlewaretoken"] = found[1]
    return browser.post(address, data=fields)


class TestPlanks:
    def test_asks_at_the_sign_in_and_leads_to_a_seat(
        self, planks: httpx.Client, acme: Organization, tmp_path: Path
    ) -> None:
        give_pool(acme, purchased_seats=1)
        seat(make_membership(acme, external_id="ben"))
        make_membership(acme, external_id="dan")
        ada = make_user(f"ada-{acme.slug}")
        make_membership(acme, user=ada, role="admin")
        listed = planks.get("/sign-in", params={"organization": acme.external_id}).text
        assert "has a seat" in listed
        who = {"organization": acme.external_id, "name": "Somebody", "company": acme.name}

        member = post(planks, "/sign-in", "/sign-in", member="dan", **who)
        assert member.status_code == 403
        assert f"/o/{acme.slug}/ask/" in member.text
        admin = post(planks, "/sign-in", "/sign-in", member=ada.email, **who)
        assert f"/o/{acme.slug}/seats/add/?seats=1" in admin.text

        board = post(planks, "/sign-in", "/sign-in", member="ben", **who)
        assert "A table for the kitchen" in board.text
        post(planks, "/", "/move", card="Sand the edges")
        assert "Sand the edges,Doing" in planks.get("/export.csv").text
        assert planks.get("/headroom-token").json()["token"].startswith("hbt_")
        wait_until(lambda: {"board", "board.move", "export"} <= self.features(acme), "the usage")

        at, body = datetime.now(UTC), b'{"type": "seats.assigned", "data": {"member": "ben"}}'
        sent = signature_headers(message_id="msg_1", at=at, body=body, secrets=[SECRET])
        hook = "/webhooks/headroom"
        assert planks.post(hook, content=body, headers=sent).status_code == 503
        post(planks, "/deliveries", "/deliveries", secret=shown(SECRET))
        answers = [planks.post(hook, content=body, headers=sent).text for _ in range(2)]
        assert answers == ["Taken.", "Known."]
        assert planks.post(hook, content=body + b" ", headers=sent).status_code == 400
        assert "seats.assigned" in planks.get("/deliveries").text

    def features(self, acme: Organization) -> set[str]:
        with organization_context(acme.pk):
            return set(UsageEvent.objects.values_list("feature", flat=True))
