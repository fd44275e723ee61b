"""One demo and one browser for all journeys.

Both end with the last journey and not with the run: Playwright keeps an event loop running in the
thread of the tests, in which Django refuses to ask its database.
"""

from collections.abc import Callable, Generator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from demo.browser import find_chromium
from tests.journeys.demo import Demo, SignIn, running_demo
from tests.journeys.failures import faults_since, sizes_of

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

type OpenPage = Callable[..., Page]

_LOGS_BEFORE = pytest.StashKey[dict[Path, int]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say with a failed journey what went wrong in the demo while it ran."""
    report = yield
    demo = getattr(item, "funcargs", {}).get("demo")
    if report.failed and isinstance(demo, Demo):
        for log, faults in faults_since(demo.logs, item.stash.get(_LOGS_BEFORE, {})).items():
            report.sections.append((f"Faults in the demo's {log}", faults))
    return report


@pytest.fixture(autouse=True)
def _logs_before(request: pytest.FixtureRequest, demo: Demo) -> None:
    request.node.stash[_LOGS_BEFORE] = sizes_of(demo.logs)


@pytest.fixture(scope="package")
def demo() -> Iterator[Demo]:
    """A demo that all journeys share; each story has organizations of its own in it."""
    with running_demo() as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Headless Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


def open_signed_in(browser: Browser, demo: Demo, who: SignIn, **options: Any) -> Page:
    """Return a page in a session of its own, signed in as somebody of the demo."""
    context = browser.new_context(base_url=demo.url, locale="en-GB", **options)
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.get_by_label("Email", exact=True).fill(who.email)
    page.get_by_label("Password", exact=True).fill(who.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    return page


@pytest.fixture(scope="package")
def sign_in(browser: Browser, demo: Demo) -> OpenPage:
    """Open a page signed in as somebody of the demo; the browser closes it at the end."""
    return partial(open_signed_in, browser, demo)
