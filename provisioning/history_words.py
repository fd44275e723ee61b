"""What is recorded here, as sentences."""

from typing import Final

from django.utils.translation import gettext_lazy

from accounts.history_registry import HistoryWords
from provisioning.models import DirectoryConnection

WORDS: Final = HistoryWords(
    sentences={
        "directory_token_issued": gettext_lazy("%(actor)s made the directory token %(subject)s"),
        "directory_token_revoked": gettext_lazy(
            "%(actor)s revoked the directory token %(subject)s"
        ),
        "directory_changed": gettext_lazy("%(actor)s changed what the directory decides"),
        "directory_group_created": gettext_lazy("%(actor)s added the group %(subject)s"),
        "directory_group_changed": gettext_lazy("%(actor)s changed the group %(subject)s"),
        "directory_group_deleted": gettext_lazy("%(actor)s removed the group %(subject)s"),
        "people_imported": gettext_lazy("%(actor)s imported people from %(subject)s"),
        "directory_group_mapped": gettext_lazy(
            "%(actor)s chose what being in the group %(subject)s means"
        ),
    },
    icons={
        "directory_token_issued": "lock",
        "directory_token_revoked": "lock",
        "directory_changed": "settings",
    },
    fields={
        "seats": gettext_lazy("Who gets a seat"),
        "member_id_from": gettext_lazy("Known to the product by"),
        "region_from": gettext_lazy("Region comes from"),
        "gives_seat": gettext_lazy("Gives a seat"),
        "people": gettext_lazy("People"),
        "new": gettext_lazy("New"),
        "changed": gettext_lazy("Changed"),
        "joined": gettext_lazy("Joined"),
        "left": gettext_lazy("Left"),
        "kind": gettext_lazy("Kind"),
        "external_id": gettext_lazy("Member id"),
    },
    choices={
        "member_id_from": dict(DirectoryConnection.MemberId.choices),
        "region_from": dict(DirectoryConnection.RegionFrom.choices),
    },
)
