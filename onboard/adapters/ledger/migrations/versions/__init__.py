"""The steps from one version of the ledger's tables to the next, oldest first.

A step is never edited after a release.
"""
