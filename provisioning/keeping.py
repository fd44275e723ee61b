"""How long what provisioning keeps is kept."""

from typing import Final

from django.utils.translation import gettext_lazy

from accounts.retention import Keeping
from provisioning.services import housekeeping

KEEPINGS: Final = (
    Keeping(
        name="directory_requests",
        what=gettext_lazy("Requests of directories, after they were answered"),
        why=gettext_lazy("Their failures can be looked at."),
        kept_for=housekeeping.REQUESTS_KEPT_FOR,
        forget=housekeeping.forget_requests,
    ),
    Keeping(
        name="people_files",
        what=gettext_lazy("Files of people that were sent and never imported"),
        why=gettext_lazy("Who began an import can go on with it."),
        kept_for=housekeeping.FILES_KEPT_FOR,
        forget=housekeeping.forget_files,
    ),
    Keeping(
        name="people_imports",
        what=gettext_lazy("Counts and columns of imports of people"),
        why=gettext_lazy("The next file with the same columns is read the same way."),
        kept_for=housekeeping.IMPORTS_KEPT_FOR,
        forget=housekeeping.forget_imports,
    ),
)
