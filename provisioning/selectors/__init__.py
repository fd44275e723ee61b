"""Provisioning: selectors."""
