"""The account manager's tasks by mouse and by keyboard: drag, arrow keys, j and k, many at once."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import OpenPage
from tests.journeys.demo import Demo

# Whose tasks other journeys follow.
_OTHERS = re.compile("Cirrus|Lagune|Wharton|Fjordkraft|Weinberg|Dijon")


def column(page: Page, name: str) -> Locator:
    return page.locator(".board-column").filter(has=page.get_by_role("heading", name=name))


def card(page: Page, account: str) -> Locator:
    return page.get_by_role("article", name=account, exact=True)


class TestTasks:
    def test_are_moved_by_drag_by_arrow_keys_and_many_at_once(
        self, demo: Demo, sign_in: OpenPage
    ) -> None:
        page = sign_in(demo.sign_in_of("account_manager"), viewport={"width": 1280, "height": 2400})
        page.goto("/vendor/tasks/board/")
        cards = column(page, "Open").get_by_role("article")
        names = [str(each.get_attribute("aria-label")) for each in cards.all()]
        ours = [name for name in names if not _OTHERS.search(name) and names.count(name) == 1]
        first, second = ours[:2]

        # Dragged into work, then on by the arrow key.
        card(page, first).drag_to(column(page, "In progress"))
        expect(column(page, "In progress").get_by_role("article", name=first)).to_be_visible()
        card(page, first).focus()
        page.keyboard.press("ArrowRight")
        waiting = column(page, "Waiting for the customer")
        expect(waiting.get_by_role("article", name=first)).to_be_visible()
        # Closing asks what came of it; nothing is closed by leaving that.
        card(page, first).drag_to(page.locator(".board-end", has_text="Not now"))
        expect(page.get_by_role("dialog")).to_be_visible()
        assert Axe().run(page).violations_count == 0
        page.keyboard.press("Escape")
        page.reload()
        expect(waiting.get_by_role("article", name=first)).to_be_visible()

        # In the list j and k walk, enter opens.
        page.goto("/vendor/tasks/")
        links = page.locator("tbody th a")
        page.keyboard.press("j")
        expect(links.nth(0)).to_be_focused()
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        expect(links.nth(1)).to_be_focused()
        named = links.nth(1).inner_text()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text(named)

        page.goto("/vendor/tasks/")
        for name in (first, second):
            page.get_by_role("checkbox", name=f"Choose {name}").check()
        page.get_by_text("Do something with the chosen tasks").click()
        page.get_by_role("button", name="Start").click()
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_have_text("All of them are changed")
        assert Axe().run(page).violations_count == 0
        page.goto("/vendor/tasks/board/")
        for name in (first, second):
            moved = column(page, "In progress").get_by_role("article", name=name)
            expect(moved).to_be_visible()
