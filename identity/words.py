"""Words about signing in."""

from django.utils.translation import gettext as _

from identity.domain.browsers import browser_and_system


def browser_in_words(user_agent: str) -> str:
    """Return "Firefox on Windows", as far as the browser says."""
    browser, system = browser_and_system(user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("a browser that says nothing about itself")
