"""The demo: embedded services, the launcher behind `make demo`, and the living data set.

Development only. The product never imports it; import-linter holds that.
"""
