"""Who presses buttons in Slack, and what may be used once."""

from django.conf import settings
from django.db import models


class SlackLink(models.Model):
    """A person of Slack who has shown to be a user here; the vendor's own, not a tenant's."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    team_id = models.CharField(max_length=40)
    slack_user_id = models.CharField(max_length=40)
    linked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team_id", "slack_user_id"], name="a_person_of_slack_is_one_user"
            )
        ]

    def __str__(self) -> str:
        return f"{self.team_id}/{self.slack_user_id}"


class UsedOnce(models.Model):
    """The digest of a link or a signed request that was used; its second use is refused."""

    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.digest[:12]
