"""Whether one imported value is acceptable, and the form it is stored in.

Choices, checkboxes, formats, dates, length. It does not check ranges, required fields, branching logic or
calculations: a live import does not either.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from onboard.sandbox.clock import read_moment
from onboard.sandbox.dictionary import Column, Role

BAD_FORMAT = "The value you provided could not be validated because it does not follow the expected format. Please try again."
BAD_DATE = "Invalid date format."  # assumption: not evidenced for the API; it is the importer's wording on screen
TOO_LONG = "The value is longer than 65,000 characters."  # assumption: not evidenced - the text
LONGEST_TEXT = 65_000

_NUMBER = r"-?(?:\d+(?:\.\d*)?|\.\d+)"
# assumption: not evidenced - the exact patterns; what each must refuse is
_FORMATS = {
    "integer": r"-?\d+",
    "number": _NUMBER,
    "email": r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[A-Za-z]{2,}",
    "zipcode": r"\d{5}(?:-\d{4})?",
    "phone": r"(?:\+?1[-. ]?)?\(?\d{3}\)?[-. ]?\d{3}[-. ]?\d{4}(?: ?(?:x|ext\.?) ?\d+)?",
    "time": r"(?:[01]\d|2[0-3]):[0-5]\d",
    "alpha_only": r"[A-Za-z]+",
}
_YEAR, _MONTH, _DAY = r"(?P<year>\d{4})", r"(?P<month>\d{1,2})", r"(?P<day>\d{1,2})"
_ORDERS = {
    "YMD": f"{_YEAR}-{_MONTH}-{_DAY}",
    "MDY": f"{_MONTH}-{_DAY}-{_YEAR}",
    "DMY": f"{_DAY}-{_MONTH}-{_YEAR}",
}
_CLOCKS = {
    "date": r"(?P<time>)",
    "datetime": r"(?P<time> \d{2}:\d{2})",
    "datetime_seconds": r"(?P<time> \d{2}:\d{2}:\d{2})",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What an import says about its values: the order of its dates, the project's missing-data codes, and which sign stands
    before decimals ("": each field's own)."""

    date_format: str
    missing_data_codes: Mapping[str, str]
    decimal_sign: str = ""


def check(column: Column, value: str, rules: Rules) -> str | None:
    """The complaint about a value that is not blank, or None."""
    if column.role is Role.CHOICE:
        if value in ("0", "1"):
            return None
        return f"{column.name} is a checkbox field and thus can only have a value of '1' (checked) or '0' (unchecked)."
    if value in rules.missing_data_codes:
        return None
    if column.field.choices:
        return None if value in column.field.choices else f"The value is not a valid category for {column.name}"
    return _text(column, value, rules)


def stored(column: Column, value: str, rules: Rules) -> str:
    """An acceptable value as it is kept: dates always Y-M-D."""
    shape = _clock(column)
    if not value or value in rules.missing_data_codes:
        return value
    if shape is None:
        return _own_decimals(column, value, rules)
    return _moment(value, shape, rules) or value


def _text(column: Column, value: str, rules: Rules) -> str | None:
    if len(value) > LONGEST_TEXT:
        return TOO_LONG
    shape = _clock(column)
    if shape is not None:
        return None if _moment(value, shape, rules) else BAD_DATE
    pattern = _pattern(column)
    return BAD_FORMAT if pattern and not re.fullmatch(pattern, _own_decimals(column, value, rules)) else None


def decimal_sign_of(column: Column) -> str:
    """The sign before the decimals of a number field; blank for every other field."""
    kind = column.field.validation
    if column.field.kind == "calc":
        return "."
    if not re.fullmatch(r"number(?:_\ddp)?(?:_comma_decimal)?", kind):
        return ""
    return "," if kind.endswith("_comma_decimal") else "."


def _own_decimals(column: Column, value: str, rules: Rules) -> str:
    """A number that came with the sign the call says, with its field's own. assumption: not evidenced - for imports."""
    own = decimal_sign_of(column)
    return value.replace(rules.decimal_sign, own) if own and rules.decimal_sign else value


def _pattern(column: Column) -> str | None:
    if column.field.kind == "slider":
        return _FORMATS["integer"]
    kind = column.field.validation
    decimals = re.fullmatch(r"number_(\d)dp(_comma_decimal)?", kind)
    if decimals:
        return rf"-?\d*[{',' if decimals[2] else '.'}]\d{{{decimals[1]}}}"
    if kind == "number_comma_decimal":
        return _NUMBER.replace(r"\.", ",")
    return _FORMATS.get(kind)


def _clock(column: Column) -> str | None:
    """Return the pattern of a date field's time part, or None for another field."""
    match = re.fullmatch(r"(date|datetime|datetime_seconds)_(?:ymd|mdy|dmy)", column.field.validation)
    return _CLOCKS[match[1]] if match else None


def _moment(value: str, clock: str, rules: Rules) -> str | None:
    """Return the value as Y-M-D with its time, or None when it is not such a date.

    Dashes and slashes both part a date.
    """
    # Y-M-D is taken whatever order the call says.
    for order in (rules.date_format, "YMD"):
        if match := re.fullmatch(_ORDERS[order] + clock, value.replace("/", "-")):
            break
    else:
        return None
    text = f"{match['year']}-{match['month'].zfill(2)}-{match['day'].zfill(2)}{match['time']}"
    return text if read_moment(text) else None
