"""The rules: a file for each kind of requirement, or for kinds of one source.

judging/kinds.py names the rule of each kind.
"""
