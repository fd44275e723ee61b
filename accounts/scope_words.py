"""The scopes of API keys in words, for the pages that give them."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.domain.scopes import EVERYTHING, Area

AREA_WORDS: dict[Area, str | Promise] = {
    Area.ORGANIZATIONS: gettext_lazy("Organizations"),
    Area.PEOPLE: gettext_lazy("People, departments and invitations"),
    Area.SEATS: gettext_lazy("Seats and limits"),
    Area.USAGE: gettext_lazy("Usage and outcomes"),
    Area.ENTITLEMENTS: gettext_lazy("Who may come in"),
    Area.CATALOG: gettext_lazy("Plans and prices"),
    Area.BILLING: gettext_lazy("Quotes, purchases and invoices"),
    Area.REQUESTS: gettext_lazy("Requests and approvals"),
    Area.TRUE_UPS: gettext_lazy("True-ups"),
    Area.SIGNALS: gettext_lazy("Signals and tasks"),
    Area.SETTINGS: gettext_lazy("Settings and privacy"),
    Area.HISTORY: gettext_lazy("History"),
    Area.INTEGRATIONS: gettext_lazy("Integrations"),
}


def scopes_in_words(scopes: Iterable[str]) -> list[str]:
    """Return what a key may do, a short line each."""
    held = set(scopes)
    if EVERYTHING in held:
        return [_("Everything")]
    said = []
    for area, words in AREA_WORDS.items():
        if f"{area}:write" in held:
            said.append(_("%(area)s: read and write") % {"area": words})
        elif f"{area}:read" in held:
            said.append(_("%(area)s: read") % {"area": words})
    return said or [_("Nothing")]
