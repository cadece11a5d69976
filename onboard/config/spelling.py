"""What to write instead, in words, for each way a value can be wrong."""

from __future__ import annotations

from typing import Any

#: What a pattern of the models asks for, in words.
SPELLINGS = {
    r"^[a-z0-9][a-z0-9-]{0,39}$": "Write lower-case letters, digits and dashes, for example 'rivera-lab'.",
    r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$": "Write what follows the @ of an address, for example 'example.edu'.",
    r"^(https?://[^\s@]+)?$": "Write an address that begins with http:// or https://, without user and password; or nothing.",
    r"^(https?://\S+|mailto:\S+)?$": "Write a link that begins with https://, http:// or mailto:.",
    r"^[A-Za-z0-9.:\[\]_-]*$": "Write a server's name alone, for example 'smtp.example.edu'; a port has its own key.",
    r"^[A-Za-z0-9.-]*$": "Write letters, digits, dots and dashes only, as the registered application shows it.",
    r"^[A-Za-z0-9-]*$": "Write letters, digits and dashes only, as the registered application shows it.",
    r"^[ -!#-\[\]-~]+$": "Write the folder's name as the server has it, without quotes, backslashes or accents in it.",
    r"^[ -!#-\[\]-~]*$": "Write the folder's name as the server has it, without quotes, backslashes or accents in it.",
    r"^[a-z][a-z0-9_]*$": "Write lower-case letters, digits and underscores, beginning with a letter.",
    r"^([a-z][a-z0-9_]*)?$": "Write lower-case letters, digits and underscores, beginning with a letter.",
    r"^[^\r\n]*$": "Write it on one line.",
}
#: What to write for each kind of error of the validator; its limits are filled in.
_WORDS = {
    "string_type": "Write text in quotes.",
    "string_too_short": "Write something here.",
    "string_too_long": "Write at most {max_length} letters.",
    "too_short": "Write something here.",
    "tuple_type": 'Write a list in brackets, for example ["one", "two"].',
    "int_type": "Write a whole number, without quotes.",
    "int_parsing": "Write a whole number, without quotes.",
    "int_from_float": "Write a whole number.",
    "float_type": "Write a number, without quotes.",
    "float_parsing": "Write a number, without quotes.",
    "bool_type": "Write true or false, without quotes.",
    "bool_parsing": "Write true or false, without quotes.",
    "greater_than": "Write more than {gt:g}.",
    "greater_than_equal": "Write {ge:g} or more.",
    "less_than_equal": "Write {le:g} or less.",
    "time_type": "Write a time of day, for example '18:00'.",
    "time_parsing": "Write a time of day, for example '18:00'.",
    "dict_type": "Write it as a table, on lines of its own.",
    "model_type": "Write it as a table, on lines of its own.",
}
_DATE = "Write a date without quotes, for example 2026-12-07."


def what_to_write(error: Any) -> str:
    """Return the next step for one error of the validator.

    Its own words where there are no better ones here.
    """
    kind, limits = error["type"], error.get("ctx", {})
    if kind.startswith("date_"):
        return _DATE
    if kind == "string_pattern_mismatch" and limits["pattern"] in SPELLINGS:
        return SPELLINGS[limits["pattern"]]
    if kind in _WORDS:
        return _WORDS[kind].format(**limits)
    return f"{error['msg'].replace('Input should', 'It should')}."
