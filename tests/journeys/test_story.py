"""The main story, as its people live it: usage in, signal out, seats bought, paid and assigned."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from email import message_from_bytes, policy
from functools import partial
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import OpenPage
from tests.journeys.demo import Demo, wait_for
from tests.journeys.quarter import TestAQuarter, finance, reviewer

__all__ = ["TestAQuarter", "finance", "reviewer"]

pytestmark = pytest.mark.journey

# The demo's organizations, by their external ids, and the first by the name that pages show.
AT_EIGHTY_PERCENT = "citus"
CARD_DECLINES = "wagtail"
BANK_ASKS = "lago"
NAME = "Cirrus Logistik"
LATE = 120_000


def mails_about(demo: Demo, address: str) -> list[str]:
    """Return the subjects of the mails to an address that name the story's organization.

    Left out is that a person asks for a seat, which the loading of the demo does four times.
    """
    found = []
    for file in (demo.directory / "mail").glob("*.log"):
        for part in file.read_bytes().split(b"\n" + b"-" * 79 + b"\n"):
            message = message_from_bytes(part.strip(), policy=policy.default)
            body = message.get_body(("plain",)) if message["To"] else None
            text = f"{message['Subject']} {body.get_content() if body else ''}"
            is_asking = "asks for a seat" in str(message["Subject"])
            if address in str(message["To"]) and NAME in text and not is_asking:
                found.append(str(message["Subject"]))
    return found


def scan_by_hand(demo: Demo) -> None:
    """Run the scan once more, as somebody on the demo's machine would."""
    subprocess.run(
        ["sh", "-c", '. "$0" && exec "$1" manage.py scan', demo.directory / "env", sys.executable],
        check=True,
        capture_output=True,
    )


def paid_invoices(demo: Demo) -> int:
    """Count what the sandbox has been paid, over all customers."""
    page = httpx.get(
        f"{demo.stripe_url}/v1/invoices",
        params={"status": "paid", "limit": 100},
        headers={"Authorization": f"Bearer {stripe_key(demo)}"},
        trust_env=False,
    ).json()
    return len(page["data"]) if not page["has_more"] else pytest.fail("more than a page")


def stripe_key(demo: Demo) -> str:
    """Return the demo's own test key."""
    exports = (demo.directory / "env").read_text()
    return re.search(r"STRIPE_SECRET_KEY=(\S+)", exports)[1]  # type: ignore[index]


def minor(text: str) -> int:
    """Return the digits of an amount: `€412.90` is 41290."""
    return int(re.sub(r"\D", "", text))


def open_add_seats(page: Page, seats: int) -> None:
    """Open the panel over the Overview and turn the stepper to `seats`."""
    page.get_by_role("link", name="Add seats").first.click()
    stepper = page.get_by_role("spinbutton", name="Seats to add")
    expect(stepper).to_be_visible()
    stepper.fill(str(seats))
    stepper.press("Tab")


def pay_button(page: Page, seats: int) -> Locator:
    """Return the button that says what it does."""
    noun = "seat" if seats == 1 else "seats"
    return page.get_by_role("button", name=re.compile(rf"^Pay .+ and add {seats} {noun}$"))


@pytest.fixture(scope="module")
def admin(demo: Demo, sign_in: OpenPage) -> Page:
    return sign_in(demo.sign_in_of("admin", AT_EIGHTY_PERCENT))


@pytest.fixture(scope="module")
def manager(demo: Demo, sign_in: OpenPage) -> Page:
    return sign_in(demo.sign_in_of("account_manager"))


class TestTheStory:
    """One story in five steps; each step stands on the one before."""

    def test_1_usage_arrives_and_shows_somebody_without_a_seat(
        self, demo: Demo, admin: Page
    ) -> None:
        newcomer = f"newcomer-{uuid4().hex[:8]}"
        event = {
            "id": uuid4().hex,
            "organization": AT_EIGHTY_PERCENT,
            "member": newcomer,
            "at": datetime.now(UTC).isoformat(),
            "kind": "feature",
            "feature": "reports",
        }
        bad = event | {"id": uuid4().hex, "kind": "nonsense"}
        answer = demo.api("POST", "/api/v1/events", json={"events": [event, bad]})
        assert answer.status_code == 202
        assert answer.json()["accepted"] == 1
        assert answer.json()["rejected"][0]["index"] == 1
        again = demo.api("POST", "/api/v1/events", json={"events": [event]})
        assert again.json()["duplicates"] == 1
        check = demo.api(
            "POST",
            "/api/v1/entitlements/check",
            json={"organization": AT_EIGHTY_PERCENT, "member": newcomer},
        ).json()
        assert check["allowed"] is False
        assert check["purchase_url"].startswith(demo.url)

        admin.get_by_role("link", name="People", exact=True).click()
        people = admin.url

        def is_listed() -> bool:
            admin.goto(f"{people}?q={newcomer}")
            return admin.get_by_role("table").get_by_text(newcomer[:8]).count() > 0

        wait_for(is_listed, "the newcomer among the people")
        expect(admin.get_by_role("table")).to_contain_text("uses it without")

    def test_2_the_scan_tells_both_sides_once(self, demo: Demo, admin: Page, manager: Page) -> None:
        def has_task() -> bool:
            manager.goto("/vendor/today/")
            return manager.get_by_role("link", name=re.compile(NAME)).count() > 0

        wait_for(has_task, "the expansion task")
        readers = [demo.sign_in_of("admin", AT_EIGHTY_PERCENT), demo.sign_in_of("account_manager")]
        for reader in readers:
            wait_for(partial(mails_about, demo, reader.email), f"the mail to {reader.email}")
        before = [mails_about(demo, reader.email) for reader in readers]
        # The admin hears of the seats; the account manager of each change of the task, and once.
        assert len(before[0]) == 1
        assert len(set(before[1])) == len(before[1])
        scan_by_hand(demo)
        manager.goto("/vendor/tasks/?show=all")
        expect(manager.get_by_role("row").filter(has_text=NAME)).to_have_count(1)
        assert [mails_about(demo, reader.email) for reader in readers] == before
        admin.goto("/demo/mail/")
        expect(admin.get_by_role("main")).to_contain_text(NAME)

    def test_3_the_overview_says_how_full_it_is(self, admin: Page) -> None:
        admin.goto("/")
        heading = admin.get_by_role("heading", level=1)
        # Eight on seats, and the newcomer of before.
        expect(heading).to_contain_text("9 of 10 seats in use")
        expect(heading).to_contain_text("1 active person has no seat")

    def test_4_a_double_click_buys_once_and_seats_those_who_wait(
        self, demo: Demo, admin: Page
    ) -> None:
        before = paid_invoices(demo)
        admin.goto("/")
        open_add_seats(admin, 3)
        button = pay_button(admin, 3)
        expect(button).to_be_visible()
        today = minor(admin.locator("#today").inner_text().split("\n")[1])
        paid = re.match(r"Pay (\S+)", button.inner_text())
        assert paid is not None
        assert minor(paid[1]) == today
        button.dblclick()
        expect(admin.get_by_role("heading", level=1)).to_have_text("3 seats added", timeout=LATE)
        # Two seats were free and three are new: all four who wait sit down.
        expect(admin.get_by_role("heading", name="4 people got a seat")).to_be_visible()
        assert paid_invoices(demo) == before + 1
        admin.reload()
        assert paid_invoices(demo) == before + 1

    def test_5_the_task_closes_itself_as_won(self, manager: Page) -> None:
        manager.goto("/vendor/tasks/?show=won")
        row = manager.get_by_role("row").filter(has_text=NAME)
        expect(row.first).to_contain_text("3")
        row.first.get_by_role("link").first.click()
        expect(manager.get_by_role("main")).to_contain_text(re.compile("won", re.IGNORECASE))

    def test_6_finance_sees_the_same_amount_four_times(self, demo: Demo, sign_in: OpenPage) -> None:
        page = sign_in(demo.sign_in_of("finance"))
        page.goto(f"/vendor/reconciliation/?q={NAME.split()[0]}")
        row = page.get_by_role("row").filter(has_text=NAME).first
        amounts = [minor(text) for text in row.locator("td.number").all_inner_texts()]
        seats, quote, ledger, invoice, payment, difference = amounts
        assert seats == 3
        assert quote == ledger == invoice == payment > 0
        assert difference == 0


class TestABankThatDeclines:
    def test_charges_nothing_grants_nothing_and_says_what_helps(
        self, demo: Demo, sign_in: OpenPage
    ) -> None:
        before = paid_invoices(demo)
        page = sign_in(demo.sign_in_of("admin", CARD_DECLINES))
        open_add_seats(page, 2)
        pay_button(page, 2).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "No seats were added", timeout=LATE
        )
        expect(page.get_by_role("button", name="Use another card")).to_be_visible()
        assert paid_invoices(demo) == before


class TestABankThatAsks:
    def test_grants_after_the_confirmation_and_not_before(
        self, demo: Demo, sign_in: OpenPage
    ) -> None:
        before = paid_invoices(demo)
        page = sign_in(demo.sign_in_of("admin", BANK_ASKS))
        open_add_seats(page, 2)
        pay_button(page, 2).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "Your bank asks for your confirmation", timeout=LATE
        )
        assert paid_invoices(demo) == before
        purchase = page.url
        page.get_by_role("link", name="Confirm with your bank").click()
        page.wait_for_url(lambda url: urlsplit(url).port != urlsplit(demo.url).port)
        if page.get_by_role("button", name=re.compile("authenticate", re.IGNORECASE)).count() == 0:
            page.get_by_role("button", name=re.compile("pay|confirm", re.IGNORECASE)).first.click()
        page.get_by_role("button", name=re.compile("authenticate", re.IGNORECASE)).first.click()
        wait_for(lambda: paid_invoices(demo) == before + 1, "the payment")
        page.goto(purchase)
        expect(page.get_by_role("heading", level=1)).to_have_text("2 seats added", timeout=LATE)
