"""The files of a true-up, as links for its page."""

from django.urls import reverse
from django.utils.translation import gettext as _

from trueups.models import TrueUp


def files_of(true_up: TrueUp, *, is_vendor: bool) -> list[dict[str, str]]:
    """Return label and address of each file; none before there is a snapshot."""
    if true_up.snapshot_at is None:
        return []
    prefix = "vendor_" if is_vendor else ""
    place = [] if is_vendor else [true_up.organization.slug]

    def link(name: str, *more: str) -> str:
        return reverse(f"{prefix}{name}", args=[*place, true_up.pk, *more])

    return [
        {"label": _("Statement"), "url": link("true_up_pdf")},
        {"label": _("Workbook"), "url": link("true_up_workbook")},
        {"label": "CSV", "url": link("true_up_table", "lines", "csv")},
    ]
