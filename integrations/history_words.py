"""The history of endpoints in words."""

from typing import Final

from django.utils.translation import gettext_lazy

from accounts.history_registry import HistoryWords

WORDS: Final = HistoryWords(
    sentences={
        "endpoint_added": gettext_lazy("%(actor)s added the endpoint %(subject)s"),
        "endpoint_changed": gettext_lazy("%(actor)s changed the endpoint %(subject)s"),
        "endpoint_removed": gettext_lazy("%(actor)s removed the endpoint %(subject)s"),
        "endpoint_secret_renewed": gettext_lazy(
            "%(actor)s renewed the secret of the endpoint %(subject)s"
        ),
        "endpoint_verified": gettext_lazy("The endpoint %(subject)s proved its address"),
        "endpoint_stopped": gettext_lazy(
            "%(actor)s stopped the endpoint %(subject)s, which took nothing any more"
        ),
        "delivery_replayed": gettext_lazy("%(actor)s had a message sent again: %(subject)s"),
        "deliveries_replayed": gettext_lazy(
            "%(actor)s had %(count)s messages sent again: %(subject)s"
        ),
        "slack_linked": gettext_lazy("%(actor)s connected their account of Slack"),
    },
    icons={
        "endpoint_added": "integrations",
        "endpoint_changed": "integrations",
        "endpoint_removed": "integrations",
        "endpoint_secret_renewed": "key",
        "endpoint_verified": "check",
        "slack_linked": "link",
        "endpoint_stopped": "warning",
        "deliveries_replayed": "refresh",
        "delivery_replayed": "refresh",
    },
)
