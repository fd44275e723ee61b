"""Addresses of operations."""

from django.urls import URLPattern, path

from accounts.api.base import Operation

VERSION = "api/v1"
OF_ORGANIZATION = f"{VERSION}/organizations/<str:organization>"


def operation(address: str, view: type[Operation], name: str) -> URLPattern:
    """Return the route of an operation; its name begins with `api_`."""
    return path(address, view.as_view(), name=f"api_{name}")
