"""The list of people as a table for files: columns and cells, in the reader's language."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from accounts.exports import Cell
from accounts.models import Membership
from accounts.templatetags.headroom import number
from seats.selectors.people import FeatureUse, PersonRow


def columns_of(*, is_shown: bool) -> list[str]:
    """Return the headings; without those of usage where only totals are shown."""
    facts = [
        _("Name"),
        _("Email"),
        _("Member id"),
        _("Title"),
        _("Department"),
        _("Region"),
        _("Role"),
        _("State"),
        _("Seat since"),
        _("Waiting"),
    ]
    usage = [
        _("Last active"),
        _("Active days in 28 days"),
        _("Active days in 12 weeks"),
        _("Features used in 28 days"),
        _("Used most"),
        _("Power user"),
        _("Inactive"),
    ]
    return facts + usage if is_shown else facts


def cells_of(rows: Iterable[PersonRow]) -> Iterator[list[Cell]]:
    """Return the cells of each row; a row that hides usage has none of it."""
    for row in rows:
        person = row.membership
        is_discovered = person.state == Membership.State.DISCOVERED
        facts: list[Cell] = [
            person.name,
            person.email,
            person.external_id,
            person.title,
            person.department.name if person.department else "",
            person.region.name if person.region else "",
            person.get_role_display(),
            "" if row.is_hidden and is_discovered else person.get_state_display(),
            row.seated_since,
            _("yes") if row.is_waiting else "",
        ]
        if row.is_hidden:
            yield facts
            continue
        yield [
            *facts,
            row.last_active_at,
            row.active_days_28,
            row.active_days,
            row.features,
            "; ".join(use_in_words(use) for use in row.uses),
            _("yes") if row.is_power else "",
            _("yes") if row.is_idle else "",
        ]


def use_in_words(use: FeatureUse) -> str:
    """Return how often a feature was used and what came of it: "editor 12 ×, hours saved 3.5"."""
    parts = [_("%(feature)s %(n)s ×") % {"feature": use.name, "n": number(use.events)}]
    parts += [f"{kind} {number(total.normalize())}" for kind, total in use.outcomes]
    return ", ".join(parts)
