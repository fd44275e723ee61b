"""Provisioning: services."""
