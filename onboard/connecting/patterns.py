"""Groups of fields recognized as one thing, each by a function of its own; a group takes its fields away.

In order: people and their work, studies, rows of courses, listings, delegations, steps, columns of courses. What is not clear
stays out: nothing is better than something wrong. The words of seven languages decide, and cells may veto, never invent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from onboard.connecting.drafting import Draft, Found
from onboard.connecting.ideas import ideas_in, words_in
from onboard.connecting.our_words import COURSES, step_for, task_for, word_for
from onboard.connecting.view import Column, Studies, Study, View, count_cells, named_study, people_of

#: Of a reference's cells so many must fit before it is believed.
_FIT = 0.3


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the lab's rules ask for: trainings with the names their courses go by."""

    trainings: Mapping[str, Sequence[str]] = field(default_factory=dict)
    courses: Sequence[str] = ()  # names of courses that requirements.toml maps


@dataclass(slots=True)
class Search:
    """The projects, what was found, and the fields that are taken."""

    views: dict[str, View]
    studies: Studies
    wanted: Wanted
    draft: Draft = field(default_factory=Draft)
    taken: set[tuple[str, str]] = field(default_factory=set)
    people: Found | None = None
    ways: list[str] = field(default_factory=list)

    def free(self, view: View, columns: Iterable[Column]) -> list[Column]:
        """Those that no block uses yet."""
        return [one for one in columns if (view.project, one.name) not in self.taken and one.name != view.record_field]

    def add(self, block: Found) -> Found:
        """Keep a block and take its fields."""
        block.events = tuple(self.views[block.project].events.get(block.form, ()))
        self.draft.blocks.append(block)
        self.taken |= {(block.project, name) for name in block.columns}
        return block


def why(column: Column, extra: str = "") -> str:
    """The reason beside a guess: the label, and what the cells say."""
    said = f'label "{" ".join(column.field.label.split())[:50]}"'
    return f"{said}; {extra}" if extra else said


def _first(columns: Iterable[Column], fits: Callable[[Column], bool]) -> Column | None:
    return next((one for one in columns if fits(one)), None)


def _most_mapped(column: Column, table: str, name: str) -> bool:
    """Whether at least half of a field's labels have a word of ours."""
    labels = list(column.field.choices.values())
    return len(labels) >= 2 and sum(bool(word_for(table, name, label)) for label in labels) * 2 >= len(labels)


def _map_codes(block: Found, ours: str, column: Column, table: str = "") -> None:
    """Codes in our words; those without one stay open."""
    codes = {code: word_for(table or block.table, ours, label) for code, label in column.field.choices.items()}
    block.values[ours] = {code: word for code, word in codes.items() if word}
    block.labels[ours] = column.field.choices


# people ---------------------------------------------------------------------------------------------------------------


def _email(column: Column) -> bool:
    if column.field.validation == "email":
        return True
    if column.field.kind != "text" or column.field.validation:
        return False
    return column.cells.addresses * 2 > column.cells.filled if column.cells.filled else "email" in column.ideas


def _is_name(column: Column) -> bool:
    return column.is_text and not column.is_day and column.cells.numbers * 2 <= column.cells.filled and not _email(column)


def people(search: Search) -> None:
    """The form with names and addresses."""
    rated = [(_names_on(view, form), view, form) for view in search.views.values() for form in view.forms]
    best = max(rated, key=lambda one: one[0], default=None)
    if best is None or best[0] < 2:
        return
    _, view, form = best
    columns = search.free(view, view.form(form))
    block = Found(table="people", project=view.project, form=form)
    _tell_records_apart(search, view, form, block)
    names = _name_lines(block, columns)
    addresses = _address_lines(block, columns)
    login = _first(columns, lambda c: "login" in c.ideas and _is_name(c) and not c.ideas & {"supervisor"} and c.name not in names)
    if login:
        block.put("login", login.name, why(login))
    allowed = _first(columns, lambda c: c.is_yes and "mail_ok" in c.ideas)
    if allowed:
        block.put("complete", _box(allowed), why(allowed))
        block.values["complete"] = _yes_no_values(allowed, "yes", "no")
        block.labels["complete"] = allowed.field.choices
    else:
        block.constants["complete"] = "no"
    search.people = search.add(block)
    known = people_of(view, [names] if names else [], login.name if login else "", addresses)
    for other in search.views.values():
        count_cells(other, known)


def _yes_no_values(column: Column, yes: str, no: str) -> dict[str, str]:
    said = {code: ideas_in(label) for code, label in column.field.choices.items()}
    if column.field.kind == "checkbox":
        return {"1": yes, "0": no}
    return {code: yes if "s_yes" in ideas else no for code, ideas in said.items() if ideas & {"s_yes", "s_no"}}


def _names_on(view: View, form: str) -> int:
    columns = view.form(form) + [c for c in view.columns if c.name == view.record_field and c.field.form == form]
    named = {idea for c in columns if _is_name(c) for idea in c.ideas & {"first_name", "last_name", "full_name", "name"}}
    has_address = any(_email(c) for c in view.form(form))
    role = any(c.has_choices and "role" in c.ideas for c in columns)
    return (2 if has_address else 0) + len(named) + role if named else 0


def _name_lines(block: Found, columns: Sequence[Column]) -> list[str]:
    texts = [c for c in columns if _is_name(c) and not c.ideas & {"supervisor", "signature", "study", "pi", "login", "phone"}]
    last = _first(texts, lambda c: "last_name" in c.ideas)
    first = _first(texts, lambda c: "first_name" in c.ideas and "preferred" not in c.ideas and c is not last)
    chosen = _first(texts, lambda c: "preferred" in c.ideas and c is not last)
    if last and first is None:  # beside a last name the plain word for a name is the first name
        first = _first(
            texts, lambda c: "name" in c.ideas and c not in (last, chosen) and not c.ideas & {"full_name", "last_name"}
        )
    found: list[str] = []
    if first and last:
        block.put("name", f"{{{first.name}}} {{{last.name}}}", f"{why(first)} and {why(last)}")
        found = [first.name, last.name]
    else:
        whole = _first(texts, lambda c: "full_name" in c.ideas) or _first(texts, lambda c: "name" in c.ideas and c is not chosen)
        whole = whole or last or first
        if whole:
            block.put("name", whole.name, why(whole))
            found = [whole.name]
    greet = [one.name for one in (chosen, first or _first(texts, lambda c: c.name in found)) if one]
    if greet and (chosen or first):
        block.put("greet", greet if len(greet) > 1 else greet[0], why(chosen or first or texts[0]))
    return found


def _address_lines(block: Found, columns: Sequence[Column]) -> list[str]:
    found = [c for c in columns if _email(c) and not c.ideas & {"supervisor"}]
    private = [c for c in found if _is_private(c)]
    work = [c for c in found if c not in private]
    for ours, column in zip(("university_email", "other_email"), work, strict=False):
        block.put(ours, column.name, why(column))
    for column in private[:1]:
        block.put("personal_email", column.name, why(column))
    return [c.name for c in found]


def _is_private(column: Column) -> bool:
    """Whether the address is called private before it is called anything of work."""
    said = [next((idea for idea in ("private", "work") if idea in ideas_in(word)), "") for word in words_in(column.said)]
    return next(filter(None, said), "") == "private"


def _tell_records_apart(search: Search, view: View, form: str, block: Found) -> None:
    """A field that says which records are people, where others are studies or people of elsewhere."""
    for column in view.form(form):
        if not column.has_choices or any(_most_mapped(column, "appointments", name) for name in ("role", "kind")):
            continue
        said = {code: ideas_in(label) for code, label in column.field.choices.items()}
        studies = [code for code, ideas in said.items() if "study" in ideas and "s_person" not in ideas]
        members = [code for code, ideas in said.items() if "s_person" in ideas and "s_outside" not in ideas]
        if studies and members:
            block.where = {column.name: members}
            search.taken.add((view.project, column.name))
            search.draft.remarks.append(f"records:{view.project}:{column.name}:{','.join(studies)}")
            return


# appointments ---------------------------------------------------------------------------------------------------------


def appointments(search: Search) -> None:
    """Role, kind, supervisor, first and last day, and the state; on the person's form, or on one of their own."""
    if search.people is None:
        return
    view = search.views[search.people.project]
    forms = [search.people.form, *(form for form in view.forms if form != search.people.form)]
    rated = [(_work_on(search, view, form), -place, form) for place, form in enumerate(forms)]
    score, _, form = max(rated)
    if score < 2:
        return
    columns = search.free(view, view.form(form))
    block = Found(table="appointments", project=view.project, form=form, where=_same_rows(search, form))
    for ours in ("role", "kind"):
        column = _choice_of(columns, "appointments", ours)
        if column:
            block.put(ours, column.name, why(column))
            _map_codes(block, ours, column)
            columns.remove(column)
    boss = _first(columns, lambda c: c.field.kind == "text" and "supervisor" in c.ideas and not c.is_day and _refers(c))
    if boss:
        fits = f"{boss.cells.people} of {boss.cells.filled} cells name people here" if boss.cells.filled else ""
        block.put("supervisor", boss.name, why(boss, fits))
    days = [
        c for c in columns if c.is_day and not c.ideas & {"birth", "course", "study", "irb", "file", *COURSES, "safety_course"}
    ]
    first = _best(days, "start", {"end", "expiry", "signature"})
    if first:
        block.put("first", first.name, why(first))
        days.remove(first)
    last = _best(days, "end", {"start", "signature"})
    if last:
        block.put("last", last.name, why(last))
    _states(block, columns)
    if "first" in block.fields:
        search.add(block)


def _refers(column: Column) -> bool:
    return not column.cells.filled or column.cells.share(column.cells.people) >= _FIT


def _work_on(search: Search, view: View, form: str) -> int:
    columns = search.free(view, view.form(form))
    days = [c for c in columns if c.is_day]
    starts = any("start" in c.ideas and not c.ideas & {"expiry", "study", "delegation"} for c in days)
    choice = sum(bool(_choice_of(columns, "appointments", name)) for name in ("role", "kind"))
    return choice + (2 if starts else 0) if choice else 0


def _choice_of(columns: Sequence[Column], table: str, ours: str) -> Column | None:
    """The field whose words say what it is and whose labels are mostly ours."""
    fits = [c for c in columns if c.has_choices and _most_mapped(c, table, ours)]
    named = [c for c in fits if ours in c.ideas and not (ours == "kind" and "role" in c.ideas and "kind" not in c.ideas)]
    plain = [c for c in named if "hr" not in c.ideas]
    return next(iter(plain or named or (fits if len(fits) == 1 else [])), None)


def _best(columns: Sequence[Column], idea: str, against: set[str]) -> Column | None:
    rated = [(len(c.ideas & against), place, c) for place, c in enumerate(columns) if idea in c.ideas]
    good = [one for one in rated if one[0] == 0] or [one for one in rated if one[0] == 1]
    return min(good, key=lambda one: one[:2])[2] if good else None


def _states(block: Found, columns: Sequence[Column]) -> None:
    """Codes that say "has left", and "not begun"."""
    for column in columns:
        if "state" not in column.ideas or column.field.kind not in ("radio", "dropdown", "yesno", "truefalse"):
            continue
        left, coming = state_codes(column)
        if left:
            block.ended_if = {column.name: left}
            block.reasons["state"] = why(column)
            block.labels["state"] = column.field.choices
            if coming:
                block.not_begun_if = {column.name: coming}
            return


def state_codes(column: Column) -> tuple[list[str], list[str]]:
    """The codes that mean: no longer here; not here yet."""
    said = {code: ideas_in(label) for code, label in column.field.choices.items()}
    left = [code for code, ideas in said.items() if "s_left" in ideas and "s_away" not in ideas]
    coming = [code for code, ideas in said.items() if "s_not_begun" in ideas]
    if not left and column.is_yes:
        gone = any(word.startswith(("archiv", "inactiv", "left", "gone", "former")) for word in words_in(column.said))
        wanted = "s_yes" if gone else "s_no"
        left = [code for code, ideas in said.items() if wanted in ideas]
    return [code for code in left if code not in coming], coming


# studies --------------------------------------------------------------------------------------------------------------


def protocols(search: Search) -> None:
    """The studies, in a project of their own or as records beside people."""
    for view in search.views.values():
        for form in view.forms:
            columns = search.free(view, view.form(form))
            texts = [c for c in columns if c.field.kind == "text" and not c.is_day]
            number = _first(texts, _numbers_a_study)
            code = _first(texts, lambda c: "acronym" in c.ideas)
            title = _first(texts, lambda c: "long_title" in c.ideas)
            used = (number, code, title)
            pi = next((c for c in texts if "pi" in c.ideas and c not in used), None)
            if number is None or sum(one is not None for one in (code, title, pi)) < 2 or form in view.repeating:
                continue
            block = Found(table="protocols", project=view.project, form=form)
            for ours, column in (("number", number), ("code", code), ("title", title), ("pi", pi)):
                if column:
                    block.put(ours, column.name, why(column))
            _only_studies(search, view, form, block, number)
            search.add(block)
            _learn_studies(search, view, block)
            _approvals(search, view, form, block)
            return


def _numbers_a_study(column: Column) -> bool:
    words = set(words_in(column.said))
    return (
        "number" in column.ideas
        and ("irb" in column.ideas or "study" in column.ideas)
        and "phone" not in column.ideas
        and (not words & {"license", "grant", "pager"})
    )


def _only_studies(search: Search, view: View, form: str, block: Found, number: Column) -> None:
    said = next((one.split(":") for one in search.draft.remarks if one.startswith(f"records:{view.project}:")), None)
    if said:
        block.where = {said[2]: said[3].split(",")}
    elif search.people and search.people.project == view.project:
        block.only_if = "number"


def _learn_studies(search: Search, view: View, block: Found) -> None:
    def cell(row: Mapping[str, str], ours: str) -> str:
        name = block.fields.get(ours, "")
        return row.get(name, "") if isinstance(name, str) else ""

    for row in view.rows:
        if cell(row, "number"):
            search.studies.add(Study(cell(row, "number"), cell(row, "code"), cell(row, "title"), row.get(view.record_field, "")))


def _approvals(search: Search, view: View, main: str, protocol: Found) -> None:
    """The history of a study on rows of its own, and the facts on its main form."""
    rows_of = None
    for form in view.forms:
        columns = search.free(view, view.form(form))
        kind = _first(columns, lambda c: c.has_choices and _most_mapped(c, "approvals", "kind"))
        days = [c for c in columns if c.is_day]
        if kind and days and form != main:
            rows_of = _approval_rows(view, form, kind, days, columns)
            search.add(rows_of)
            break
    columns = search.free(view, view.form(main))
    facts = Found(table="approvals", project=view.project, form=main, where=dict(protocol.where))
    for ours in ("study_type", "funding"):
        column = _choice_of(columns, "approvals", ours) or None
        if column:
            facts.put(ours, column.name, why(column))
            _map_codes(facts, ours, column)
            columns.remove(column)
    phi = _first(columns, lambda c: c.is_yes and "phi" in c.ideas)
    if phi:
        facts.put("phi", phi.name, why(phi))
        facts.values["phi"], facts.labels["phi"] = _yes_no_values(phi, "yes", "no"), phi.field.choices
    days = [c for c in columns if c.is_day]
    first = _best(days, "approval", {"expiry", "end"}) or _best(days, "start", {"expiry", "end"})
    if first:
        facts.put("first", first.name, why(first))
        last = _best([c for c in days if c is not first], "expiry", set())
        if last and rows_of is None:
            facts.put("last", last.name, why(last))
        endless = _first(columns, lambda c: (c.is_yes or c.field.kind == "checkbox") and "no_end" in c.ideas)
        if endless and rows_of is None:
            facts.put("open_ended", _box(endless), why(endless))
            facts.values["open_ended"] = _yes_no_values(endless, "yes", "no")
        facts.constants["kind"] = "amendment" if rows_of else "initial"
        facts.only_if = "first"
        search.add(facts)


def _approval_rows(view: View, form: str, kind: Column, days: list[Column], columns: Sequence[Column]) -> Found:
    block = Found(table="approvals", project=view.project, form=form)
    block.put("kind", kind.name, why(kind))
    _map_codes(block, "kind", kind)
    last = _best(days, "expiry", set()) or _best(days, "end", {"start"})
    first = _best([c for c in days if c is not last], "approval", {"expiry"}) or next((c for c in days if c is not last), None)
    for ours, column in (("first", first), ("last", last)):
        if column:
            block.put(ours, column.name, why(column))
    endless = _first(columns, lambda c: "no_end" in c.ideas and (c.is_yes or c.field.kind == "checkbox"))
    if endless:
        block.put("open_ended", _box(endless), why(endless))
        if endless.field.kind != "checkbox":
            block.values["open_ended"] = _yes_no_values(endless, "yes", "no")
    return block


def _box(column: Column) -> str:
    """A field, or the one box of a checkbox by its column."""
    if column.field.kind != "checkbox":
        return column.name
    return f"{column.name}___{suffix(next(iter(column.field.choices)))}"


def suffix(code: str) -> str:
    """A code as REDCap writes it into a column's name."""
    return re.sub(r"[^a-z0-9_]", "_", code.lower())


# courses as rows ------------------------------------------------------------------------------------------------------


def training_of(search: Search, text: str) -> str:
    """The lab's training that a text names; "" where it names none, or several."""
    ideas, words = ideas_in(text) & set(COURSES), set(words_in(text))
    found = []
    for training, names in search.wanted.trainings.items():
        said = ideas_in(training) | frozenset().union(*map(ideas_in, names)) if names else ideas_in(training)
        own = said & set(COURSES)
        if (own and own & ideas) or (not own and any(len(word) >= 4 and word in words for word in words_in(training))):
            found.append(training)
    named = [training for training in found if set(words_in(training)) <= words] if len(found) > 1 else []
    return found[0] if len(found) == 1 else named[0] if len(named) == 1 else ""


def _names_courses(search: Search, column: Column) -> bool:
    labels = list(column.field.choices.values())
    named = sum(bool(training_of(search, label) or ideas_in(label) & set(COURSES)) for label in labels)
    return column.has_choices and len(labels) >= 2 and named * 2 >= len(labels)


def course_rows(search: Search) -> None:
    """A row a course: on a repeating form, or as records of a project of its own."""
    for view in search.views.values():
        apart = search.people is not None and view.project != search.people.project and not _holds_studies(search, view)
        for form in view.forms:
            if form in view.repeating or apart:
                _course_row(search, view, form, search.free(view, view.form(form)), apart=apart)
                continue
            for inside in _slots(search.free(view, view.form(form))).values():
                if any(_names_courses(search, column) for column in inside):
                    _course_row(search, view, form, inside, apart=False)


def _slots(columns: Sequence[Column]) -> dict[str, list[Column]]:
    """Number -> the fields that carry it, where at least two numbers have the same count of fields."""
    found: dict[str, list[Column]] = {}
    for column in columns:
        digits = re.search(r"(\d+)", column.name) or re.search(r"(\d+)", column.field.label)
        if digits:
            found.setdefault(digits[1], []).append(column)
    sizes = [len(inside) for inside in found.values()]
    return {number: inside for number, inside in found.items() if len(inside) > 1 and sizes.count(len(inside)) > 1}


def _holds_studies(search: Search, view: View) -> bool:
    return any(block.project == view.project for block in search.draft.of("protocols"))


def _course_row(search: Search, view: View, form: str, columns: list[Column], *, apart: bool) -> None:
    course = _first(columns, lambda c: _names_courses(search, c)) or _first(
        columns,
        lambda c: (
            c.is_text and not c.is_day and bool(c.ideas & {"course", "title"}) and not c.ideas & {"who", "study", "verified"}
        ),
    )
    days = [c for c in columns if c.is_day and not c.ideas & {"study", "irb", "delegation"}]
    if course is None or not days:
        return
    block = Found(table="completions", project=view.project, form=form)
    if course.has_choices:
        labels = {code: _clean(label) for code, label in course.field.choices.items()}
        block.values["group"], block.labels["group"] = labels, course.field.choices
    block.put("group", course.name, why(course))
    columns.remove(course)
    expires = _best(days, "expiry", set())
    done = next((c for c in days if c is not expires and not c.ideas & {"verified"}), None)
    if done:
        block.put("completed", done.name, why(done))
    if expires:
        block.put("expires", expires.name, why(expires))
    if not done:
        block.constants["completed"], block.only_if = "as_read", "expires"
    looked = _first(columns, lambda c: "verified" in c.ideas and (c.has_choices or c.is_yes))
    if looked:
        block.put("checked", looked.name, why(looked))
        _map_codes(block, "checked", looked)
        by = _first(columns, lambda c: c.is_text and not c.is_day and "verified" in c.ideas)
        if by:
            block.put("checked_by", by.name, why(by))
    block.constants |= {"stage": "1", "source": "survey" if looked else "typed"}
    if done and not apart and form not in view.repeating:
        block.only_if = "completed"
    if apart:
        whose = [c for c in columns if c.field.kind == "text" and not c.is_day and _refers_strictly(c)]
        block.person = [c.name for c in sorted(whose, key=lambda c: -c.cells.people)[:2]]
        if not block.person:
            return
        search.ways += _ways_of(whose[0])
    search.add(block)


def _refers_strictly(column: Column) -> bool:
    if column.cells.filled:
        return column.cells.share(column.cells.people) >= 0.5
    return bool(column.ideas & {"login", "email", "s_person"})


def _ways_of(column: Column) -> list[str]:
    counts = {"login": column.cells.logins, "email": column.cells.addresses, "name": column.cells.names}
    return [way for way, count in counts.items() if count]


def _clean(label: str) -> str:
    return " ".join(label.split())


# listings -------------------------------------------------------------------------------------------------------------


def listings(search: Search) -> None:
    """Who is on which study's list: boxes, a button a study, numbered slots, or a row a study."""
    for view in search.views.values():
        if _holds_studies(search, view) and (search.people is None or search.people.project != view.project):
            continue
        for form in view.forms:
            if form in view.repeating:
                _listing_rows(search, view, form)
            else:
                _listing_boxes(search, view, form)
                _listing_slots(search, view, form)
                _listing_buttons(search, view, form)


def study_of_label(search: Search, label: str) -> Study | None:
    """The study that a label names; one it spells out is learned."""
    known, spelled = search.studies.of(label), named_study(label)
    if known is None and spelled is not None:
        search.studies.add(spelled)
        return spelled
    return known


def _study_choices(search: Search, column: Column) -> dict[str, Study]:
    """Code -> study, where at least half of the labels name one and none is a task."""
    if column.field.kind not in ("checkbox", "dropdown", "radio") or column.is_yes:
        return {}
    labels = column.field.choices
    if sum(bool(task_for(label)) for label in labels.values()) * 2 > len(labels):
        return {}
    spelled = [named_study(label) for label in labels.values()]
    found = {code: study for code, label in labels.items() if (study := search.studies.of(label) or named_study(label))}
    if len(found) * 2 < len(labels) or (not search.studies.known and sum(one is not None for one in spelled) < 2):
        return {}
    for study in found.values():
        search.studies.add(study)
    return found


def _listing_boxes(search: Search, view: View, form: str) -> None:
    columns = search.free(view, view.form(form))
    for column in columns:
        studies = _study_choices(search, column) if column.field.kind == "checkbox" else {}
        if not studies or "delegation" in column.ideas:
            continue
        days = [c for c in columns if c.is_day and "delegation" not in c.ideas]
        own = {code: _days_of(column, code, study, days) for code, study in studies.items()}
        for code, study in studies.items():
            block = Found(table="listings", project=view.project, form=form)
            block.where = {f"{column.name}___{suffix(code)}": ["1"]}
            block.constants["protocol"] = study.number
            _listing_days(block, own[code])
            block.reasons["protocol"] = why(column, f'"{_clean(column.field.choices[code])}"')
            search.add(block)
        return


def _days_of(box: Column, code: str, study: Study, days: Sequence[Column]) -> list[Column]:
    """The days that carry a study's code or name, and no other's more."""
    own = _study_words(box.field.choices[code], code, study)
    others = [_study_words(label, other, None) for other, label in box.field.choices.items() if other != code]
    found = []
    for day in days:
        words = frozenset(words_in(day.said))
        mine = len(words & own)
        if mine and all(len(words & other) < mine for other in others):
            found.append(day)
    return found


_COMMON = frozenset({"the", "of", "and", "study", "date", "irb", "for", "de", "la", "el", "le", "der", "die", "das", "closed"})


def _study_words(label: str, code: str, study: Study | None) -> frozenset[str]:
    words = set(words_in(label)) | set(words_in(study.code if study else ""))
    if not code.isdigit():
        words |= set(words_in(code))
    return frozenset(word for word in words if word not in _COMMON and (len(word) >= 3 or (word.isdigit() and len(word) > 2)))


def _listing_days(block: Found, days: Sequence[Column]) -> None:
    removed = _first(days, lambda c: "removed" in c.ideas)
    submitted = _first(days, lambda c: c is not removed and "submitted" in c.ideas)
    approved = _first(days, lambda c: c not in (removed, submitted))
    if submitted and not approved and "added" not in submitted.ideas:
        block.put("submitted", submitted.name, why(submitted))
    for ours, column in (("approved", approved), ("submitted", submitted if approved else None), ("removed", removed)):
        if column:
            block.put(ours, column.name, why(column))


def _listing_slots(search: Search, view: View, form: str) -> None:
    columns = search.free(view, view.form(form))
    slots: dict[str, list[Column]] = {}
    for column in columns:
        digits = re.search(r"(\d+)", column.name) or re.search(r"(\d+)", column.field.label)
        if digits:
            slots.setdefault(digits[1], []).append(column)
    found = []
    for number, inside in slots.items():
        study = _first(inside, lambda c: bool(_study_choices(search, c)) or _refers_to_studies(c))
        days = [c for c in inside if c.is_day]
        if study and days:
            found.append((number, study, days))
    if len(found) < 2 and not (found and _is_listing(found[0][1], found[0][2])):
        return
    for _, study, days in found:
        block = Found(table="listings", project=view.project, form=form, only_if="protocol")
        block.put("protocol", study.name, why(study))
        _study_values(search, block, study)
        _listing_days(block, days)
        search.add(block)


def _is_listing(study: Column, days: Sequence[Column]) -> bool:
    return any(one.ideas & {"irb", "added"} for one in (study, *days))


def _refers_to_studies(column: Column) -> bool:
    return (
        column.field.kind in ("text", "sql", "dropdown")
        and not column.is_day
        and column.cells.filled > 0
        and (column.cells.share(column.cells.studies) >= 0.6)
    )


def _study_values(search: Search, block: Found, column: Column) -> None:
    studies = _study_choices(search, column)
    if studies:
        block.values["protocol"] = {code: study.number for code, study in studies.items() if code != study.number}
        block.labels["protocol"] = column.field.choices


def _listing_buttons(search: Search, view: View, form: str) -> None:
    """A field a study that says whether the person is on it."""
    columns = search.free(view, view.form(form))
    for column in columns:
        study = study_of_label(search, column.field.label) if column.field.kind in ("radio", "dropdown", "yesno") else None
        if study is None or task_for(column.field.label):
            continue
        listed = [
            code for code, label in column.field.choices.items()
            if "s_listed" in (said := ideas_in(label)) and not said & {"s_no", "removed", "s_left"}
        ]  # fmt: skip
        if len(listed) != 1:
            continue
        block = Found(table="listings", project=view.project, form=form, where={column.name: listed})
        block.constants["protocol"] = study.number
        block.reasons["protocol"] = why(column)
        days = [c for c in columns if c.is_day and (c.name.startswith(column.name) or search.studies.of(c.field.label) == study)]
        _listing_days(block, days)
        search.add(block)


def _study_column(search: Search, columns: Sequence[Column]) -> Column | None:
    return (
        _first(columns, lambda c: bool(_study_choices(search, c)))
        or _first(columns, _refers_to_studies)
        or _first(columns, lambda c: c.field.kind == "sql" and "study" in c.ideas)
        or _first(
            columns,
            lambda c: (
                c.is_text
                and not c.is_day
                and (not c.cells.filled or not search.studies.known)
                and "study" in c.ideas
                and "role" not in c.ideas
            ),
        )
    )


def _listing_rows(search: Search, view: View, form: str) -> None:
    columns = search.free(view, view.form(form))
    study = _study_column(search, columns)
    days = [c for c in columns if c.is_day and not c.ideas & {"delegation", "tasks", "signature", "start", "end"}]
    days += [
        c
        for c in columns
        if c.is_day and c not in days and c.ideas & {"irb", "added", "removed"} and not c.ideas & {"delegation", "signature"}
    ]
    if study is None or not any(c.ideas & {"irb", "added", "submitted", "removed"} for c in days):
        return
    if any(_has_tasks(c) for c in columns) and not any("irb" in c.ideas for c in days):
        return
    block = Found(table="listings", project=view.project, form=form)
    block.put("protocol", study.name, why(study))
    _study_values(search, block, study)
    _listing_days(block, sorted(days, key=lambda c: ("removed" in c.ideas, "submitted" in c.ideas)))
    if "approved" in block.fields or "submitted" in block.fields:
        search.add(block)


# delegations ----------------------------------------------------------------------------------------------------------


def _has_tasks(column: Column) -> bool:
    labels = list(column.field.choices.values())
    mapped = sum(bool(task_for(label)) for label in labels)
    return column.field.kind in ("checkbox", "dropdown") and len(labels) >= 2 and mapped * 2 >= len(labels)


def _legend(column: Column) -> dict[str, str]:
    """``A=Consent, B=Screening`` under a text field: letter -> label."""
    if not column.is_text or column.is_day:
        return {}
    pairs = re.findall(r"\b([A-Za-z0-9]{1,2})\s*[=:]\s*([^,;=|]+?)(?=\s*(?:[,;|]|\.?$))", f"{column.field.note}")
    found = {code: label.strip() for code, label in pairs}
    return found if sum(bool(task_for(label)) for label in found.values()) * 2 > len(found) else {}


def delegations(search: Search) -> None:
    """Tasks as boxes, letters, or a yes/no field a task; with their days and who signed."""
    for view in search.views.values():
        for form in view.forms:
            inside = view.form(form)
            columns = search.free(view, inside)
            boxes = [c for c in columns if _has_tasks(c)]
            written = [c for c in columns if _legend(c)]
            yes = [c for c in columns if c.field.kind in ("yesno", "truefalse") and task_for(c.field.label)]
            yes = [c for c in yes if c.field.matrix or "delegation" in c.near | c.ideas or "tasks" in c.near]
            if boxes or written:
                slots = {} if form in view.repeating else _slots(inside)
                for column in boxes or written:
                    near = next((fields for fields in slots.values() if column in fields), None)
                    _task_block(search, view, form, [column], near)
            elif len(yes) >= 2:
                _task_block(search, view, form, yes)


def _task_block(search: Search, view: View, form: str, tasks: list[Column], slot: list[Column] | None = None) -> None:
    """`slot`: the fields of the same number, where a form has several such groups."""
    one = tasks[0]
    columns = [c for c in search.free(view, slot or view.form(form)) if c not in tasks]
    texts = [one.field.label, *(task.field.section for task in tasks), form.replace("_", " "), one.name.replace("_", " ")]
    study = next((found for text in texts if (found := search.studies.of(text) or named_study(text))), None)
    whole = slot or view.form(form)
    base = Found(table="delegations", project=view.project, form=form)
    if form in view.repeating or (slot and study is None):
        place = _study_column(search, whole)
        if place:
            base.put("protocol", place.name, why(place))
            _study_values(search, base, place)
    elif study:
        base.constants["protocol"] = study.number
        base.reasons["protocol"] = why(one)
    _delegation_days(base, columns, tasks)
    if "protocol" not in base.fields and "protocol" not in base.constants:
        search.draft.remarks.append(f"tasks:{form}:{one.name}")
        return
    if len(tasks) > 1:
        for column in tasks:
            block = Found(table="delegations", project=view.project, form=form, where={column.name: ["1"]})
            block.fields, block.reasons = dict(base.fields), dict(base.reasons)
            block.constants = {**base.constants, "tasks": task_for(column.field.label)}
            block.values = dict(base.values)
            search.add(block)
        return
    base.put("tasks", one.name, why(one))
    labels = one.field.choices or _legend(one)
    base.values["tasks"] = {code: task for code, label in labels.items() if (task := task_for(label))}
    base.labels["tasks"] = labels
    if one.field.kind == "checkbox":
        base.checkboxes = ["tasks"]
    if ("first" in base.fields and form not in view.repeating) or (
        "first" in base.fields and any(b.form == form for b in search.draft.of("listings"))
    ):
        base.only_if = "first"
    search.add(base)


def _delegation_days(block: Found, columns: Sequence[Column], tasks: Sequence[Column]) -> None:
    days = [c for c in columns if c.is_day]
    stem = _stem(tasks[0].name)
    near = [c for c in days if "delegation" in c.ideas or _stem(c.name) == stem or "tasks" in c.ideas] or days
    signed = _first(days, lambda c: "signature" in c.ideas) or _first(days, lambda c: "pi" in c.ideas)
    span = [c for c in near if c is not signed]
    last = _best(span, "end", {"start"})
    first = _best([c for c in span if c is not last], "start", {"end"}) or _first(span, lambda c: c is not last)
    name = _first(columns, lambda c: c.is_text and not c.is_day and "signature" in c.ideas)
    name = name or _first(columns, lambda c: c.is_text and not c.is_day and bool(c.ideas & {"pi"}) and "study" not in c.ideas)
    initialed = _first(columns, lambda c: c.is_yes and bool(c.ideas & {"signature", "pi"}))
    for ours, column in (("first", first), ("last", last), ("approved_on", signed)):
        if column:
            block.put(ours, column.name, why(column))
    if name:
        block.put("approved_by", name.name, why(name))
    elif initialed:
        block.put("approved_by", initialed.name, why(initialed))
        block.values["approved_by"] = _yes_no_values(initialed, "Principal investigator", "")
        if first and not signed:
            block.put("approved_on", first.name, "a yes without a day: guessed to be signed on the first day")
    elif signed:
        block.constants["approved_by"] = "Principal investigator"


def _stem(name: str) -> str:
    return name.rsplit("_", 1)[0] if "_" in name else name


def _same_rows(search: Search, form: str) -> dict[str, list[str]]:
    """The condition that tells people apart, where it can be asked: on its own form."""
    return dict(search.people.where) if search.people and search.people.form == form else {}


# steps ----------------------------------------------------------------------------------------------------------------


def steps(search: Search) -> None:
    """Acts of the first weeks: a day, a yes, or a yes with a day beside it."""
    if search.people is None:
        return
    view = search.views[search.people.project]
    for form in view.forms:
        if form in view.repeating:
            continue
        columns = search.free(view, view.form(form))
        found: dict[str, list[Column]] = {}
        for place, column in enumerate(columns):
            if not (column.is_yes or column.is_day) or column.ideas & {"delegation", "irb", "expiry"}:
                continue
            step = step_for(column.said)
            before = columns[place - 1] if place else None
            if not step and column.is_day and before and before.is_yes and _stem(before.name) == _stem(column.name):
                step = next((name for name, group in found.items() if before in group), "")
            if step and not training_of(search, column.said):
                found.setdefault(step, []).append(column)
        if not found:
            continue
        block = Found(table="steps", project=view.project, form=form, where=_same_rows(search, form))
        for step, group in found.items():
            order = sorted(group[:3], key=lambda c: not c.is_day)
            names = [c.name for c in order]
            block.put(step, names if len(names) > 1 else names[0], why(order[0]))
            yes = next((c for c in order if c.is_yes), None)
            if yes:
                block.values[step], block.labels[step] = _yes_no_values(yes, "as_read", ""), yes.field.choices
        search.add(block)


# courses as columns ---------------------------------------------------------------------------------------------------


def course_columns(search: Search) -> None:
    """Columns that share a course and differ in done and expiry."""
    if search.people is None:
        return
    view = search.views[search.people.project]
    for form in view.forms:
        if form in view.repeating:
            continue
        groups: dict[str, list[Column]] = {}
        for column in search.free(view, view.form(form)):
            named = column.is_day and not ideas_in(column.field.label) & {"irb", "delegation"}
            training = training_of(search, column.said) if named else ""
            if training:
                groups.setdefault(training, []).append(column)
        for training, inside in groups.items():
            _course_block(search, view, form, training, inside)


def _course_block(search: Search, view: View, form: str, training: str, inside: list[Column]) -> None:
    ends = [c for c in inside if "expiry" in c.ideas]
    done = [c for c in inside if c not in ends]
    block = Found(table="completions", project=view.project, form=form, where=_same_rows(search, form))
    if done:
        block.put("completed", done[0].name, why(done[0]))
    if ends:
        block.put("expires", ends[0].name, why(ends[0]))
    block.only_if = "completed" if done else "expires"
    if not done:
        block.constants["completed"] = "as_read"
    block.constants |= {"training": training, "source": "typed", "stage": "1"}
    search.add(block)


#: In this order: what takes fields first is what is told most surely.
ORDER: Sequence[Callable[[Search], None]] = (
    people,
    protocols,
    listings,
    delegations,
    course_rows,
    appointments,
    steps,
    course_columns,
)
