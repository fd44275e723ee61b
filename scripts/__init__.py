"""What the Makefile runs: preparing a machine, checking the code, looking after the catalogs."""
