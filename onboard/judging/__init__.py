"""Requirements judged: who owes what, whether it is met, who is cleared.

The day is always an argument. Only obligations/ handles pandas frames.
"""
