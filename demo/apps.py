"""App configuration."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The living demo: mails to read, data to load."""

    name = "demo"
