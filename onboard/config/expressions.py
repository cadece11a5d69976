"""The expressions of redcap.toml, written out into plain sources.

`each` becomes a block for each of its words; a text with braces, or a list, becomes the fields that it reads. So every later
message names the real field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from onboard.config.mistakes import nearest
from onboard.dates import parse_validity
from onboard.model.mapping import AS_READ, DAYS, ENUMS, PERSON_BY, PROTOCOL_BY, Source
from onboard.model.written_days import MONTHS as MONTH_LANGUAGES
from onboard.model.written_days import ORDERS

_FILE = "redcap.toml"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_BRACES = re.compile(r"\{([^{}]*)\}")
#: A join puts so many fields together at most: a name has no more parts.
_PARTS = 5
Block = Mapping[str, object]


def written_out(mistakes: list[str], place: str, block: Block) -> Iterator[tuple[str, Block, Mapping[str, str]]]:
    """Each block that a block stands for: its place, what it says, and REDCap field -> the text it was written as."""
    if "each" not in block:
        _lonely_braces(mistakes, place, block)
        yield place, block, {}
        return
    rest = {key: value for key, value in block.items() if key != "each"}
    for part, word in _pairs(mistakes, place, block["each"]):
        origins: dict[str, str] = {}
        filled = _filled(rest, part, word, origins)
        yield f"{place}, each {part}", filled if isinstance(filled, dict) else {}, origins


def _pairs(mistakes: list[str], place: str, written: object) -> list[tuple[str, str]]:
    if isinstance(written, dict) and written and all(isinstance(word, str) for word in written.values()):
        return [(str(part), word) for part, word in written.items()]
    if isinstance(written, list) and written and all(isinstance(word, str) for word in written):
        return [(word, word) for word in written]
    step = 'Write each = { hsp = "hsp", gcp = "gcp" }, or each = ["1", "2", "3"] where the word is the same'
    mistakes.append(f"{_FILE}, {place}, each: {written!r} will not do. {step}.")
    return []


def _filled(value: object, part: str, word: str, origins: dict[str, str]) -> object:
    if isinstance(value, str):
        found = value.replace("{each}", part).replace("{as}", word)
        if "{each}" in value:
            origins[found] = value
        return found
    if isinstance(value, list):
        return [_filled(one, part, word, origins) for one in value]
    if isinstance(value, dict):
        return {str(_filled(key, part, word, origins)): _filled(one, part, word, origins) for key, one in value.items()}
    return value


def _lonely_braces(mistakes: list[str], place: str, value: object, where: str = "") -> None:
    if isinstance(value, str) and ("{each}" in value or "{as}" in value):
        word = "{each}" if "{each}" in value else "{as}"
        said = f"{word} is in {value!r}, and the block has no each. Add each, or write the name itself"
        mistakes.append(f"{_FILE}, {place}{where}: {said}.")
    elif isinstance(value, list):
        for one in value:
            _lonely_braces(mistakes, place, one, where)
    elif isinstance(value, dict):
        for key, one in value.items():
            _lonely_braces(mistakes, place, key, where)
            _lonely_braces(mistakes, place, one, f"{where}.{key}" if isinstance(one, dict) else f"{where}, {key}")


def split_fields(
    mistakes: list[str], place: str, written: Mapping[str, object]
) -> tuple[dict[str, str], dict[str, str], dict[str, tuple[str, ...]]]:
    """`fields` of a block: noun field -> first REDCap field, the joins, and the lists of which the first filled one counts."""
    plain: dict[str, str] = {}
    joins: dict[str, str] = {}
    firsts: dict[str, tuple[str, ...]] = {}
    for name, value in written.items():
        where = f"{place}, {name}"
        if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
            firsts[name] = tuple(one.strip() for one in value)
            plain[name] = firsts[name][0]
        elif isinstance(value, str) and "{" in value:
            parts = _BRACES.findall(value)
            _check_join(mistakes, where, value, parts)
            joins[name] = value.strip()
            plain[name] = parts[0] if parts else ""
        elif isinstance(value, str):
            plain[name] = value.strip()
        else:
            step = 'Put it in quotes, or in a list of names in quotes: ["first", "else"]'
            mistakes.append(f"{_FILE}, {where}: must be text, not {value!r}. {step}.")
    return plain, joins, firsts


def _check_join(mistakes: list[str], where: str, written: str, parts: Sequence[str]) -> None:
    if not parts or not all(_NAME.fullmatch(part) for part in parts):
        mistakes.append(f'{_FILE}, {where}: {written!r} will not do. Write field names in braces: "{{first}} {{last}}".')
    if len(parts) > _PARTS:
        mistakes.append(f"{_FILE}, {where}: joins {len(parts)} fields. A join takes at most {_PARTS}.")


def codes_of(mistakes: list[str], place: str, written: object) -> dict[str, tuple[str, ...]]:
    """REDCap field -> the codes of which it holds one; a single code may be written without a list."""
    found: dict[str, tuple[str, ...]] = {}
    if not isinstance(written, dict):
        mistakes.append(f'{_FILE}, {place}: must be a table, not {written!r}. Write it like {{ status = ["1"] }}.')
        return found
    for name, codes in written.items():
        listed = [codes] if isinstance(codes, str) else codes
        if not _NAME.fullmatch(name):
            mistakes.append(f"{_FILE}, {place}: {name!r} is not a REDCap field name. Write it as in the data dictionary.")
        if isinstance(listed, list) and listed and all(isinstance(code, str) for code in listed):
            found[name] = tuple(code.strip() for code in listed)
        else:
            mistakes.append(f'{_FILE}, {place}, {name}: must be codes in quotes, not {codes!r}. Write it like ["1", "2"].')
    return found


def order_of(mistakes: list[str], place: str, written: object) -> str:
    """One of the three orders of a day; year first where it is none."""
    if isinstance(written, str) and written in ORDERS:
        return written
    mistakes.append(f"{_FILE}, {place}: {written!r} is none of {', '.join(ORDERS)}.")
    return "ymd"


def orders_of(mistakes: list[str], place: str, source: Source, written: Mapping[str, object]) -> dict[str, str]:
    """`dates` of a block: our field -> its order."""
    for name in written:
        if name not in source.fields:
            mistakes.append(f"{_FILE}, {place}, {name}: is not mapped in fields. {nearest(name, source.fields)}")
        elif source.table != "steps" and name not in DAYS.get(source.table, ()):
            mistakes.append(f"{_FILE}, {place}, {name}: holds no day. {nearest(name, DAYS.get(source.table, ()))}")
    return {name: order_of(mistakes, f"{place}, {name}", order) for name, order in written.items()}


def languages(mistakes: list[str], written: object) -> tuple[str, ...]:
    """`months`: languages of month names."""
    known = tuple(word for word in MONTH_LANGUAGES if word != "en")
    if not isinstance(written, list):
        mistakes.append(f'{_FILE}, months: must be a list, not {written!r}. Write it like ["es"].')
        return ()
    for word in written:
        if word not in MONTH_LANGUAGES:
            mistakes.append(f"{_FILE}, months: {word!r} is none of {', '.join(known)}. English is read always.")
    return tuple(word for word in written if word in MONTH_LANGUAGES)


def ways(mistakes: list[str], key: str, written: object, sources: Sequence[Source]) -> tuple[str, ...]:
    """`person_by` or `protocol_by`: in which ways cells name what they are about, the most trusted first."""
    known = PERSON_BY if key == "person_by" else PROTOCOL_BY
    if not isinstance(written, list) or not written or not all(isinstance(word, str) for word in written):
        mistakes.append(f'{_FILE}, {key}: must be a list, not {written!r}. Write it like ["{known[0]}", "{known[1]}"].')
        return known[:2]
    for word in written:
        if word not in known:
            mistakes.append(f"{_FILE}, {key}: {word!r} is none of {', '.join(known)}.")
    has_login = any(source.table == "people" and "login" in source.fields for source in sources)
    if key == "person_by" and "login" in written and not has_login:
        mistakes.append(f"{_FILE}, person_by: login, but tables.people.fields has no login. Add it, or take it out.")
    return tuple(word for word in written if word in known)


def check_days(mistakes: list[str], place: str, source: Source) -> None:
    """`as_read` stands only where a day does."""
    days = DAYS.get(source.table, frozenset())
    for key, words in (("constants", source.constants), ("blank", source.blank)):
        for name, word in words.items():
            _check_as_read(mistakes, f"{place}.{key}, {name}", source, name, word, days)
    for name, codes in source.values.items():
        for code, word in codes.items():
            _check_as_read(mistakes, f"{place}.values.{name}, {code}", source, name, word, days)


def _check_as_read(mistakes: list[str], place: str, source: Source, name: str, word: str, days: frozenset[str]) -> None:
    if word == AS_READ and source.table != "steps" and name not in days:
        enum = ENUMS.get((source.table, name))
        wanted = f"one of {', '.join(list(enum)[:4])}, ..." if enum else "text"
        mistakes.append(f"{_FILE}, {place}: as_read is a day, and {name} wants {wanted}.")


def check_extras(mistakes: list[str], place: str, source: Source) -> None:
    """What belongs to one table alone."""
    for key, codes in (("ended_if", source.ended_if), ("not_begun_if", source.not_begun_if)):
        if codes and source.table != "appointments":
            mistakes.append(f"{_FILE}, {place}, {key}: belongs to tables.appointments.")
    if source.printed_after and source.table != "completions":
        mistakes.append(f"{_FILE}, {place}, printed_after: belongs to tables.completions.")
    elif source.printed_after:
        try:
            parse_validity(source.printed_after)
        except ValueError as error:
            mistakes.append(f"{_FILE}, {place}, printed_after: {error}")
        if not source.printed_after.startswith("months:"):
            mistakes.append(f'{_FILE}, {place}, printed_after: only months can be counted back. Write it like "months:36".')
    for name in source.person:
        if not _NAME.fullmatch(name):
            mistakes.append(f"{_FILE}, {place}, person: {name!r} is not a REDCap field name. Write it as in the data dictionary.")
    if source.person and source.table in ("people", "protocols"):
        mistakes.append(f"{_FILE}, {place}, person: rows of {source.table} are about their own record. Take it out.")
