"""Keeps a research lab's people trained, listed and ready. Judges what REDCap says; authorises nobody."""

__version__ = "0.1.0"
