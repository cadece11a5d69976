"""Connecting a REDCap project: a first mapping, clicks, and pages for others.

Also what the program sees in the project. It makes words and guesses only; nothing here reads REDCap or writes a file.
"""
