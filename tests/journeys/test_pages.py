"""Every page of every role, as axe sees it, in light and dark, at desktop and phone width."""

from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

from tests.journeys.conftest import OpenPage
from tests.journeys.demo import Demo
from tests.support.quiet import Quiet

pytestmark = pytest.mark.journey

CUSTOMER = "citus"
DESKTOP = ViewportSize(width=1280, height=860)
PHONE = ViewportSize(width=360, height=780)
LOOKS: tuple[tuple[Literal["light", "dark"], ViewportSize], ...] = (
    ("light", DESKTOP),
    ("dark", PHONE),
)

ADMIN = (
    "notifications/",
    "",
    "people/",
    "people/add/",
    "people/import/",
    "people/?show=waiting",
    "people/views/",
    "sharing/",
    "?by=region",
    "usage/",
    "usage/features/",
    "usage/weekly-mail/",
    "usage/outcomes/",
    "usage/outcomes/new/",
    "usage/outcomes/baseline/",
    "seats/",
    "seats/add/?seats=5",
    "seats/change/",
    "seats/change/cancel/",
    "payment/",
    "quotes/",
    "invoices/",
    "statement/",
    "true-ups/",
    "billing-details/",
    "requests/",
    "requests/purchases/",
    "requests/stand-in/",
    "planning/",
    "planning/new/",
    "planning/profile/",
    "planning/calendar/",
    "papers/",
    "vendor-information/",
    "settings/",
    "settings/roles/",
    "settings/roles/new/",
    "settings/departments/",
    "settings/invitations/",
    "settings/invitations/new/",
    "settings/api-keys/",
    "settings/sign-in/",
    "settings/single-sign-on/",
    "settings/single-sign-on/new/oidc/",
    "settings/single-sign-on/new/saml/",
    "settings/directory/",
    "settings/privacy/",
    "settings/approval/",
    "settings/history/",
    "settings/webhooks/",
    "settings/webhooks/new/",
    "settings/webhooks/events/",
    "settings/vendor-access/",
)
PAGES: dict[str, tuple[str, ...]] = {
    "admin": (
        *(f"/o/cirrus-logistik/{page}" for page in ADMIN),
        "/preferences/",
        "/preferences/security/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/add/",
        "/preferences/data/",
    ),
    # Somebody of the list, whoever it is: the page asks before anything happens.
    "owner": ("/o/cirrus-logistik/people/1/deletion/",),
    "member": ("/o/cirrus-logistik/my-usage/", "/o/cirrus-logistik/ask/"),
    "account_manager": (
        "/vendor/today/",
        "/vendor/accounts/",
        "/vendor/portfolio/",
        "/vendor/accounts/cirrus-logistik/",
        "/vendor/accounts/cirrus-logistik/people/",
        "/vendor/accounts/cirrus-logistik/support/",
        "/vendor/accounts/cirrus-logistik/features/",
        "/vendor/accounts/cirrus-logistik/outcomes/?period=year",
        "/vendor/tasks/",
        "/vendor/tasks/board/",
        "/vendor/tasks/crm/",
        "/vendor/absence/",
        "/vendor/notifications/",
        "/preferences/notifications/",
        "/vendor/signals/",
        "/vendor/planning/",
        "/vendor/organizations/cirrus-logistik/buying/",
    ),
    "finance": (
        "/vendor/true-ups/",
        "/vendor/true-ups/close/",
        "/vendor/true-ups/simulation/?organization=fjordkraft-design",
        "/vendor/organizations/fjordkraft-design/true-up-terms/",
        "/vendor/reconciliation/",
        "/vendor/reviews/",
        "/vendor/policies/minimums/",
        "/vendor/policies/seat-limits/",
        "/vendor/organizations/cirrus-logistik/seat-limit/?limit=hard",
        "/vendor/policies/approval/",
        "/vendor/policies/limits/",
        "/vendor/invoices/",
        "/vendor/ledger/",
        "/vendor/dunning/",
        "/vendor/contracts/",
        "/vendor/organizations/cirrus-logistik/contract/",
        "/vendor/policies/dunning/",
        "/vendor/history/",
    ),
    "vendor_admin": (
        "/vendor/rules/health/",
        "/vendor/rules/health/utilization/",
        "/vendor/rules/low_use/",
        "/vendor/jobs/messages/",
        "/vendor/integrations/",
        "/vendor/integrations/new/",
        "/vendor/integrations/events/",
        "/vendor/integrations/keys/",
        "/vendor/policies/tax/",
        "/vendor/rules/",
        "/vendor/rules/new_hires/",
        "/vendor/rules/owners/",
        "/vendor/rules/owners/new/",
        "/vendor/rules/plays/",
        "/vendor/rules/plays/add_seats/",
        "/vendor/asked/",
        "/vendor/prices/",
        "/vendor/prices/12/",
        "/vendor/prices/12/move/",
        "/vendor/prices/drafts/1/",
        "/vendor/prices/drafts/1/publish/",
        "/vendor/policies/seller/",
        "/vendor/policies/information/",
        "/vendor/policies/information/answers/",
        "/vendor/jobs/",
        "/vendor/jobs/retention/",
        "/vendor/usage/",
        "/vendor/usage/quarantine/",
        "/vendor/events/",
    ),
}
CASES = [(role, path) for role, paths in PAGES.items() for path in paths]


@pytest.fixture(scope="module")
def readers(demo: Demo, sign_in: OpenPage) -> dict[str, Page]:
    """One signed-in page for each role."""
    return {
        role: sign_in(demo.sign_in_of(role), viewport=DESKTOP, reduced_motion="reduce")
        for role in PAGES
    }


@pytest.fixture(scope="module")
def quiet(readers: dict[str, Page]) -> dict[str, Quiet]:
    """What tells when each of the pages has settled."""
    return {role: Quiet(page) for role, page in readers.items()}


@pytest.fixture
def problems(readers: dict[str, Page]) -> Iterator[list[str]]:
    """What the browser complains about while a test runs, refused inline scripts included."""
    found: list[str] = []

    def listen(page: Page, *, on: bool) -> None:
        change = page.on if on else page.remove_listener
        change("pageerror", on_error)
        change("console", on_console)

    def on_error(error: object) -> None:
        found.append(str(error))

    def on_console(message: object) -> None:
        if getattr(message, "type", "") == "error":
            found.append(getattr(message, "text", ""))

    for page in readers.values():
        listen(page, on=True)
    yield found
    for page in readers.values():
        listen(page, on=False)


class TestEveryPage:
    @pytest.mark.parametrize(("role", "path"), CASES)
    def test_is_accessible_and_fits(
        self,
        readers: dict[str, Page],
        quiet: dict[str, Quiet],
        problems: list[str],
        role: str,
        path: str,
    ) -> None:
        page = readers[role]
        page.set_viewport_size(DESKTOP)
        page.emulate_media(color_scheme="light")
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        # One load for both: our scripts follow the width and the scheme while a page is shown.
        for scheme, size in LOOKS:
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme)
            quiet[role].wait()
            result = Axe().run(page)
            assert result.violations_count == 0, f"{scheme}: {result.generate_report()}"
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= page.viewport_size["width"]  # type: ignore[index]
            assert page.get_by_role("heading", level=1).count() == 1
        assert problems == []


class TestTheSignInPage:
    @pytest.mark.parametrize(
        ("language", "words"), [("en", "Sign in"), ("de", "Anmelden"), ("id", "Masuk")]
    )
    def test_speaks_the_readers_language(
        self,
        demo: Demo,
        browser: Browser,
        language: str,
        words: str,
    ) -> None:
        context = browser.new_context(base_url=demo.url, locale=language)
        page = context.new_page()
        page.goto("/accounts/login/")
        assert page.locator("html").get_attribute("lang") == language
        assert page.get_by_role("button", name=words).is_visible()
        assert Axe().run(page).violations_count == 0
        context.close()
