"""Rules of provisioning: pure."""
