"""The story of a quarter, from seats beyond what was bought to the invoice and its workbook.

Imported by the module of the main story, so that both live in one demo. Its organization has a
quarter that ends in four weeks: the jobs of the days to come run through the operator's command.
"""

import re
import subprocess
import sys
from datetime import datetime, time, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import OpenPage
from tests.journeys.demo import Demo, wait_for

ENDING = "nordlys"
NAME = "Nordlys Arkitekter"
SLUG = "nordlys-arkitekter"
ZONE = ZoneInfo("Europe/Copenhagen")
ADMIN = "ada@nordlys.example"


def minor(text: str) -> int:
    """Return the digits of an amount with its sign: `-€12.90` is -1290."""
    size = int(re.sub(r"\D", "", text))
    return -size if "-" in text or "−" in text else size


def total_of(page: Page) -> int:
    """Return the total that the page shows, in minor units."""
    return minor(page.locator("#total").inner_text())


def at_stripe(demo: Demo, path: str, **params: str) -> list[dict[str, object]]:
    """Return a list of the sandbox's own objects."""
    key = re.search(r"STRIPE_SECRET_KEY=(\S+)", (demo.directory / "env").read_text())
    assert key is not None
    answer = httpx.get(
        f"{demo.stripe_url}/v1/{path}",
        params={"limit": "100"} | params,
        headers={"Authorization": f"Bearer {key[1]}"},
        trust_env=False,
    )
    answer.raise_for_status()
    return list(answer.json()["data"])


def assert_accessible(page: Page) -> None:
    """Axe finds nothing, at desktop and at phone width, and nothing scrolls sideways."""
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    page.set_viewport_size({"width": 360, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.set_viewport_size({"width": 1280, "height": 860})


def end_of_quarter(demo: Demo) -> datetime:
    """Return when the organization's first quarter ends."""
    listed = demo.api("GET", "/api/v1/true-ups").json()["results"]
    own = [row for row in listed if row["organization"] == ENDING]
    return datetime.fromisoformat(min(row["ends_at"] for row in own))


def run_jobs(demo: Demo, at: datetime) -> str:
    """Run the jobs of a moment to come, as somebody on the demo's machine would; say what moved."""
    command = '. "$0" && exec "$1" manage.py run_true_ups --organization "$2" --at "$3"'
    given = [str(demo.directory / "env"), sys.executable, ENDING, at.isoformat()]
    done = subprocess.run(
        ["sh", "-c", command, *given], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return str(done.stdout)


def notices(page: Page) -> Locator:
    """Return the links to the admin's mails about the quarter, the newest first."""
    page.goto(f"/demo/mail/?to={ADMIN}")
    return page.get_by_role("link", name=re.compile("^The true-up "))


def newest_notice(page: Page, number: int) -> str:
    """Wait for so many mails about the quarter; return the text of the newest."""
    wait_for(lambda: notices(page).count() == number, f"mail {number} about the quarter")
    notices(page).first.click()
    return page.get_by_role("article").inner_text()


@pytest.fixture(scope="module")
def reviewer(demo: Demo, sign_in: OpenPage) -> Page:
    return sign_in(demo.sign_in_of("admin", ENDING), viewport={"width": 1280, "height": 860})


@pytest.fixture(scope="module")
def finance(demo: Demo, sign_in: OpenPage) -> Page:
    return sign_in(demo.sign_in_of("finance"), viewport={"width": 1280, "height": 860})


class TestAQuarter:
    """Each step stands on the one before."""

    def test_1_begins_with_seats_that_are_lent_and_a_countdown(self, reviewer: Page) -> None:
        reviewer.goto(f"/o/{SLUG}/people/?show=unseated")
        give = reviewer.get_by_role("button", name=re.compile("^Give a seat"))
        # Five new people, and the admin.
        expect(give).to_have_count(6)
        for left in (5, 4, 3, 2, 1):
            give.first.click()
            expect(give).to_have_count(left)
        reviewer.goto(f"/o/{SLUG}/people/")
        told = reviewer.get_by_text("5 more seats are assigned than purchased.")
        expect(told.first).to_contain_text(re.compile(r"Lent until .+, \d+ days from now\."))
        expect(told.first).to_contain_text("Then the true-up charges it.")

    def test_2_is_announced_28_14_and_3_days_ahead_with_its_amount(
        self, demo: Demo, reviewer: Page
    ) -> None:
        end = end_of_quarter(demo)
        assert notices(reviewer).count() == 0
        amounts = []
        for number, days in enumerate((28, 14, 3), start=1):
            morning = datetime.combine(end.astimezone(ZONE) - timedelta(days=days), time(8), ZONE)
            run_jobs(demo, morning)
            text = newest_notice(reviewer, number)
            assert f"In {days} days" in text
            assert "at most 17 seats were used at once, 12 are bought" in text
            amounts.append(minor(re.findall(r"comes to (\S+) without tax", text)[0]))
        # Nobody sat down or bought meanwhile.
        assert len(set(amounts)) == 1
        run_jobs(demo, end)
        text = newest_notice(reviewer, 4)
        assert "is ready for your review" in reviewer.get_by_role("heading", level=1).inner_text()
        assert minor(re.findall(r"comes to (\S+) without tax", text)[0]) == amounts[0] > 0

    def test_3_ends_and_waits_for_the_customer(self, reviewer: Page) -> None:
        reviewer.goto(f"/o/{SLUG}/")
        reviewer.get_by_role("region", name="True-up").get_by_role("link").click()
        expect(reviewer.get_by_role("heading", level=1)).to_contain_text("Review the true-up")
        assert total_of(reviewer) > 0
        assert_accessible(reviewer)

    def test_4_the_amount_falls_as_two_inactive_people_are_removed(self, reviewer: Page) -> None:
        before = total_of(reviewer)
        people = reviewer.locator('input[name="person"]')
        people.nth(0).check()
        people.nth(1).check()
        reviewer.locator("#bulk").get_by_role("button", name="Remove").click()
        panel = reviewer.get_by_role("dialog")
        expect(panel).to_contain_text("brings exactly the credit back as a charge")
        named = minor(panel.locator(".key-value-total dd").inner_text())
        panel.get_by_label("Reason").fill("Left the company")
        panel.get_by_role("button", name="Mark 2 people for removal").click()
        expect(reviewer.get_by_role("status").filter(has_text="marked for removal")).to_be_visible()
        expect(reviewer.get_by_text("to be removed")).to_have_count(2)
        assert total_of(reviewer) == named < before

    def test_5_a_line_is_disputed_and_the_review_submitted_by_its_amount(
        self, reviewer: Page
    ) -> None:
        line = reviewer.locator("details.invoice-line").first
        line.locator("> summary").click()
        line.get_by_text("Is something wrong with this line?").click()
        line.get_by_label("What is wrong, or what we should know").fill("Two were a test.")
        line.get_by_role("button", name="Dispute this line").click()
        expect(reviewer.get_by_text("Two were a test.", exact=True)).to_be_visible()
        # A button opens its dialog once the page has its scripts.
        reviewer.wait_for_load_state("load")
        total = total_of(reviewer)
        reviewer.get_by_role("button", name="Submit the review").click()
        submit = reviewer.get_by_role("dialog").get_by_role("button", name=re.compile("^Submit"))
        assert abs(minor(submit.inner_text())) == abs(total)
        submit.click()
        expect(reviewer.get_by_role("button", name="Submit the review")).to_have_count(0)

    def test_6_finance_answers_and_signs(self, finance: Page) -> None:
        finance.goto("/vendor/true-ups/?state=waiting")
        finance.get_by_role("link", name=NAME).first.click()
        expect(finance.get_by_text("Two were a test.", exact=True)).to_be_visible()
        assert_accessible(finance)
        finance.get_by_label("Your answer").fill("They were in use for five weeks.")
        finance.get_by_role("button", name="Answer the dispute").click()
        # The line is folded now that nothing is open in it.
        expect(finance.get_by_text("They were in use for five weeks.", exact=True)).to_be_attached()
        finance.wait_for_load_state("load")
        total = total_of(finance)
        finance.get_by_role("button", name=re.compile("^Sign ")).click()
        confirm = finance.get_by_role("dialog").get_by_role("button", name=re.compile("^Sign "))
        assert abs(minor(confirm.inner_text())) == abs(total)
        confirm.click()
        # The answer to the form, before anything else is asked: a reload would break it off.
        said = finance.get_by_role("status").filter(has_text="Signed")
        expect(said.first).to_be_visible(timeout=60_000)

        def is_settled() -> bool:
            finance.reload()
            return finance.get_by_text("It is settled.").count() > 0

        wait_for(is_settled, "the settled true-up")
        assert total_of(finance) == total

    def test_7_stripes_invoice_is_equal_to_the_cent(self, demo: Demo, finance: Page) -> None:
        expect(finance.get_by_text("Everything agrees, to the cent.")).to_be_visible()
        number = finance.locator("#sides").get_by_role("link").first.inner_text()
        invoices = at_stripe(demo, "invoices", status="paid")
        invoice = next(found for found in invoices if found["number"] == number)
        lines = at_stripe(demo, f"invoices/{invoice['id']}/lines")
        assert all("True-up" in str(line["description"]) for line in lines)
        assert sum(int(str(line["amount"])) for line in lines) == total_of(finance)
        taxed = invoice["total_excluding_tax"]
        assert int(str(taxed)) == total_of(finance)

    def test_8_the_workbook_opens_and_its_sums_agree(self, finance: Page) -> None:
        total = total_of(finance)
        with finance.expect_download() as download:
            finance.get_by_role("link", name="Workbook").click()
        book = load_workbook(BytesIO(download.value.path().read_bytes()))
        assert [sheet.title for sheet in book.worksheets] == [
            "Summary",
            "Lines",
            "Evidence",
            "Ledger",
            "Stripe",
            "Differences",
        ]
        lines = [row[5] for row in book["Lines"].iter_rows(min_row=2, values_only=True)]
        theirs = [row[2] for row in book["Stripe"].iter_rows(min_row=2, values_only=True)]
        assert round(sum(map(float, lines)) * 100) == total
        assert round(sum(map(float, theirs)) * 100) == total
        seen = [row[0] for row in book["Evidence"].iter_rows(min_row=2, values_only=True)]
        assert len(seen) == len(set(seen)) > 2
        summary = {
            str(row[0]): row[2] for row in book["Summary"].iter_rows(min_row=2, values_only=True)
            if len(row) > 2 and isinstance(row[2], int | float)
        }  # fmt: skip
        assert round(float(summary["Lines without tax"]) * 100) == total

    def test_9_a_removed_person_comes_back_only_after_the_charge_was_said(
        self, reviewer: Page
    ) -> None:
        reviewer.goto(f"/o/{SLUG}/true-ups/")
        reviewer.get_by_role("row").filter(has_text="Settled").get_by_role("link").click()
        removed = reviewer.locator("#removed")
        expect(removed.get_by_role("row")).to_have_count(3)
        removed.get_by_role("link", name=re.compile("Give a seat again")).first.click()
        panel = reviewer.get_by_role("dialog")
        expect(panel).to_contain_text("exactly that credit is charged again")
        expect(panel.get_by_role("button", name=re.compile("^Give the seat for"))).to_be_visible()
