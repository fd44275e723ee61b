"""The scripts in a real browser, without a server: each does what its first comment says."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page, Route, sync_playwright
from pypdf import PdfReader

from demo.browser import find_chromium
from tests.unit.design.paths import STATIC

ORIGIN = "http://headroom.example"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'"
)
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(find_chromium()), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


class Site:
    """Answers the browser from memory and from static/, under the product's policy."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pages: dict[str, str] = {}
        self.posts: list[str] = []
        self.complaints: list[str] = []
        page.route("**/*", self._answer)
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, kind: str, text: str) -> None:
        if kind == "error":
            self.complaints.append(text)

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN).split("?")[0]
        if route.request.method == "POST":
            self.posts.append(path)
            route.fulfill(status=204)  # the browser stays on the page, the form under way
            return
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            kind = KINDS.get(Path(path).suffix, "application/octet-stream")
            route.fulfill(body=file.read_bytes(), content_type=kind)
        else:
            route.fulfill(
                body=self.pages.get(path, ""),
                content_type="text/html; charset=utf-8",
                headers={"Content-Security-Policy": POLICY},
            )

    def open(self, content: str) -> Page:
        """Show `content` in the frame of every page and wait until the scripts have run."""
        self.pages["/"] = render_to_string("base.html", {"search_url": "/search/"}).replace(
            '<main class="main" id="main" tabindex="-1">', f'<main id="main">{content}'
        )
        self.page.goto(ORIGIN + "/", wait_until="networkidle")
        return self.page


@pytest.fixture
def site(browser: Browser) -> Iterator[Site]:
    context = browser.new_context(reduced_motion="reduce", color_scheme="light")
    site = Site(context.new_page())
    yield site
    assert site.complaints == []
    context.close()


def value(page: Page) -> str:
    return page.input_value("input[name=seats]")


class TestStepper:
    STEPPER: dict[str, Any] = {"name": "seats", "value": 5, "min": 1, "max": 40, "label": "Seats"}

    def test_turns_with_the_keyboard_and_stops_at_its_bounds(self, site: Site) -> None:
        page = site.open(render_to_string("components/stepper.html", self.STEPPER))
        page.focus("input[name=seats]")
        for key, expected in [
            ("ArrowUp", "6"),  # 5 + 1
            ("PageUp", "16"),  # 6 + 10
            ("ArrowDown", "15"),  # 16 - 1
            ("End", "40"),
            ("PageUp", "40"),  # 50 is above the bound
            ("Home", "1"),
            ("ArrowDown", "1"),
        ]:
            page.keyboard.press(key)
            assert value(page) == expected, key
        assert page.is_disabled("[data-step='-1']")

    def test_tells_htmx_of_each_turn(self, site: Site) -> None:
        page = site.open(render_to_string("components/stepper.html", self.STEPPER))
        page.evaluate(
            "heard = []; document.addEventListener('change', (e) => heard.push(e.target.value))"
        )
        page.click("[data-step='1']")
        page.click("[data-step='1']")
        assert page.evaluate("heard") == ["6", "7"]

    def test_brings_what_was_typed_inside_the_bounds(self, site: Site) -> None:
        page = site.open(render_to_string("components/stepper.html", self.STEPPER))
        page.fill("input[name=seats]", "900")
        page.keyboard.press("Tab")
        assert value(page) == "40"


class TestSubmitOnce:
    def test_a_double_click_sends_one_form(self, site: Site) -> None:
        page = site.open('<form method="post" action="/pay/"><button>Pay</button></form>')
        page.dblclick("text=Pay")
        page.click("text=Pay", force=True)  # although it says that it is disabled
        page.wait_for_load_state("networkidle")
        assert site.posts == ["/pay/"]


class TestTheme:
    def test_the_choice_is_applied_before_the_scripts_of_the_next_page(self, site: Site) -> None:
        page = site.open(render_to_string("components/theme_switch.html"))
        page.click("[data-theme-choice=dark]")
        background = "getComputedStyle(document.documentElement).backgroundColor"
        assert page.evaluate(background) == "rgb(14, 15, 17)"  # --canvas, dark: #0e0f11
        page.route("**/js/app.js", lambda route: route.abort())
        page.reload(wait_until="domcontentloaded")
        assert page.evaluate(background) == "rgb(14, 15, 17)"
        site.complaints.clear()  # the module that was held back on purpose

    def test_system_forgets_the_choice(self, site: Site) -> None:
        page = site.open(render_to_string("components/theme_switch.html"))
        page.click("[data-theme-choice=dark]")
        page.click("[data-theme-choice=system]")
        assert page.evaluate("localStorage.getItem('theme')") is None
        assert page.get_attribute("[data-theme-choice=system]", "aria-pressed") == "true"


class TestPanel:
    def test_opens_a_link_focuses_it_and_gives_the_focus_back(self, site: Site) -> None:
        site.pages["/add/"] = '<h2 id="panel-title">Add seats</h2><button data-close>Close</button>'
        page = site.open('<a href="/add/" data-panel>Add seats</a>')
        page.click("text=Add seats")
        page.wait_for_selector("#panel #panel-title:has-text('Add seats')")
        assert page.evaluate("document.getElementById('panel').open")
        page.keyboard.press("Escape")
        assert not page.evaluate("document.getElementById('panel').open")
        assert page.evaluate("document.activeElement.textContent") == "Add seats"


class TestCharts:
    def test_draws_the_table_and_keeps_it(self, site: Site) -> None:
        chart = render_to_string(
            "components/chart.html",
            {
                "id": "year",
                "title": "Active people doubled",
                "x_heading": "Month",
                "columns": [
                    {"label": "Active", "series": "active", "kind": "area"},
                    {"label": "Purchased", "series": "purchased", "kind": "step"},
                ],
                "rows": [
                    {"label": "April", "values": [4, 5]},
                    {"label": "May", "values": [8, 10]},
                ],
            },
        )
        page = site.open(chart)
        page.wait_for_selector("#year canvas[role=img]")
        assert page.get_attribute("#year canvas", "aria-label") == "Active people doubled"
        drawn = page.evaluate(
            "Chart.getChart(document.querySelector('#year canvas')).data.datasets"
            ".map((set) => ({ label: set.label, data: set.data, stepped: set.stepped }))"
        )
        assert drawn == [
            {"label": "Active", "data": [4, 8], "stepped": False},
            {"label": "Purchased", "data": [5, 10], "stepped": "after"},
        ]
        assert page.locator("#year-data tbody tr").count() == 2

    def test_a_downloaded_table_never_starts_a_formula(self, site: Site) -> None:
        page = site.open(
            '<table id="t"><thead><tr><th>Name</th><th>Seats</th></tr></thead>'
            '<tbody><tr><td>=HYPERLINK("x")</td><td data-value="-3">three less</td></tr></tbody>'
            '</table><button data-csv="t">Download</button>'
        )
        with page.expect_download() as download:
            page.click("text=Download")
        written = download.value.path().read_text(encoding="utf-8-sig")
        assert written.splitlines() == ["Name,Seats", '"\'=HYPERLINK(""x"")",-3']


class TestToast:
    def test_offers_the_way_back(self, site: Site) -> None:
        page = site.open('<div data-toast data-undo-url="/undo/">Noor no longer has a seat.</div>')
        assert page.inner_text("#toasts .toast p") == "Noor no longer has a seat."
        with page.expect_request("**/undo/"):
            page.click("#toasts button:has-text('Undo')")
        assert site.posts == ["/undo/"]


class TestListKeys:
    def test_j_and_k_walk_the_links(self, site: Site) -> None:
        page = site.open(
            '<ol data-list-keys><li><a class="list-link" href="#1">one</a></li>'
            '<li><a class="list-link" href="#2">two</a></li></ol>'
        )
        focused = "document.activeElement.textContent"
        page.keyboard.press("j")
        assert page.evaluate(focused) == "one"
        page.keyboard.press("j")
        page.keyboard.press("j")
        assert page.evaluate(focused) == "two"
        page.keyboard.press("k")
        assert page.evaluate(focused) == "one"


class TestPalette:
    def test_opens_with_ctrl_k_and_walks_what_the_server_found(self, site: Site) -> None:
        site.pages["/search/"] = '<h3>People</h3><a href="/ada/">Ada</a><a href="/ben/">Ben</a>'
        page = site.open("<p>A page</p>")
        page.keyboard.press("Control+k")
        page.keyboard.type("a")
        page.wait_for_selector("#palette-results a")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.textContent") == "Ben"
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        assert page.evaluate("document.activeElement.name") == "q"


class TestTimes:
    def test_an_instant_is_shown_in_the_readers_zone(self, browser: Browser) -> None:
        context = browser.new_context(timezone_id="Asia/Jakarta")
        page = Site(context.new_page()).open(
            '<time id="t" datetime="2026-11-18T20:30:00+00:00">server</time>'
        )
        # 20:30 UTC is 03:30 of the next day in Jakarta, UTC+7.
        assert page.inner_text("#t").split() == ["Nov", "19,", "2026,", "3:30", "AM"]
        context.close()


class TestFilters:
    def test_only_what_is_set_stands_in_the_address(self, site: Site) -> None:
        page = site.open(
            '<form method="get" data-filters><input name="q"><input name="empty">'
            "<button type=submit>Search</button></form>"
        )
        page.fill("[name=q]", "lago")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.url == f"{ORIGIN}/?q=lago"


class TestPaper:
    CHART: dict[str, Any] = {
        "id": "people",
        "title": "People grew",
        "x_heading": "Week",
        "columns": [{"label": "Active people", "series": "active", "kind": "line"}],
        "rows": [{"label": "9 March", "values": [4711]}],
    }
    TABLE = '<table class="table"><tr><td class="wide-only">Last active</td></tr></table>'
    PHONE = '<span class="narrow-only">Beside the name</span>'

    def test_a_sheet_holds_the_figures_of_a_chart_and_every_column(self, site: Site) -> None:
        page = site.open(
            render_to_string("components/chart.html", self.CHART) + self.TABLE + self.PHONE
        )
        page.set_viewport_size({"width": 673, "height": 1000})  # A4 within margins of 16 mm
        figure, column = page.locator("td[data-value='4711']"), page.get_by_text("Last active")
        assert (figure.is_visible(), column.is_visible()) == (False, False)  # a narrow screen
        page.emulate_media(media="print")
        assert (figure.is_visible(), column.is_visible()) == (True, True)
        assert not page.get_by_text("Beside the name").is_visible()
        paper = PdfReader(BytesIO(page.pdf(format="A4"))).pages[0].extract_text()
        for words in ("9 March", figure.inner_text(), "Last active"):
            assert words in paper, words
        assert "Show data" not in paper
