"""What becomes of a deleted person in the tables of people and organizations."""

from typing import Final

from accounts.erasure import Erasing

THING: Final = "the name of a thing of the organization's, not of a person"

ERASING: Final = Erasing(
    app="accounts",
    gone={"accounts.Invitation": "membership"},
    kept={
        "accounts.Department": THING,
        "accounts.Region": THING,
        "accounts.CustomRole": THING,
        "accounts.ApiKey": THING,
        "accounts.IdempotentRequest": "stored answers, gone after 48 hours",
        "accounts.PersonDeletion.known_as": "emptied by the deletion's last step",
    },
)
