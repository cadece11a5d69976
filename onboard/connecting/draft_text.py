"""A draft as a redcap.toml that opens: each line with its reason, blocks that differ in one word written once with `each`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from onboard.connecting.drafting import Draft, Found, Value
from onboard.connecting.view import View
from onboard.model.mapping import REQUIRED_FIELDS, TABLE_FIELDS

_HEAD = """\
# A first mapping, guessed from names, labels, choices and cells. Look at every line, correct it, save it as redcap.toml.
# The reason is next to each line; no value of a person is here. What redcap.toml can say is explained in the shipped file
# of that name. Then look at what the program sees: onboard check --explain
"""
_FILES = """[tables.protocols]    # the lab's own files protocols.csv and approvals.csv
project = "protocols"
instrument = "protocol"
[tables.protocols.fields]
number = "protocol_number"
code = "short_code"
title = "protocol_title"
pi = "protocol_pi"

[tables.approvals]
project = "protocols"
instrument = "approval"
[tables.approvals.fields]
kind = "appr_kind"
first = "appr_from"
last = "appr_to"
open_ended = "appr_open"
study_type = "appr_study_type"
funding = "appr_funding"
phi = "appr_phi"
"""


def draft_text(draft: Draft, views: Mapping[str, View], open_points: Sequence[str] = (), *, files: bool = False) -> str:
    """The whole file; `open_points` are printed at its end as comments. `files`: protocols are files in the lab's home."""
    parts = [_HEAD, "\n".join(_top(draft))]
    written: list[str] = []
    for table in TABLE_FIELDS:
        blocks = [block for block in draft.of(table) if readable(block)]
        folded = list(_folded(blocks))
        written += ["\n".join(_block(one, several=len(folded) > 1)) + "\n" for one in folded]
    parts += written
    if files and not draft.of("protocols"):
        parts.append(_FILES)
    parts += ["\n".join(_left_over(draft, views)), "\n".join(f"# open: {point}" for point in open_points)]
    return "\n".join(part for part in parts if part).rstrip() + "\n"


def readable(block: Found) -> bool:
    """Whether a block has what its table cannot be read without."""
    given = block.fields.keys() | block.constants.keys() | block.blank.keys()
    return REQUIRED_FIELDS.get(block.table, frozenset()) <= given and (block.table != "steps" or bool(block.fields))


def _top(draft: Draft) -> Iterable[str]:
    if draft.date_order:
        yield f"date_order = {quoted(draft.date_order)}"
    for name in ("months", "person_by", "protocol_by", "missing_codes"):
        listed = getattr(draft, name)
        if listed:
            yield f"{name} = {_listed(listed)}"
    yield ""


def _block(block: Folded, *, several: bool) -> Iterable[str]:
    name, one = f"tables.{block.table}", block
    yield f"[[{name}]]" if several else f"[{name}]"
    yield f"project = {quoted(one.project)}"
    yield f"instrument = {quoted(one.form)}"
    if one.events:
        yield f"event = {quoted(one.events[0]) if len(one.events) == 1 else _listed(one.events)}"
    if one.only_if:
        yield f"only_if = {quoted(one.only_if)}"
    if one.each:
        pairs = ", ".join(f"{part} = {quoted(word)}" for part, word in one.each)
        same = all(part == word for part, word in one.each)
        yield f"each = {_listed([part for part, _ in one.each]) if same else '{ ' + pairs + ' }'}"
    for key, codes in (("where", one.where), ("ended_if", one.ended_if), ("not_begun_if", one.not_begun_if)):
        if codes:
            pairs = ", ".join(f"{_key(column)} = {_listed(found)}" for column, found in codes.items())
            yield _with_reason(f"{key} = {{ {pairs} }}", one.reasons.get("state", "") if key != "where" else "")
    if one.person:
        yield f"person = {_listed(one.person)}"
    if one.checkboxes:
        yield f"checkboxes = {_listed(one.checkboxes)}"
    yield f"[{name}.fields]"
    for ours in TABLE_FIELDS[one.table] or one.fields:
        if ours in one.fields:
            yield _with_reason(f"{ours} = {_value(one.fields[ours])}", one.reasons.get(ours, ""))
    if one.constants:
        yield f"[{name}.constants]"
        yield from (_with_reason(f"{ours} = {quoted(word)}", one.reasons.get(ours, "")) for ours, word in one.constants.items())
    for key, words in (("blank", one.blank), ("dates", one.dates)):
        if words:
            yield f"[{name}.{key}]"
            yield from (f"{ours} = {quoted(word)}" for ours, word in words.items())
    yield from _values(name, one)


def _values(name: str, one: Folded) -> Iterable[str]:
    for ours, codes in one.values.items():
        labels = one.labels.get(ours, {})
        if not codes and not labels:
            continue
        yield f"[{name}.values.{ours}]"
        for code, word in codes.items():
            yield _with_reason(f"{quoted(code)} = {quoted(word)}", labels.get(code, "") if labels.get(code, "") != word else "")
        for code, label in labels.items():
            if code not in codes and one.table != "steps":
                yield f'# {quoted(code)} = ""    # which of our words is {" ".join(label.split())}?'


def _with_reason(line: str, reason: str) -> str:
    return f"{line:<44}# {' '.join(reason.split())}" if reason else line


def _left_over(draft: Draft, views: Mapping[str, View]) -> Iterable[str]:
    lines = []
    for project, view in views.items():
        used = draft.uses(project)
        for form in view.forms:
            names = [one.name for one in view.form(form) if one.name not in used]
            if names:
                lines.append(f"#   {project}, {form}: {', '.join(names)}")
    return ["# Fields that nothing reads (only mapped fields are ever asked of REDCap):", *lines] if lines else []


# each -----------------------------------------------------------------------------------------------------------------


class Folded(Found):
    """A block that may stand for several."""

    each: list[tuple[str, str]]


def _folded(blocks: Sequence[Found]) -> Iterable[Folded]:
    """Neighbors that differ in a part of their fields' names, and in one word, as one block."""
    waiting: list[Found] = []
    for block in [*blocks, None]:
        if waiting and (block is None or not _alike(waiting[0], block) or not _as_one([*waiting, block])):
            yield _as_one(waiting) or _alone(waiting[0])
            waiting = []
        if block is not None:
            waiting.append(block)


def _alone(block: Found) -> Folded:
    found = Folded(**{name: getattr(block, name) for name in Found.__dataclass_fields__})
    found.each = []
    return found


def _alike(one: Found, other: Found) -> bool:
    """Whether two blocks say the same of the same form, but for names and words."""
    names = ("project", "form", "values", "only_if", "blank", "dates", "person")
    same = all(getattr(one, name) == getattr(other, name) for name in names)
    return same and one.fields.keys() == other.fields.keys() and one.constants.keys() == other.constants.keys()


def _as_one(blocks: Sequence[Found]) -> Folded | None:
    """The blocks as one, where their names share all but a part; None where they do not. One block stays as it is."""
    if len(blocks) == 1:
        return _alone(blocks[0])
    rows = [_names(block) for block in blocks]
    template = _template([row[0] for row in rows]) if rows[0] else None
    if template is None or any(len(row) != len(rows[0]) for row in rows):
        return None
    parts = template[2]
    filled = []
    for place in range(len(rows[0])):
        names = [row[place] for row in rows]
        found = _by_parts(names, parts)
        if found is None:
            return None
        filled.append(found)
    words = [name for name in blocks[0].constants if len({block.constants[name] for block in blocks}) > 1]
    if len(words) > 1 or len(set(parts)) != len(parts) or not all(part.replace("_", "").isalnum() for part in parts):
        return None
    return _written_once(blocks, parts, filled, words[0] if words else "")


def _written_once(blocks: Sequence[Found], parts: Sequence[str], filled: Sequence[str], word: str) -> Folded:
    one = _alone(blocks[0])
    new = dict(zip(_names(blocks[0]), filled, strict=True))
    one.fields = {name: _renamed(value, new) for name, value in blocks[0].fields.items()}
    one.where = {new.get(column, column): codes for column, codes in blocks[0].where.items()}
    one.constants = {name: "{as}" if name == word else text for name, text in blocks[0].constants.items()}
    one.each = [(part, block.constants[word] if word else part) for part, block in zip(parts, blocks, strict=True)]
    return one


def _renamed(value: Value, new: Mapping[str, str]) -> Value:
    return [new.get(one, one) for one in value] if isinstance(value, list) else new.get(value, value)


def _names(block: Found) -> list[str]:
    found: list[str] = list(block.where)
    for value in block.fields.values():
        found += value if isinstance(value, list) else [value]
    return list(dict.fromkeys(found))


def _template(names: Sequence[str]) -> tuple[str, str, list[str]] | None:
    """What some names share at both ends, and the parts between."""
    before, after = _shared(names), _shared([name[::-1] for name in names])[::-1]
    before = before[: before.rfind("_") + 1]
    after = after[after.find("_") :] if "_" in after else ""
    parts = [name[len(before) : len(name) - len(after)] for name in names]
    return (before, after, parts) if all(parts) and all(len(name) > len(before) + len(after) for name in names) else None


def _shared(names: Sequence[str]) -> str:
    first = min(names)
    last = max(names)
    place = next((n for n, letter in enumerate(first) if n >= len(last) or letter != last[n]), len(first))
    return first[:place]


def _by_parts(names: Sequence[str], parts: Sequence[str]) -> str | None:
    """One text with {each} for all names; a name that is the same in all blocks stays."""
    if len(set(names)) == 1:
        return names[0]
    for place in range(len(names[0])):
        if names[0].startswith(parts[0], place):
            text = names[0][:place] + "{each}" + names[0][place + len(parts[0]) :]
            if all(text.replace("{each}", part) == name for part, name in zip(parts, names, strict=True)):
                return text
    return None


def _value(value: Value) -> str:
    return _listed(value) if isinstance(value, list) else quoted(value)


def _listed(words: Iterable[str]) -> str:
    return f"[{', '.join(map(quoted, words))}]"


def _key(column: str) -> str:
    return quoted(column) if "{" in column else column


def quoted(text: str) -> str:
    """A text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False)
