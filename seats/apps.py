"""App configuration."""

from django.apps import AppConfig


class SeatsConfig(AppConfig):
    """Seats, limits, usage and utilization."""

    name = "seats"
