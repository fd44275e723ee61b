"""The browsers that a person signed in from."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class KnownBrowser(models.Model):
    """A browser that one person signed in from, told by a random cookie of which a hash is kept.

    It only decides whether a mail is sent; knowing a browser opens nothing.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64)
    first_seen_at = models.DateTimeField(default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "token_hash"], name="one_browser_per_person")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.token_hash[:8]}"
