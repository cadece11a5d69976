"""config/redcap.toml -> Mapping, with every mistake at once.

It checks names and shapes; it calls no REDCap. settings.toml says how the projects are reached.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Mapping as Dict
from dataclasses import replace

from onboard.config import expressions
from onboard.config.mistakes import nearest
from onboard.model.mapping import AS_READ, ENUMS, PROTOCOL_TABLES, REQUIRED_FIELDS, TABLE_FIELDS, Mapping, Source

_FILE = "redcap.toml"
_TOP = ("tables", "missing_codes", "hand_in", "reviews", "date_order", "months", "person_by", "protocol_by")
#: The one word of `reviews`: acceptance is recorded on the form of the evidence itself, as before there were reviews.
_ON_THE_FORM = "on_the_survey_form"
_SOURCE = (
    "project", "instrument", "fields", "constants", "values", "checkboxes", "event", "only_if", "where", "unless", "each",
    "blank", "dates", "person", "ended_if", "not_begun_if", "printed_after",
)  # fmt: skip
_YES_NO = frozenset({"yes", "no"})
_BOOLS = {("people", "complete"), ("appointments", "engaged"), ("listings", "stays"), ("snoozes", "opt_out")}
_BOOLS |= {("approvals", "open_ended")}
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def load_mapping(document: Dict[str, object]) -> tuple[Mapping, list[str]]:
    """The mapping written in a parsed redcap.toml, and every mistake in it as a sentence with place and next step.

    With mistakes the mapping holds what could be understood and must not be used for reading.
    """
    mistakes: list[str] = []
    _unknown_keys(mistakes, "", document, _TOP)
    tables = _dict(mistakes, "tables", document.get("tables", {}))
    _unknown_keys(mistakes, "tables", tables, tuple(TABLE_FIELDS))
    order = expressions.order_of(mistakes, "date_order", document.get("date_order", "ymd"))
    months = expressions.languages(mistakes, document.get("months", []))
    sources = [
        replace(source, date_order=order, months=months)
        for table in TABLE_FIELDS
        for source in _marked(_sources(mistakes, table, tables.get(table)))
    ]
    if not any(source.table == "people" for source in sources):
        mistakes.append(f"{_FILE}, tables.people: is missing. Say which instrument holds the names and addresses of people.")
    _check_shared_forms(mistakes, sources)
    missing = _texts(mistakes, "missing_codes", document.get("missing_codes", []))
    hand_in = _hand_in(mistakes, document.get("hand_in", {}), sources)
    on_form = _reviews(mistakes, document.get("reviews", ""))
    mapping = Mapping(
        sources=tuple(sources),
        missing_codes=frozenset(missing),
        hand_in=hand_in,
        reviews_on_form=on_form,
        person_by=expressions.ways(mistakes, "person_by", document.get("person_by", ["record", "email"]), sources),
        protocol_by=expressions.ways(mistakes, "protocol_by", document.get("protocol_by", ["number", "code"]), sources),
    )
    return mapping, mistakes


def _reviews(mistakes: list[str], written: object) -> bool:
    """Whether acceptance is recorded on the survey form itself."""
    word = _text(mistakes, "reviews", written)
    if word and word != _ON_THE_FORM:
        said = f"{word!r} is not known. Write {_ON_THE_FORM!r}, or take the line out"
        mistakes.append(f"{_FILE}, reviews: {said}; the form of reviews belongs in [tables.reviews].")
    return word == _ON_THE_FORM


def _hand_in(mistakes: list[str], written: object, sources: Sequence[Source]) -> str:
    """Return the form of evidence by survey, "" = off.

    It must be read as completions, one a row, or what came in would never be seen.
    """
    block = _dict(mistakes, "hand_in", written)
    _unknown_keys(mistakes, "hand_in", block, ("instrument",))
    instrument = _text(mistakes, "hand_in, instrument", block.get("instrument", ""))
    forms = list(dict.fromkeys(s.instrument for s in sources if s.table == "completions" and not s.only_if))
    if instrument and instrument not in forms:
        hint = nearest(instrument, forms) if forms else "Map one, or leave it blank."
        mistakes.append(f"{_FILE}, hand_in, instrument: {instrument!r} is not a form of tables.completions, one row each. {hint}")
    return instrument


def _sources(mistakes: list[str], table: str, written: object) -> list[Source]:
    """One source for ``[tables.x]``, several for ``[[tables.x]]``, none when the lab does not keep the table."""
    if written is None:
        return []
    several = isinstance(written, list)
    blocks = written if isinstance(written, list) else [written]
    found: list[Source] = []
    for number, block in enumerate(blocks, start=1):
        place = f"tables.{table}" + (f" (block {number})" if several else "")
        for here, plain, origins in expressions.written_out(mistakes, place, _dict(mistakes, place, block)):
            source = _source(mistakes, here, table, plain)
            if source:
                source = replace(source, templates=origins)
                found.extend(replace(source, event=event) for event in _events(mistakes, here, plain))
    return found


def _marked(sources: Sequence[Source]) -> Iterable[Source]:
    """Each with the field that tells its rows from others of the table on the same form: of `only_if`, else of `where`."""
    forms = Counter((source.project, source.instrument, source.event) for source in sources)
    for source in sources:
        mark = source.fields.get(source.only_if, "")
        several = forms[source.project, source.instrument, source.event] > 1
        yield replace(source, mark=mark or (next(iter(source.where), "") if several else ""))


def _check_shared_forms(mistakes: list[str], sources: Sequence[Source]) -> None:
    """Several rows of a table in one form, as with a column per course, are told apart by the field that fills each."""
    seen: set[tuple[str, ...]] = set()
    for source in sources:
        tells = (source.fields.get(source.only_if, ""), *map(str, source.where.items()), *map(str, source.unless.items()))
        place = (source.table, source.project, source.instrument, source.event, *tells)
        if place in seen and source.table not in ("people", "protocols", "steps"):
            mistakes.append(
                f"{_FILE}, tables.{source.table}: two blocks read form {source.instrument!r} alike. Give each only_if, with "
                "the field that is filled where its row exists."
            )
        seen.add(place)


def _events(mistakes: list[str], place: str, block: object) -> list[str]:
    """Return unique event names of a block, one source each.

    ``""`` means all events. A form may be in an event of each arm.
    """
    written = block.get("event", "") if isinstance(block, dict) else ""
    if isinstance(written, list):
        return _texts(mistakes, f"{place}, event", written) or [""]
    return [_text(mistakes, f"{place}, event", written)]


def _source(mistakes: list[str], place: str, table: str, block: Dict[str, object]) -> Source | None:
    _unknown_keys(mistakes, place, block, _SOURCE)
    instrument = _text(mistakes, f"{place}, instrument", block.get("instrument", ""))
    if not instrument:
        mistakes.append(f"{_FILE}, {place}, instrument: is missing. Write the form's name as in the data dictionary.")
    named = _known(mistakes, f"{place}.fields", table, block.get("fields", {}))
    fields, joins, firsts = expressions.split_fields(mistakes, f"{place}.fields", named)
    constants = _named(mistakes, f"{place}.constants", table, block.get("constants", {}))
    source = Source(
        table=table,
        project=_text(mistakes, f"{place}, project", block.get("project", _usual_project(table))),
        instrument=instrument,
        fields=fields,
        constants=constants,
        values=_values(mistakes, place, table, block.get("values", {})),
        checkboxes=frozenset(_texts(mistakes, f"{place}, checkboxes", block.get("checkboxes", []))),
        only_if=_text(mistakes, f"{place}, only_if", block.get("only_if", "")),
        where=_codes(mistakes, place, "where", block),
        unless=_codes(mistakes, place, "unless", block),
        joins=joins,
        firsts=firsts,
        blank=_named(mistakes, f"{place}.blank", table, block.get("blank", {})),
        person=tuple(_texts(mistakes, f"{place}, person", block.get("person", []))),
        ended_if=_codes(mistakes, place, "ended_if", block),
        not_begun_if=_codes(mistakes, place, "not_begun_if", block),
        printed_after=_text(mistakes, f"{place}, printed_after", block.get("printed_after", "")),
        place=place,
    )
    orders = _dict(mistakes, f"{place}.dates", block.get("dates", {}))
    source = replace(source, dates=expressions.orders_of(mistakes, f"{place}.dates", source, orders))
    _check_source(mistakes, place, source)
    return source if instrument else None


def _usual_project(table: str) -> str:
    return "protocols" if table in PROTOCOL_TABLES else "people"


def _check_source(mistakes: list[str], place: str, source: Source) -> None:
    plain = [name for name in source.fields if name not in source.joins]
    for name, field in [(one, column) for one in plain for column in source.columns_of(one)]:
        if field and not _NAME.fullmatch(field):
            mistakes.append(
                f"{_FILE}, {place}.fields, {name}: {field!r} is not a REDCap field name. "
                "Write the variable name from the data dictionary, in lower case."
            )
    given = source.fields.keys() | source.constants.keys() | source.blank.keys()
    for name in sorted(REQUIRED_FIELDS.get(source.table, frozenset()) - given):
        mistakes.append(f"{_FILE}, {place}.fields, {name}: is missing, and {source.table} cannot be read without it. Add it.")
    if source.table == "steps" and not source.fields:
        mistakes.append(f"{_FILE}, {place}.fields: is empty. Name each step and its date field.")
    _check_references(mistakes, place, source)
    for key, words in (("constants", source.constants), ("blank", source.blank)):
        for name, word in words.items():
            _check_word(mistakes, f"{place}.{key}, {name}", source.table, name, word)
    expressions.check_days(mistakes, place, source)
    expressions.check_extras(mistakes, place, source)


def _check_references(mistakes: list[str], place: str, source: Source) -> None:
    mentioned = {"checkboxes": source.checkboxes, "values": source.values.keys()}
    mentioned["only_if"] = frozenset({source.only_if} - {""})
    for key, names in mentioned.items():
        for name in sorted(names - source.fields.keys()):
            hint = nearest(name, source.fields)
            mistakes.append(f"{_FILE}, {place}.{key}: {name!r} is not mapped in {place}.fields. {hint}")
    for name in sorted(source.checkboxes - {"tasks"}):
        said = "only 'tasks' of delegations can be several at once. Take it out"
        mistakes.append(f"{_FILE}, {place}.checkboxes: {name!r} will not do, {said}.")


def _values(mistakes: list[str], place: str, table: str, written: object) -> dict[str, dict[str, str]]:
    """``values.<noun field>.<the lab's code> = <our word>``."""
    found: dict[str, dict[str, str]] = {}
    for name, codes in _dict(mistakes, f"{place}.values", written).items():
        where = f"{place}.values.{name}"
        found[name] = {}
        for code, word in _dict(mistakes, where, codes).items():
            found[name][code] = _text(mistakes, f"{where}, {code}", word)
            _check_word(mistakes, f"{where}, {code}", table, name, found[name][code])
    return found


def _check_word(mistakes: list[str], place: str, table: str, name: str, word: str) -> None:
    enum = ENUMS.get((table, name))
    words: Collection[str] = {member.value for member in enum} if enum else ()
    words = _YES_NO if (table, name) in _BOOLS else words
    if words and word and word not in words and word != AS_READ:
        mistakes.append(f"{_FILE}, {place}: {word!r} is none of our words. {nearest(word, words)}")


def _codes(mistakes: list[str], place: str, key: str, block: Dict[str, object]) -> dict[str, tuple[str, ...]]:
    """REDCap field -> the codes of which it must hold one."""
    return expressions.codes_of(mistakes, f"{place}.{key}", block.get(key, {}))


def _known(mistakes: list[str], place: str, table: str, written: object) -> dict[str, object]:
    """Noun field -> what is written, with unknown noun fields reported and left out."""
    found = _dict(mistakes, place, written)
    known = TABLE_FIELDS[table]
    if known:
        _unknown_keys(mistakes, place, found, known)
    return {name: value for name, value in found.items() if not known or name in known}


def _named(mistakes: list[str], place: str, table: str, written: object) -> dict[str, str]:
    """The same where only text may stand."""
    known = _known(mistakes, place, table, written)
    return {name: _text(mistakes, f"{place}, {name}", text) for name, text in known.items()}


def _unknown_keys(mistakes: list[str], place: str, written: Dict[str, object], known: Sequence[str]) -> None:
    where = f"{_FILE}, {place}" if place else _FILE
    mistakes.extend(f"{where}, {key}: is not known. {nearest(key, known)}" for key in written if key not in known)


def _dict(mistakes: list[str], place: str, written: object) -> dict[str, object]:
    if isinstance(written, dict):
        return {str(key): value for key, value in written.items()}
    mistakes.append(f"{_FILE}, {place}: must be a table, not {written!r}. Begin it with [{place}] on a line of its own.")
    return {}


def _text(mistakes: list[str], place: str, written: object) -> str:
    if isinstance(written, str):
        return written.strip()
    mistakes.append(f"{_FILE}, {place}: must be text, not {written!r}. Put it in quotes.")
    return ""


def _texts(mistakes: list[str], place: str, written: object) -> list[str]:
    if isinstance(written, list) and all(isinstance(text, str) for text in written):
        return [text.strip() for text in written]
    mistakes.append(f'{_FILE}, {place}: must be a list of texts, not {written!r}. Write it like ["one", "two"].')
    return []
