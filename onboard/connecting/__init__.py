"""Making the acquaintance of a REDCap project: a first mapping, what to click, what the program sees, pages for others.
Decides words and guesses only; nothing here reads REDCap or writes a file."""
