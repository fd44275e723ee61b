"""Headroom for Django: three lines of settings ask who may come in and report what they used."""

from headroom_django.conf import Subject
from headroom_django.marks import entitlement_of, feature, open_to_all
from headroom_django.runtime import track

__all__ = ["Subject", "entitlement_of", "feature", "open_to_all", "track"]
