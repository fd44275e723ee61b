"""The sandbox driven by the real SDK over HTTP."""
