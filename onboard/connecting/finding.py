"""From projects to a draft: the patterns in their order, then what the cells decide by themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from onboard.connecting.drafting import Draft, Found
from onboard.connecting.patterns import ORDER, Search, Wanted
from onboard.connecting.profile import Known
from onboard.connecting.view import Studies, Study, View, count_cells, people_of


def find(views: Mapping[str, View], studies: Sequence[Study], wanted: Wanted) -> Search:
    """Everything that is recognized in some projects. `studies`: those that the lab's own files name."""
    search = Search(dict(views), Studies(studies), wanted)
    for recognize in ORDER:
        recognize(search)
        if recognize in ORDER[:2]:
            _count_again(search)
    _settle_days(search)
    _settle_names(search)
    return search


def _count_again(search: Search) -> None:
    """Cells counted with what is known by now: people's names, and studies."""
    if search.people is None:
        return
    home = search.views[search.people.project]
    name = search.people.fields.get("name", "")
    columns = [part for part in _parts(name) if part]
    logins = search.people.fields.get("login", "")
    addresses = [value for key, value in search.people.fields.items() if key.endswith("email") and isinstance(value, str)]
    known = people_of(home, [columns] if columns else [], logins if isinstance(logins, str) else "", addresses)
    all_known = Known(known.names, known.last_names, known.logins, known.addresses, known.records, search.studies.keys())
    for view in search.views.values():
        count_cells(view, all_known)


def _parts(value: object) -> list[str]:
    import re

    if not isinstance(value, str):
        return []
    return re.findall(r"\{(\w+)\}", value) or [value]


def day_columns(search: Search, block: Found) -> list[tuple[str, str]]:
    """Our field and theirs, of the days of a block."""
    from onboard.model.mapping import DAYS

    found = []
    for ours, value in block.fields.items():
        if block.table == "steps" or ours in DAYS.get(block.table, ()):
            found += [(ours, one) for one in ([value] if isinstance(value, str) else value)]
    return found


def column_of(search: Search, project: str, name: str) -> object:
    """The column of a field; None where it is none."""
    return next((one for one in search.views[project].columns if one.name == name), None)


def _settle_days(search: Search) -> None:
    """Each column that decides its order by itself gets it; named months get their languages."""
    languages: Counter[str] = Counter()
    for block in search.draft.blocks:
        for ours, name in day_columns(search, block):
            column = next((one for one in search.views[block.project].columns if one.name == name), None)
            if column is None:
                continue
            languages.update(column.cells.languages)
            if column.cells.order in ("mdy", "dmy"):
                block.dates[ours] = column.cells.order
    search.draft.months = [language for language, _ in languages.most_common(2) if languages[language]]


def _settle_names(search: Search) -> None:
    """How cells name people, where enough of them do it in one way exactly; and studies named by record id."""
    ways = list(dict.fromkeys(search.ways))
    for block in search.draft.of("appointments"):
        boss = next((one for one in search.views[block.project].columns if one.name == block.fields.get("supervisor")), None)
        if boss and boss.cells.filled:
            ways += ["login"] if boss.cells.logins * 2 > boss.cells.filled else []
            ways += ["name"] if boss.cells.names >= 3 else []
    logins = any("login" in block.fields for block in search.draft.of("people"))
    ways = [way for way in ("login", "name") if way in ways and (way != "login" or logins)]
    if ways:
        search.draft.person_by = ["record", "email", *ways]
    records = {study.record for study in search.studies.known if study.record}
    for block in (*search.draft.of("listings"), *search.draft.of("delegations")):
        name = block.fields.get("protocol")
        cells = {cell for cell in search.views[block.project].cells(name) if cell} if isinstance(name, str) else set()
        if cells and records and cells <= records:
            search.draft.protocol_by = ["number", "code", "record"]


def open_draft(search: Search) -> Draft:
    """The draft of a search."""
    return search.draft
