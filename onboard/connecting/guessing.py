"""A first mapping for a lab's own project: each field's likely meaning.

A guess is to be corrected by hand. It prefers saying nothing to saying something wrong: a field with a poor likeness stays
unmapped, and required fields that were not found are named.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from onboard.connecting.dictionary import Field, words_of
from onboard.connecting.guesses import Block, Guess
from onboard.connecting.rows_apart import only_where_filled, tell_apart
from onboard.connecting.vocabulary import (
    CALLED,
    CHOICE,
    COURSE_PHRASES,
    DATE,
    EMAIL,
    FIELDS,
    NUMBER,
    STEPS,
    TABLE_WORDS,
    TEXT,
    TICKS,
    YES_NO,
)
from onboard.model.mapping import ENUMS

#: Below this a likeness says nothing.
_LEAST = 0.5


def guess_blocks(
    project: str,
    fields: Sequence[Field],
    tables: Collection[str],
    known: Mapping[str, tuple[str, str]],
    events: Mapping[str, Sequence[str]],
    repeats: bool = True,
) -> tuple[Block, ...]:
    """Which of `tables` a project probably holds, and where.

    `known` names the fields of the shipped dictionaries: REDCap field -> (table, our field). `events`: form -> unique event
    names, empty for a classic project. `repeats`: False when it is known that nothing in the project repeats.
    """
    forms: dict[str, list[Field]] = {}
    for one in fields[1:]:
        forms.setdefault(one.form, []).append(one)
    found: list[Block] = []
    for table in (table for table in FIELDS if table in tables):
        blocks = [b for form, inside in forms.items() for b in _blocks(table, project, form, inside, known)]
        found += _best(table, blocks)
    if "steps" in tables:
        found += _steps(project, forms, known)
    if "completions" in tables:
        columns = _course_columns(project, forms, found)
        if columns:
            found = [block for block in found if block.table != "completions"] + columns
    placed = [replace(block, events=tuple(events.get(block.form, ()))) for block in found]
    return tuple(tell_apart(placed, fields, repeats=repeats))


def _blocks(table: str, project: str, form: str, fields: Sequence[Field], known: Mapping[str, tuple[str, str]]) -> list[Block]:
    """The rows of a table that one form may hold: one, or one for each number that its field names carry."""
    slots: dict[str, list[Field]] = {}
    for one in fields:
        slots.setdefault("".join(re.findall(r"\d+", one.name)), []).append(one)
    numbered = [inside for slot, inside in slots.items() if slot]
    blocks = [_block(table, project, form, inside, known) for inside in (numbered if len(numbered) > 1 else [])]
    full = [block for block in blocks if block and not block.missing]
    if len(full) > 1:
        return [only_where_filled(block) for block in full]
    whole = _block(table, project, form, fields, known)
    return [whole] if whole else []


def _block(table: str, project: str, form: str, fields: Sequence[Field], known: Mapping[str, tuple[str, str]]) -> Block | None:
    pairs = [
        (_likeness(table, ours, one, known), ours, one)
        for ours in FIELDS[table]
        for one in fields
    ]  # fmt: skip
    guesses: dict[str, Guess] = {}
    taken: set[str] = set()
    for likeness, ours, one in sorted(pairs, key=lambda pair: -pair[0]):
        if likeness >= _LEAST and ours not in guesses and one.name not in taken:
            guesses[ours] = _with_values(table, ours, _box(FIELDS[table][ours][0], one), likeness)
            taken.add(one.name)
    return Block(table=table, project=project, form=form, guesses=guesses) if guesses else None


def _best(table: str, blocks: Sequence[Block]) -> list[Block]:
    """Return blocks that have what the table needs; none rather than a wrong one.

    People are on one form.
    """
    whole = [block for block in blocks if not block.missing]
    if not whole:
        return []
    heaviest = max(whole, key=lambda block: block.weight)
    if table in ("people", "protocols"):
        return [heaviest]
    rivals = [block for block in whole if block.form == heaviest.form or block.weight >= 0.8 * heaviest.weight]
    return rivals if len(rivals) > 1 and all(block.only_if for block in rivals) else [heaviest]


def _likeness(table: str, ours: str, one: Field, known: Mapping[str, tuple[str, str]]) -> float:
    """How much a field looks like ours: 1 for a shipped name, else words times kind times belonging."""
    if one.name in known:
        return 1.0 if known[one.name] == (table, ours) else 0.0
    kind, phrases = FIELDS[table][ours]
    return _words(phrases, one) * _kind(kind, one) * _belongs(table, one)


def _words(phrases: Sequence[str], one: Field) -> float:
    name, label = words_of(one.name), words_of(one.label)
    for place, phrase in enumerate(phrases):
        wanted = words_of(phrase)
        if wanted == label:
            return 1.0
        if wanted <= label | name:
            return 0.95 - 0.03 * place
    return 0.0


def _kind(kind: str, one: Field) -> float:
    date = one.validation.startswith("date")
    text = one.kind in ("text", "notes") and not one.validation
    fits = {
        DATE: 1.0 if date else 0.0,
        EMAIL: 1.0 if one.validation == "email" else 0.6 * text,
        TEXT: 1.0 if text else 0.9 * (one.validation in ("email", "integer", "number")),
        NUMBER: 1.0 if one.validation in ("number", "integer") else 0.7 * text,
        YES_NO: _yes_no(one),
        CHOICE: 1.0 if one.kind in ("dropdown", "radio", "yesno") else 0.7 * text,
        TICKS: 1.0 if one.kind == "checkbox" else 0.75 * text,
    }
    return float(fits[kind])


def _yes_no(one: Field) -> float:
    if one.kind in ("yesno", "truefalse"):
        return 1.0
    if one.kind == "checkbox":
        return 0.95 * (len(one.choices) == 1)
    return 0.8 * ({label.lower() for label in one.choices.values()} == {"yes", "no"})


def _box(kind: str, one: Field) -> Field:
    """The one box of a checkbox that says yes or no, by the column it is exported in."""
    if kind != YES_NO or one.kind != "checkbox":
        return one
    code = re.sub(r"[^a-z0-9_]", "_", next(iter(one.choices)).lower())
    return replace(one, name=f"{one.name}___{code}")


def _belongs(table: str, one: Field) -> float:
    wanted = words_of(TABLE_WORDS[table])
    if not wanted or wanted & words_of(one.form):
        return 1.0
    return 0.9 if wanted & (words_of(one.name) | words_of(one.label)) else 0.0


def _with_values(table: str, ours: str, one: Field, likeness: float) -> Guess:
    """The lab's codes in our words, where ours are fixed and the codes are not our words already."""
    enum = ENUMS.get((table, ours))
    words = [member.value for member in enum] if enum else []
    if (table, ours) == ("completions", "source"):
        words = ["survey", "typed", "intake", "attested"]
    if (table, ours) == ("enrolments", "training") and one.choices and all(map(str.isdigit, one.choices)):
        # The words are the lab's own, in requirements.toml.
        return Guess(column=one, likeness=likeness, unknown=one.choices)
    if not words or not one.choices or set(one.choices) <= set(words):
        return Guess(column=one, likeness=likeness)
    said = {code: _word(label, words) for code, label in one.choices.items()}
    return Guess(
        column=one,
        likeness=likeness,
        values={code: word for code, word in said.items() if word},
        unknown={code: one.choices[code] for code, word in said.items() if not word},
    )


def _word(label: str, words: Iterable[str]) -> str:
    """Our word for a label, "" when none is near."""
    wanted = " ".join(sorted(words_of(label)))
    ratings = [
        (SequenceMatcher(None, wanted, " ".join(sorted(words_of(called)))).ratio(), word)
        for word in words
        for called in (word, *CALLED.get(word, ()))
    ]
    ratio, word = max(ratings)
    return word if ratio >= 0.75 else ""


def _steps(project: str, forms: Mapping[str, Sequence[Field]], known: Mapping[str, tuple[str, str]]) -> list[Block]:
    """The form that holds most of the steps' dates."""
    found = []
    for form, fields in forms.items():
        guesses: dict[str, Guess] = {}
        for one in fields:
            for step, phrases in STEPS.items():
                shipped = known.get(one.name) == ("steps", step)
                likeness = 1.0 if shipped else _words(phrases, one) * _kind(DATE, one)
                if likeness >= _LEAST and likeness > (guesses[step].likeness if step in guesses else 0):
                    guesses[step] = Guess(column=one, likeness=likeness)
        if len(guesses) >= 2:
            found.append(Block(table="steps", project=project, form=form, guesses=guesses))
    return [max(found, key=lambda block: block.weight)] if found else []


def _course_columns(project: str, forms: Mapping[str, Sequence[Field]], found: Sequence[Block]) -> list[Block]:
    """A column for each course: two or more dates with courses' names in a form, each with what shares its prefix."""
    taken = {guess.column.name for block in found for guess in block.guesses.values() if block.table != "completions"}
    blocks: list[Block] = []
    for form, fields in forms.items():
        dates = [one for one in fields if one.name not in taken and _is_course_date(one)]
        if len(dates) > 1:
            blocks += [_course(project, form, one, fields) for one in dates]
    return blocks


def _is_course_date(one: Field) -> bool:
    said = words_of(one.name) | words_of(one.label)
    ends = {"exp", "expires", "expiration", "due", "until"}
    return bool(_kind(DATE, one)) and not said & ends and any(words_of(phrase) <= said for phrase in COURSE_PHRASES)


def _course(project: str, form: str, one: Field, fields: Sequence[Field]) -> Block:
    prefix = re.sub(r"_?(date|done|completed|passed|on)$", "", one.name)
    beside = [other for other in fields if other is not one and other.name.startswith(f"{prefix}_")]
    guesses = {"completed": Guess(column=one, likeness=0.8)}
    for ours in ("expires", "score", "institution", "record_id", "source"):
        kind, phrases = FIELDS["completions"][ours]
        rated = [(_words(phrases, other) * _kind(kind, other), other) for other in beside]
        likeness, other = max(rated, key=lambda pair: pair[0], default=(0.0, one))
        if likeness >= _LEAST and other.name not in {guess.column.name for guess in guesses.values()}:
            guesses[ours] = _with_values("completions", ours, other, likeness)
    group = re.split(r"[:(]", one.label)[0].strip() or prefix
    constants = {"group": group, "stage": "2" if "refresher" in group.lower() else "1"}
    return Block(table="completions", project=project, form=form, guesses=guesses, constants=constants, only_if="completed")
