"""A browser in words, from what it says about itself. A hint for people, never a proof."""

from typing import Final

# The first that fits counts: every browser names those before it.
_BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_PHONES: Final = ("iPhone", "Android")


def browser_and_system(user_agent: str) -> tuple[str, str]:
    """Return the names of browser and system; an empty name is unknown."""
    browser = next((name for part, name in _BROWSERS if part in user_agent), "")
    system = next((name for part, name in _SYSTEMS if part in user_agent), "")
    return browser, system


def is_phone(user_agent: str) -> bool:
    """Tell whether it is a phone's browser."""
    return any(part in user_agent for part in _PHONES)
