"""Takes the pictures of `docs/screenshots/`: `python -m tests.journeys.screenshots`.

The purchase in the fourth picture is made for it, so run it on a demo that may change.
"""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from demo.browser import find_chromium
from tests.journeys.conftest import CHROMIUM_FLAGS, open_signed_in
from tests.journeys.demo import Demo, running_demo, wait_for

DESKTOP = ViewportSize(width=1280, height=1000)
TARGET = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
STORY = "citus"
BUSY = "wagtail"


def picture(page: Page, name: str, *, full: bool = False) -> None:
    """Save what the page shows."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    page.screenshot(path=TARGET / f"{name}.png", full_page=full)


def admin_story(demo: Demo, browser: Browser) -> None:
    """Overview, people, adding seats, and how it went."""
    page = open_signed_in(browser, demo, demo.sign_in_of("admin", STORY), viewport=DESKTOP)
    picture(page, "overview")
    page.get_by_role("link", name="People", exact=True).click()
    picture(page, "people")
    page.goto("/")
    page.get_by_role("link", name="Add seats").first.click()
    stepper = page.get_by_role("spinbutton", name="Seats to add")
    stepper.fill("5")
    stepper.press("Tab")
    pay = page.get_by_role("button", name=re.compile("^Pay .* and add 5 seats$"))
    pay.wait_for()
    picture(page, "add-seats")
    pay.click()
    page.get_by_role("heading", name="5 seats added").wait_for()
    picture(page, "purchase")


def usage_pages(demo: Demo, browser: Browser) -> None:
    """A member of an organization with much activity, its features, and the portfolio."""
    admin = open_signed_in(browser, demo, demo.sign_in_of("admin", BUSY), viewport=DESKTOP)
    here = re.sub(r"(/o/[^/]+/).*", r"\1", admin.url)
    admin.goto(f"{here}people/?sort=-active_days")
    admin.locator("main tbody th a").first.click()
    admin.locator("h1").wait_for()
    picture(admin, "member")
    admin.goto(f"{here}usage/features/")
    picture(admin, "features")
    manager = open_signed_in(browser, demo, demo.sign_in_of("account_manager"), viewport=DESKTOP)
    manager.goto("/vendor/portfolio/")
    picture(manager, "portfolio")


def billing_pages(demo: Demo, browser: Browser) -> None:
    """The statement, a kept quote, a change of the subscription, and a payment that is overdue."""
    for organization, path, name in (
        (STORY, "statement/", "statement"),
        ("alpenblick", "quotes/", "quote"),
        (STORY, "seats/change/", "change"),
        ("sirocco", "payment/", "overdue"),
    ):
        page = open_signed_in(
            browser, demo, demo.sign_in_of("admin", organization), viewport=DESKTOP
        )
        page.goto(re.sub(r"(/o/[^/]+/).*", rf"\g<1>{path}", page.url))
        if name == "quote":
            page.locator("main table a").first.click()
        picture(page, name)


def price_designer(demo: Demo, browser: Browser) -> None:
    """A draft beside its curve."""
    page = open_signed_in(browser, demo, demo.sign_in_of("vendor_admin"), viewport=DESKTOP)
    page.goto("/vendor/prices/")
    page.get_by_role("link", name="Next spring").first.click()
    page.wait_for_selector("canvas")
    picture(page, "price-designer")


def staff_pages(demo: Demo, browser: Browser) -> None:
    """Today before the purchase, reconciliation after it."""
    manager = open_signed_in(browser, demo, demo.sign_in_of("account_manager"), viewport=DESKTOP)

    def has_story() -> bool:
        manager.goto("/vendor/today/")
        return manager.get_by_role("link", name=re.compile("Cirrus")).count() > 0

    wait_for(has_story, "the expansion task")
    manager.get_by_role("link", name=re.compile("Cirrus")).first.click()
    picture(manager, "today")


def signal_pages(demo: Demo, browser: Browser) -> None:
    """An account that several people share, the board of tasks, and the page of an account."""
    admin = open_signed_in(browser, demo, demo.sign_in_of("admin", STORY), viewport=DESKTOP)
    admin.goto(re.sub(r"(/o/[^/]+/).*", r"\g<1>sharing/", admin.url))
    admin.locator("main table a, main ul a").first.click()
    admin.get_by_role("heading", name="What was seen").wait_for()
    picture(admin, "shared-account", full=True)
    manager = open_signed_in(browser, demo, demo.sign_in_of("account_manager"), viewport=DESKTOP)
    manager.goto("/vendor/tasks/board/")
    picture(manager, "board")
    manager.goto("/vendor/accounts/wharton-tailor/")
    picture(manager, "account")


def finance_pages(demo: Demo, browser: Browser) -> None:
    """Both sides of the money, a settled true-up, and a policy beside the others."""
    page = open_signed_in(browser, demo, demo.sign_in_of("finance"), viewport=DESKTOP)
    page.goto("/vendor/reconciliation/")
    picture(page, "reconciliation")
    page.goto("/vendor/true-ups/?state=settled")
    page.get_by_role("link", name=re.compile("Weinberg")).first.click()
    picture(page, "true-up-signed")


def true_up_and_request(demo: Demo, browser: Browser) -> None:
    """The customer's review, a purchase that waits for its approver, a plan with its day."""
    for role, organization, path, name in (
        ("admin", "fjordkraft", "true-ups/", "true-up-review"),
        ("approver", "dj-stripe", "requests/purchases/", "request"),
        ("admin", STORY, "planning/", "planning"),
    ):
        page = open_signed_in(browser, demo, demo.sign_in_of(role, organization), viewport=DESKTOP)
        page.goto(re.sub(r"(/o/[^/]+/).*", rf"\g<1>{path}", page.url))
        if name != "planning":
            page.locator("main table a").first.click()
        picture(page, name)


def access_pages(demo: Demo, browser: Browser) -> None:
    """Who and which systems come in: security, roles, webhooks, single sign-on, a directory."""
    for organization, path, name in (
        (STORY, "settings/roles/", "roles"),
        (STORY, "settings/webhooks/", "webhooks"),
        (BUSY, "settings/single-sign-on/", "single-sign-on"),
        (BUSY, "settings/directory/", "directory"),
        (STORY, "", "security"),
    ):
        page = open_signed_in(
            browser, demo, demo.sign_in_of("admin", organization), viewport=DESKTOP
        )
        page.goto(re.sub(r"(/o/[^/]+/).*", rf"\g<1>{path}", page.url))
        if name == "webhooks":
            page.locator("main table a").first.click()
        if name == "security":
            page.goto("/preferences/security/")
        picture(page, name)


def phone_page(demo: Demo, browser: Browser) -> None:
    """The Overview in the dark, on a phone."""
    page = open_signed_in(
        browser,
        demo,
        demo.sign_in_of("admin", STORY),
        viewport={"width": 390, "height": 780},
        color_scheme="dark",
        device_scale_factor=2,
    )
    picture(page, "overview-phone-dark")


def main() -> None:
    """Start a demo, walk the story and save the pictures."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with running_demo() as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        staff_pages(demo, browser)
        usage_pages(demo, browser)
        signal_pages(demo, browser)
        phone_page(demo, browser)
        billing_pages(demo, browser)
        price_designer(demo, browser)
        true_up_and_request(demo, browser)
        access_pages(demo, browser)
        admin_story(demo, browser)
        finance_pages(demo, browser)
        browser.close()


if __name__ == "__main__":
    main()
