"""Evidence files: recognize, match, plan.

It decides what a file claims, whose it is and what is new; files are read and rows written by adapters/.
"""
