"""Wiring of the deployment: settings, URLs, ASGI, Celery. Holds no business rule."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
