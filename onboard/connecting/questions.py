"""What only a person can say: each open point with its evidence, its guess, and what an answer writes.

Pure: it asks nobody and judges nothing. How many status rows a point decides is told by a function that the caller passes in; a
point on which no row depends is not asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from onboard.connecting.drafting import Draft, Found
from onboard.connecting.finding import day_columns
from onboard.connecting.patterns import Search, state_codes
from onboard.connecting.profile import Profile
from onboard.connecting.view import Column
from onboard.model.mapping import AS_READ, ENUMS, PERSON_BY
from onboard.model.written_days import ORDERS

Answer = object
#: So many questions are asked at most.
MOST = 10


@dataclass(frozen=True, slots=True)
class Question:
    """One point. `guess` is what Enter says, None where nothing is likely; `parse` reads what is typed, None where that is no
    answer."""

    key: str
    title: str
    evidence: Sequence[str]
    guess: Answer
    guess_words: str
    apply: Callable[[Draft, Answer], None] = field(repr=False)
    parse: Callable[[str], Answer] = field(repr=False)
    how: str  # how to answer otherwise
    readings: Sequence[Answer] = ()  # two answers that may be true; guess and open where none are named


def questions(search: Search) -> list[Question]:
    """Every open point of a search, in no order of weight."""
    makers = (_people, _order, _left, _courses, _now, _approval, _codes, _names, _none, _engaged)
    return [one for make in makers if (one := make(search))]


def answered(search: Search, asked: Sequence[Question], answers: Mapping[str, Answer]) -> Draft:
    """The draft with what was answered; a point without an answer stays as the cells leave it."""
    draft = deepcopy(search.draft)
    for one in asked:
        if answers.get(one.key) is not None:
            one.apply(draft, answers[one.key])
    return draft


def by_weight(search: Search, asked: Sequence[Question], rows_apart: Callable[[Draft, Draft], int]) -> list[tuple[int, Question]]:
    """The points with how many status rows each decides, the heaviest first; those that decide none are left out.

    `rows_apart` says in how many rows two drafts differ. Each point is weighed with the guesses of all others.
    """
    guesses = {one.key: one.guess for one in asked}
    weighed = []
    for place, one in enumerate(asked):
        first, other = one.readings or (one.guess, None)
        drafts = [answered(search, asked, {**guesses, one.key: answer}) for answer in (first, other)]
        weighed.append((rows_apart(*drafts), place, one))
    weighed.sort(key=lambda row: (-row[0], row[1]))
    return [(weight, one) for weight, _, one in weighed if weight]


def _column(search: Search, project: str, name: object) -> Column | None:
    return next((one for one in search.views[project].columns if one.name == name), None)


def _words(text: str) -> list[str]:
    return [word for word in text.replace(",", " ").split() if word]


# the questions --------------------------------------------------------------------------------------------------------


def _people(search: Search) -> Question | None:
    block = search.people
    if block is None or not block.where:
        return None
    (name, codes), column = next(iter(block.where.items())), None
    column = _column(search, block.project, name)
    labels = column.field.choices if column else {}
    counts = column.cells.codes if column else Counter()

    def apply(draft: Draft, answer: Answer) -> None:
        for one in draft.blocks:
            if name in one.where and one.table not in ("protocols", "approvals"):
                one.where[name] = list(map(str, answer)) if isinstance(answer, list) else codes

    return Question(
        key="people",
        title="Which of these records are people of the lab?",
        evidence=[f"{code} {label:<40} {counts.get(code, 0):>5} records" for code, label in labels.items()],
        guess=codes,
        guess_words=", ".join(codes),
        apply=apply,
        parse=lambda text: [word for word in _words(text) if word in labels] or None,
        how="type the codes",
        readings=(codes, [code for code in labels if code not in codes][:1] + codes),
    )


def _order(search: Search) -> Question | None:
    total, lines = Profile(), []
    for block in search.draft.blocks:
        for _, name in day_columns(search, block):
            column = _column(search, block.project, name)
            if column is None or column.field.validation or not any(column.cells.days[k] for k in ("mdy", "dmy", "both")):
                continue
            days = column.cells.days
            line = f"{name:<24} {days['mdy']:>4} only month/day  {days['dmy']:>4} only day/month  {days['both']:>4} fit both"
            if line not in lines:
                lines.append(line)
                total.days.update(days)
    if not lines:
        return None
    said = {"mdy": total.days["mdy"], "dmy": total.days["dmy"]}
    best = max(said, key=lambda order: said[order])
    other = "dmy" if best == "mdy" else "mdy"
    guess = best if said[best] >= 3 and not said[other] else None

    def apply(draft: Draft, answer: Answer) -> None:
        draft.date_order = str(answer)
        for block in draft.blocks:
            block.dates = {ours: order for ours, order in block.dates.items() if order != answer}

    return Question(
        key="date_order",
        title="Are your dates typed as text month/day or day/month?",
        evidence=lines,
        guess=guess,
        guess_words=ORDERS.get(guess or "", "nothing: no cell decides"),
        apply=apply,
        parse=lambda text: text.strip() if text.strip() in ORDERS else None,
        how="type mdy, dmy or ymd",
        readings=(guess, None) if guess else ("mdy", "dmy"),
    )


def _left(search: Search) -> Question | None:
    for block in search.draft.of("appointments"):
        for column in search.views[block.project].form(block.form):
            if "state" not in column.ideas or column.field.kind not in ("radio", "dropdown", "yesno", "truefalse"):
                continue
            left, coming = state_codes(column)
            if not left and len(column.field.choices) < 2:
                continue
            return _left_question(column, block, left, coming)
    return None


def _left_question(column: Column, block: Found, left: list[str], coming: list[str]) -> Question:
    labels, counts = column.field.choices, column.cells.codes

    def apply(draft: Draft, answer: Answer) -> None:
        said = answer if isinstance(answer, dict) else {}
        for one in draft.of("appointments"):
            if one.form == block.form:
                one.ended_if = {column.name: list(said["left"])} if said.get("left") else {}
                one.not_begun_if = {column.name: list(said["not_begun"])} if said.get("not_begun") else {}

    def parse(text: str) -> Answer:
        first, _, second = text.partition(";")
        codes = {"left": [c for c in _words(first) if c in labels], "not_begun": [c for c in _words(second) if c in labels]}
        return codes if any(codes.values()) else None

    words = f"{', '.join(left) or 'none'} left" + (f"; {', '.join(coming)} not begun" if coming else "")
    return Question(
        key="left",
        title="Who has left, and who has not begun?",
        evidence=[
            f'{column.name} "{column.field.label}"',
            *(f"{c} {label:<40} {counts.get(c, 0):>5}" for c, label in labels.items()),
        ],
        guess={"left": left, "not_begun": coming} if left else None,
        guess_words=words,
        apply=apply,
        parse=parse,
        how="type codes that mean left, then ; and codes that mean not begun",
        readings=({"left": left, "not_begun": coming}, {"left": [], "not_begun": []}),
    )


def _courses(search: Search) -> Question | None:
    """Trainings that the rules ask for and no column was found for, beside the columns of days that nothing uses."""
    blocks = search.draft.of("completions")
    found = {block.constants.get("training") for block in blocks}
    missing = [training for training in search.wanted.trainings if training not in found]
    if search.people is None or not missing or any("group" in block.fields for block in blocks):
        return None
    view, forms = search.views[search.people.project], {block.form for block in blocks}
    free = {
        column.name: column
        for form in view.forms
        for column in search.free(view, view.form(form))
        if column.is_day and (form in forms or column.ideas & {"course", "expiry"} or column.near & {"course"})
    }
    if not free:
        return None

    def apply(draft: Draft, answer: Answer) -> None:
        pairs = answer if isinstance(answer, dict) else {}
        for training in dict.fromkeys(map(str, pairs.values())):
            inside = [free[name] for name, word in pairs.items() if word == training and name in free]
            ends = [column for column in inside if "expiry" in column.ideas]
            done = [column for column in inside if column not in ends]
            if not inside:
                continue
            block = Found(table="completions", project=view.project, form=inside[0].field.form)
            for ours, column in (("completed", next(iter(done), None)), ("expires", next(iter(ends), None))):
                if column:
                    block.put(ours, column.name, "as you answered")
            block.only_if = "completed" if done else "expires"
            block.constants = {"training": training, "source": "typed", "stage": "1"}
            block.constants |= {} if done else {"completed": AS_READ}
            block.events = tuple(view.events.get(block.form, ()))
            draft.blocks.append(block)

    def parse(text: str) -> Answer:
        pairs = [part.partition("=") for part in text.split(";")]
        said = {name.strip(): word.strip() for name, _, word in pairs}
        right = all(name in free and word in search.wanted.trainings for name, word in said.items())
        return said if right else None

    first = next(iter(free))
    return Question(
        key="courses",
        title=f"Which column holds {', '.join(missing)}?",
        evidence=[f'{name:<24} "{column.field.label[:50]}" {column.cells.filled:>4} cells' for name, column in free.items()],
        guess=None,
        guess_words="none: what is missing stays missing",
        apply=apply,
        parse=parse,
        how=f"type {first} = {missing[0]}; and so on",
        readings=({first: missing[0]}, None),
    )


def _now(search: Search) -> Question | None:
    lines = []
    for block in search.draft.of("listings"):
        if block.form in search.views[block.project].repeating or not (block.where or block.only_if):
            continue
        ticked = _ticked(search, block)
        name = block.fields.get("approved")
        without = [row for row in ticked if not (isinstance(name, str) and row.get(name, "").strip())]
        if without:
            study = block.constants.get("protocol") or f"slot {block.fields.get('protocol')}"
            lines.append(f"{study:<24} {len(ticked):>4} ticked, {len(without):>4} of them without a date")
    if not lines:
        return None

    def apply(draft: Draft, answer: Answer) -> None:
        for block in draft.of("listings"):
            if answer == "yes" and (block.where or block.only_if) and block.form not in search.views[block.project].repeating:
                block.blank["approved"] = AS_READ

    return Question(
        key="now",
        title="A tick without a date: is the person on the list now?",
        evidence=lines,
        guess="yes",
        guess_words="yes, and since when is not kept",
        apply=apply,
        parse=_yes_no,
        how="type yes or no",
    )


def _yes_no(text: str) -> Answer:
    word = text.strip().lower()
    return {"yes": "yes", "y": "yes", "no": "no", "n": "no"}.get(word)


def _ticked(search: Search, block: Found) -> list[Mapping[str, str]]:
    rows = search.views[block.project].rows
    for column, codes in block.where.items():
        rows = [row for row in rows if row.get(column, "") in codes]
    name = block.fields.get(block.only_if)
    return [row for row in rows if row.get(name, "").strip()] if isinstance(name, str) else list(rows)


def _approval(search: Search) -> Question | None:
    for block in search.draft.of("delegations"):
        signed, on = block.fields.get("approved_by"), block.fields.get("approved_on")
        typed = "approved_by" in block.fields and "approved_by" not in block.values
        if typed and on:
            continue
        column = _column(search, block.project, signed or on or "")
        if column is None:
            continue

        def apply(draft: Draft, answer: Answer) -> None:
            for one in draft.of("delegations"):
                if answer == "no":
                    for ours in ("approved_by", "approved_on"):
                        one.fields.pop(ours, None)
                        one.constants.pop(ours, None)
                        one.values.pop(ours, None)

        counted = f"{column.cells.filled} cells filled" if column.cells.filled else "no cell filled"
        return Question(
            key="approval",
            title="Does this say that the PI has approved the delegation?",
            evidence=[f'{column.name} "{column.field.label}": {counted}', f"the day of it: {on or 'not found'}"],
            guess="yes",
            guess_words="yes" + (f", on the day {on} says" if on else ""),
            apply=apply,
            parse=_yes_no,
            how="type yes or no",
            readings=("yes", "no"),
        )
    return None


def _codes(search: Search) -> Question | None:
    lines, places = [], {}
    for block in search.draft.blocks:
        for ours, labels in block.labels.items():
            if (block.table, ours) not in ENUMS:
                continue
            name = block.fields.get(ours)
            column = _column(search, block.project, name)
            for code, label in labels.items():
                cells = column.cells.codes.get(code, 0) if column else 0
                if code not in block.values.get(ours, {}) and (cells or (column and column.field.kind == "checkbox")):
                    lines.append(f"{ours} {code} {label:<36} {cells:>4} cells")
                    places[f"{ours} {code}"] = (block.table, block.form, ours, code)
    if not lines:
        return None

    def apply(draft: Draft, answer: Answer) -> None:
        for key, word in (answer if isinstance(answer, dict) else {}).items():
            if key in places:
                table, form, ours, code = places[key]
                for one in draft.of(table):
                    if one.form == form:
                        one.values.setdefault(ours, {})[code] = str(word)

    def parse(text: str) -> Answer:
        pairs = (part.partition("=") for part in text.split(";"))
        found = {
            key.strip(): word.strip() for key, _, word in pairs if key.strip() in places and _is_ours(places[key.strip()], word)
        }
        return found or None

    first = next(iter(places))
    table, _, ours, _ = places[first]
    words = list(ENUMS[table, ours])
    return Question(
        key="codes",
        title="Which of our words are these codes of yours?",
        evidence=[
            *lines,
            *(f"words for {o}: {', '.join(ENUMS[t, o])}" for t, o in dict.fromkeys((t, o) for t, _, o, _ in places.values())),
        ],
        guess=None,
        guess_words="nothing: they stay open, and what they say is unknown",
        apply=apply,
        parse=parse,
        how=f"type {first} = {words[-1].value}; and so on",
        readings=({key: _middle(place) for key, place in places.items()}, None),
    )


def _middle(place: tuple[str, str, str, str]) -> str:
    words = list(ENUMS[place[0], place[2]])
    return words[len(words) // 2].value


def _is_ours(place: tuple[str, str, str, str], word: str) -> bool:
    return word.strip() in list(ENUMS[place[0], place[2]])


def _names(search: Search) -> Question | None:
    lines = []
    for block in search.draft.of("appointments"):
        column = _column(search, block.project, block.fields.get("supervisor"))
        if column and column.cells.filled:
            cells = column.cells
            said = (
                f"{cells.logins} by login, {cells.names} by name, {cells.last_names} by last name, {cells.addresses} by address"
            )
            lines.append(f"{column.name:<24} {cells.filled} cells: {said}")
    if not lines:
        return None
    guess = search.draft.person_by or None

    def apply(draft: Draft, answer: Answer) -> None:
        draft.person_by = [str(way) for way in answer] if isinstance(answer, list) else []

    return Question(
        key="person_by",
        title="How do cells name a person?",
        evidence=lines,
        guess=guess,
        guess_words=", ".join(guess or ["record", "email"]),
        apply=apply,
        parse=lambda text: [way for way in _words(text) if way in PERSON_BY] or None,
        how=f"type the ways, the surest first: {', '.join(PERSON_BY)}",
        readings=([way for way in PERSON_BY if way != "login" or _has_login(search)], ["record", "email"]),
    )


def _has_login(search: Search) -> bool:
    return any("login" in block.fields for block in search.draft.of("people"))


def _none(search: Search) -> Question | None:
    counted: Counter[str] = Counter()
    for block in search.draft.blocks:
        for _, name in day_columns(search, block):
            column = _column(search, block.project, name)
            if column:
                counted.update(column.cells.words)
    words = {word: number for word, number in counted.items() if word.lower() in ("n/a", "na", "none", "-")}
    if not words:
        return None

    def apply(draft: Draft, answer: Answer) -> None:
        draft.missing_codes = list(map(str, answer)) if isinstance(answer, list) else []

    return Question(
        key="missing_codes",
        title="Do these words in a cell for a day mean that there is none?",
        evidence=[f"{word!r} in {number} cells" for word, number in words.items()],
        guess=None,
        guess_words="nothing: what they say is unknown",
        apply=apply,
        parse=lambda text: [word for word in map(str.strip, text.split(",")) if word in words] or None,
        how=f"type those that mean none, for example {next(iter(words))}",
        readings=(list(words), None),
    )


def _engaged(search: Search) -> Question | None:
    if not search.draft.of("appointments") or any("engaged" in block.fields for block in search.draft.of("appointments")):
        return None

    def apply(draft: Draft, answer: Answer) -> None:
        for block in draft.of("appointments"):
            block.constants["engaged"] = str(answer)

    return Question(
        key="engaged",
        title="Does everybody here meet participants, or see their data?",
        evidence=["no field says it"],
        guess=None,
        guess_words="nothing: it is unknown",
        apply=apply,
        parse=_yes_no,
        how="type yes or no",
        readings=("yes", "no"),
    )
