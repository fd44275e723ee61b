"""What becomes of a deleted person in what other systems are told.

The words for them are replaced in messages that wait or are kept; what was delivered is out.
"""

from typing import Final

from accounts.erasure import Erasing

ERASING: Final = Erasing(
    app="integrations",
    account={"integrations.SlackLink": "user"},
    kept={"integrations.Endpoint": "the address of a system of the organization's"},
)
