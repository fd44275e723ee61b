"""The living data set of the demo: eight organizations with two years of seats, usage and money.

Usage goes through the public API, seats through the services, money through the Stripe sandbox. It
can be loaded again at every start: what is there stays, what has come due since is added.
"""
