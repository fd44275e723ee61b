"""Planks: a board for small teams, made to show how a vendor's product uses Headroom."""
