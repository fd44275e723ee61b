"""The two calls of the vendor's product that have to be fast: usage in, entitlement checks.

A lean ASGI application beside Django, with a connection pool of its own under the pipeline's login.
Every other address belongs to Django.
"""
