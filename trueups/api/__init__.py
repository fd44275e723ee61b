"""True-ups for the vendor's accounting system: read only, for vendor-wide keys."""
