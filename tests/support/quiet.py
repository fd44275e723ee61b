"""When a page has settled: loaded, its scripts run, and nothing asked for that has not come."""

from playwright.sync_api import Page, Request

# Longer than a script needs to ask for something after what it waited for has come.
_BREATH_MS = 60


class Quiet:
    """Counts what a page asks for. Waits less than "networkidle", which adds half a second."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._pending: set[Request] = set()
        page.on("request", self._asked)
        page.on("requestfinished", self._came)
        page.on("requestfailed", self._came)

    def _asked(self, request: Request) -> None:
        self._pending.add(request)

    def _came(self, request: Request) -> None:
        self._pending.discard(request)

    def wait(self) -> None:
        """Wait until the page has settled; what never comes is left to the page's timeout."""
        self._page.wait_for_load_state("load")
        for _ in range(250):
            self._page.wait_for_timeout(_BREATH_MS)
            if not self._pending:
                return
        asked = ", ".join(request.url for request in self._pending)
        raise TimeoutError(f"Still asked for after 15 seconds: {asked}")
