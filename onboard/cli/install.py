"""`onboard install`: the shipped forms into empty projects, as the API allows, or into files that New Project takes in.

onboard/connecting/installing.py decides what may be done, onboard/connecting/project_xml.py the text of a file. Safe to repeat:
what is there stays as it is.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onboard.app import App, open_app
from onboard.cli.options import HERE, Home
from onboard.cli.output import say, writing
from onboard.cli.writeback import own_form
from onboard.connecting.facts import ProjectFacts
from onboard.connecting.installing import Done, clicks_left, plan_install, repeating_rows
from onboard.connecting.own_form import OwnForm, clicks_for, own_rows, stands_there
from onboard.connecting.project_xml import ProjectFile, Survey, project_xml, row_labels, surveys_of
from onboard.errors import ConfigError
from onboard.shipped import shipped

if TYPE_CHECKING:
    from onboard.adapters.redcap.project import RedcapProject
    from onboard.model.mapping import Mapping as RecordMapping

#: Project -> its title and what REDCap shows beside a record's number, in a file.
_TITLES = {"people": ("Onboarding: People", "[full_name]"), "protocols": ("Onboarding: Protocols", "[short_code]")}
_FOLDER = "config/redcap_project"
#: A downloaded dictionary's columns, in the order of the API's names for them.
_API_NAMES = (
    "field_name", "form_name", "section_header", "field_type", "field_label", "select_choices_or_calculations", "field_note",
    "text_validation_type_or_show_slider_number", "text_validation_min", "text_validation_max", "identifier",
    "branching_logic", "required_field", "custom_alignment", "question_number", "matrix_group_name", "matrix_ranking",
    "field_annotation",
)  # fmt: skip


def command(
    project: Annotated[
        list[str] | None, typer.Option("--project", metavar="NAME", help="Only this one: people or protocols; repeatable.")
    ] = None,
    as_file: Annotated[
        Path | None,
        typer.Option(
            "--as-file", metavar="DIR", help="Write people.xml and protocols.xml into DIR, for New Project; asks REDCap nothing."
        ),
    ] = None,
    without_surveys: Annotated[
        bool, typer.Option("--without-surveys", help="With --as-file: no surveys, for a REDCap that refuses the first file.")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="With --as-file: write over files that differ.")] = False,
    home: Home = HERE,
) -> None:
    """Put the shipped forms into empty projects in Development, and write-back's own form where it is on; then print the steps
    that remain. Refuses everything else. With --as-file, write both projects as files that REDCap's New Project takes in."""
    _check_names(project or ())
    if as_file is not None:
        _write_files(as_file, project or list(_TITLES), home, surveys=not without_surveys, replace=replace)
        return
    if without_surveys or replace:
        raise ConfigError("--without-surveys and --replace belong to --as-file DIR.")
    app = open_app(home)
    names = project or [one.name for one in app.redcap_projects()]
    _check_names(names)
    done = [_install(app, one) for one in app.redcap_projects(names)]
    say("Then: onboard check")
    if not all(done):
        raise typer.Exit(1)


def _check_names(names: Sequence[str]) -> None:
    unknown = [name for name in names if name not in _TITLES]
    if unknown:
        raise ConfigError(f"there is no shipped project {unknown[0]!r}. Shipped: {', '.join(_TITLES)}.")


def _write_files(folder: Path, names: Sequence[str], home: Path, *, surveys: bool, replace: bool) -> None:
    """Both files or none: nothing is written while one is there and differs."""
    target = open_app(home).config.writeback if _writes_back(home) else None
    made = {name: project_xml(_project_file(name, own_form(target, name), surveys=surveys)) for name in names}
    contents = {folder / f"{name}.xml": text.encode() for name, text in made.items()}
    with writing(folder):
        there = {path: path.read_bytes() for path in contents if path.exists()}
        differing = [path for path, content in there.items() if content != contents[path]]
        if differing and not replace:
            raise ConfigError(f"{differing[0]} is there and differs. Nothing was written; add --replace or name another folder.")
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in contents.items():
            if there.get(path) != content:
                path.write_bytes(content)
            say(f"{path} is up to date." if there.get(path) == content else f"Wrote {path}.")


def _writes_back(home: Path) -> bool:
    """Whether a home is there and its write-back is on; its other settings matter here only then."""
    settings = home / "settings.toml"
    if not settings.is_file():
        return False
    try:
        return bool(tomllib.loads(settings.read_text(encoding="utf-8-sig")).get("writeback", {}).get("enabled", False))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{settings} cannot be read: {error}. Correct that line.") from error


def _project_file(name: str, own: OwnForm | None, *, surveys: bool) -> ProjectFile:
    title, label = _TITLES[name]
    rows = _dictionary(name, own)
    return ProjectFile(
        title=title,
        record_label=label,
        source=f"{name}.csv",
        rows=rows,
        repeating=repeating_rows(name, _shipped_mapping(), _labels(), rows),
        surveys=_surveys(rows) if surveys else (),
    )


def _surveys(rows: Sequence[Mapping[str, str]]) -> tuple[Survey, ...]:
    """The surveys of the project with these rows."""
    every = [row["form_name"] for name in _TITLES for row in _dictionary(name, None)]
    text = _shipped_text("surveys.toml")
    return tuple(one for one in surveys_of(text, list(dict.fromkeys(every))) if any(row["form_name"] == one.form for row in rows))


def _labels() -> Mapping[str, str]:
    return row_labels(_shipped_text("repeating.toml"))


def _shipped_text(name: str) -> str:
    return (shipped(_FOLDER) / name).read_text(encoding="utf-8-sig")


def _install(app: App, project: RedcapProject) -> bool:
    """One project. False when it was refused."""
    from onboard.adapters.redcap.facts import describe
    from onboard.adapters.redcap.installer import RedcapInstaller

    own = own_form(app.config.writeback, project.name)
    wanted, mapping, facts = _dictionary(project.name, own), _shipped_mapping(), describe(project)
    plan = plan_install(facts, wanted, mapping)
    say(f"{project.name}: {facts.title or project.url}")
    if plan.refused:
        say(f"  Nothing was changed. {plan.refused}")
        if own and facts.dictionary and not stands_there(facts, own):
            say(f"  Write-back is on and has no form yet: {clicks_for(own)}.")
        return False
    installer = RedcapInstaller(project)
    if plan.import_dictionary:
        say(f"  Installed {installer.import_dictionary(wanted)} fields.")
    else:
        say("  The forms are there already.")
    refused = installer.import_repeating(repeating_rows(project.name, mapping, _labels(), wanted)) if plan.repeat else ""
    if plan.repeat:
        say(f"  Not set: {refused}." if refused else f"  {len(plan.repeat)} forms repeat now.")
    surveys = [one.form for one in _surveys(wanted)]
    settings = installer.import_settings(record_label=_TITLES[project.name][1], surveys=bool(surveys))
    say(f"  Auto-numbering{' and surveys' if surveys else ''}: {f'not set: {settings}' if settings else 'on'}.")
    done = Done(repeating=not refused, settings=not settings)
    _clicks(project.name, mapping, facts, surveys, done=done, writes=own is not None)
    return True


def _clicks(name: str, mapping: RecordMapping, facts: ProjectFacts, surveys: Sequence[str], *, done: Done, writes: bool) -> None:
    more_rights = bool(facts.repeating_forms is not None or (facts.may_import and not writes))
    steps = clicks_left(name, mapping, surveys, done=done, more_rights=more_rights, writes=writes)
    say("  Clicks that remain, once:")
    for number, step in enumerate(steps, start=1):
        say(f"    {number}. {step}")


def _dictionary(name: str, own: OwnForm | None) -> Sequence[Mapping[str, str]]:
    """The shipped dictionary, and write-back's form after it."""
    lines = list(csv.reader(io.StringIO(_shipped_text(f"{name}.csv"))))
    rows = [dict(zip(_API_NAMES, line, strict=True)) for line in lines[1:] if any(line)]
    return rows + [{**dict.fromkeys(_API_NAMES, ""), **row} for row in (own_rows(own) if own else ())]


def _shipped_mapping() -> RecordMapping:
    from onboard.config.redcap_toml import load_mapping

    mapping, _ = load_mapping(tomllib.loads((shipped("config") / "redcap.toml").read_text(encoding="utf-8")))
    return mapping
