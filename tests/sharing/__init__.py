"""Worlds of people who share an account or do not, and how well the detector tells them apart."""
