"""App configuration."""

from django.apps import AppConfig


class TrueupsConfig(AppConfig):
    """The quarterly true-up: what was used beyond what was bought, with evidence."""

    name = "trueups"
