"""Keeps a research lab's people trained, listed and ready.

It judges the records in REDCap; it authorizes no person.
"""

__version__ = "0.1.0"
