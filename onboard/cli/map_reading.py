"""What `onboard map` reads, and how a reading of a draft is judged: the status rows it gives."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from onboard.cli.output import writing
from onboard.connecting.dictionary import Field, fields_of_rows, fields_of_text
from onboard.connecting.draft_text import draft_text
from onboard.connecting.drafting import Draft
from onboard.connecting.patterns import Wanted
from onboard.connecting.view import Study, View, view_of
from onboard.errors import ConfigError, OnboardError
from onboard.shipped import shipped

if TYPE_CHECKING:
    from onboard.app import App


@dataclass(slots=True)
class Projects:
    """What the projects tell of themselves; `texts` are their records, where they could be read."""

    fields: dict[str, Sequence[Field]] = field(default_factory=dict)
    dictionaries: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict, repr=False)
    events: dict[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    repeating: dict[str, Sequence[str]] = field(default_factory=dict)
    missing_codes: dict[str, str] = field(default_factory=dict)
    repeats: dict[str, bool] = field(default_factory=dict)  # project -> whether anything in it repeats, where that is known
    remarks: list[str] = field(default_factory=list)

    def views(self) -> dict[str, View]:
        """Each project as a guess sees it."""
        return {
            name: view_of(name, fields, self.texts.get(name, ""), self.events.get(name, {}), self.repeating.get(name, ()))
            for name, fields in self.fields.items()
        }


def from_files(dictionaries: Sequence[str], records: Sequence[str]) -> Projects:
    """Downloaded dictionaries, and exports of records beside them."""
    found = Projects()
    for project, content in _named(dictionaries, "dictionary", "the data dictionary as downloaded"):
        if project in found.fields:
            raise ConfigError(f"Two dictionaries for project {project!r}. Give each a name: --dictionary people=FILE1 ...")
        found.fields[project], found.dictionaries[project] = fields_of_text(content), content
    for project, content in _named(records, "records", "the records as exported raw"):
        if project not in found.fields:
            raise ConfigError(f"--records {project}: no --dictionary has that name. Known here: {', '.join(found.fields)}.")
        found.texts[project] = content
    if not records:
        found.remarks.append("Only the dictionary was read: how days are written, and whom cells name, could not be told.")
    return found


def _named(written: Sequence[str], option: str, what: str) -> list[tuple[str, str]]:
    found = []
    for text in written:
        name, equals, path = text.rpartition("=")
        try:
            content = Path(path).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            raise ConfigError(f"{path} cannot be read as UTF-8 text. Give {what}.") from None
        found.append((name if equals else "people", content))
    return found


def from_redcap(app: App, names: Sequence[str]) -> Projects:
    """The projects as their tokens may read them."""
    from onboard.adapters.redcap.facts import describe
    from onboard.adapters.redcap.whole import whole_records
    from onboard.config.secrets import token_name

    found = Projects()
    # A lab with one project has one token; without any, the first that is missed is named.
    given = [name for name in app.redcap_mapping.projects if app.config.secrets.has(token_name(name))]
    for project in app.redcap_projects(names or given):
        facts = describe(project)
        if facts.dictionary is None:
            raise ConfigError(" ".join(facts.troubles) or f"project {project.name!r} has no data dictionary.")
        fields = fields_of_rows(facts.dictionary)
        found.fields[project.name], found.dictionaries[project.name] = fields, _csv(facts.dictionary)
        found.events[project.name] = facts.events
        found.repeating[project.name] = facts.repeating_forms or ()
        found.missing_codes |= facts.missing_codes
        found.repeats[project.name] = facts.repeats is not False
        try:
            text, read, there = whole_records(project, [one.name for one in fields])
        except OnboardError as error:
            found.remarks.append(f"{project.name}: the records could not be read, so days and names could not be told. {error}")
            continue
        found.texts[project.name] = text
        if read < there:
            found.remarks.append(f"{project.name}: read the first {read} of {there} records.")
    return found


def _csv(rows: Sequence[Mapping[str, str]]) -> str:
    import csv
    import io

    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def wanted_by(app: App) -> Wanted:
    """The trainings that the lab's rules ask for, with the names they go by."""
    rules = app.config.rules
    names: dict[str, list[str]] = {}
    for requirement in rules.requirements:
        for training in requirement.accepts:
            names.setdefault(training, []).append(requirement.title)
    for course in rules.courses:
        if course.training in names:
            names[course.training] += [*course.group, *course.curriculum]
    return Wanted(names, [name for course in rules.courses for name in (*course.group, *course.curriculum)])


def shipped_wanted() -> Wanted:
    """The same of the shipped rules, for a look without a home."""
    document = tomllib.loads((shipped("config") / "requirements.toml").read_text(encoding="utf-8"))
    names: dict[str, list[str]] = {}
    for block in document.get("requirement", []):
        for training in block.get("accepts", []):
            names.setdefault(training, []).append(block.get("title", training))
    return Wanted(names)


def studies_in(home: Path) -> list[Study]:
    """The studies of the lab's own protocols.csv; none where there is no such file."""
    import csv

    file = home / "protocols.csv"
    if not file.is_file():
        return []
    with suppress(OSError, UnicodeDecodeError), file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
        return [Study(r.get("number", ""), r.get("short_code", ""), r.get("title", "")) for r in rows if r.get("number")]
    return []


def write_studies(home: Path, studies: Sequence[Study]) -> bool:
    """protocols.csv and approvals.csv with the numbers that labels name, where the lab has neither; whether they were written."""
    import csv

    from onboard.adapters.files.protocol_files import APPROVAL_COLUMNS, PROTOCOL_COLUMNS

    files = {home / "protocols.csv": PROTOCOL_COLUMNS, home / "approvals.csv": APPROVAL_COLUMNS}
    if not studies or any(file.exists() for file in files):
        return False
    for file, columns in files.items():
        with writing(file), file.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, fieldnames=list(columns), lineterminator="\n", restval="")
            writer.writeheader()
            for one in studies:
                row = {"number": one.number, "protocol": one.number, "short_code": one.code, "title": one.title or one.code}
                writer.writerow({name: text for name, text in row.items() if name in columns})
    return True


class Readings:
    """Drafts judged on the records just read: each status row with its verdict."""

    def __init__(self, app: App, projects: Projects, views: Mapping[str, View]) -> None:
        self._app, self._projects, self._views = app, projects, views
        self._known: dict[str, dict[tuple[str, str, str], str]] = {}
        self.broken = ""

    def rows_apart(self, one: Draft, other: Draft) -> int:
        """In how many status rows two drafts differ."""
        first, second = self.rows(one), self.rows(other)
        keys = {(person, protocol) for person, protocol, _ in first.keys() ^ second.keys()}
        keys |= {key[:2] for key in first.keys() & second.keys() if first[key] != second[key]}
        return len(keys)

    def rows(self, draft: Draft) -> dict[tuple[str, str, str], str]:
        """(person, protocol, task) -> verdict; none where the draft cannot be read."""
        text = draft_text(draft, self._views, files=(self._app.config.home / "protocols.csv").is_file())
        if text not in self._known:
            self._known[text] = self._judged(text)
        return self._known[text]

    def _judged(self, text: str) -> dict[tuple[str, str, str], str]:
        from onboard.adapters.files.texts_source import export_of_texts
        from onboard.config.redcap_toml import load_mapping
        from onboard.judging.readiness import cleared_on
        from onboard.pipeline.judging import judge
        from onboard.tables import read_tables

        mapping, mistakes = load_mapping(tomllib.loads(text))
        if mistakes:
            self.broken = mistakes[0]
            return {}
        app, now = self._app, self._app.clock.now()
        try:
            export = export_of_texts(self._projects.texts, self._projects.dictionaries, app.config.home, mapping, now)
            tables, problems = read_tables(export, mapping, app.lab.zone)
            found = judge(tables, problems, app.config.rules, now, app.today, "")
        except OnboardError as error:
            self.broken = str(error)
            return {}
        return {(row.person, row.protocol, row.task or ""): cleared_on(row, app.today).value for row in found.readiness}
