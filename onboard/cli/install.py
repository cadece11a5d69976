"""`onboard install`: the shipped forms into empty projects, as the API allows.

onboard/connecting/installing.py decides what may be done. Safe to repeat: what is there stays as it is.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from onboard.app import App, open_app
from onboard.cli.options import HERE, Home
from onboard.cli.output import say
from onboard.cli.writeback import own_form
from onboard.connecting.facts import ProjectFacts
from onboard.connecting.installing import clicks_left, plan_install
from onboard.connecting.own_form import OwnForm, clicks_for, own_rows, stands_there
from onboard.errors import ConfigError
from onboard.shipped import shipped

if TYPE_CHECKING:
    from onboard.adapters.redcap.project import RedcapProject
    from onboard.model.mapping import Mapping as RecordMapping

#: Project -> forms that people also fill in as surveys.
_SURVEYS: Mapping[str, tuple[str, ...]] = {"people": ("completion", "research_log"), "protocols": ()}
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
    home: Home = HERE,
) -> None:
    """Put the shipped forms into empty projects in Development, and write-back's own form where it is on; then print the steps
    that remain. Refuses everything else."""
    app = open_app(home)
    names = project or [one.name for one in app.redcap_projects()]
    unknown = [name for name in names if name not in _SURVEYS]
    if unknown:
        raise ConfigError(f"there is no shipped project {unknown[0]!r}. Shipped: {', '.join(_SURVEYS)}.")
    done = [_install(app, one) for one in app.redcap_projects(names)]
    say("Then: onboard check")
    if not all(done):
        raise typer.Exit(1)


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
    refused = installer.import_repeating(plan.repeat) if plan.repeat else ""
    if plan.repeat:
        say(f"  Not set: {refused}." if refused else f"  {len(plan.repeat)} forms repeat now.")
    _clicks(project.name, mapping, facts, repeating_done=not refused, writes=own is not None)
    return True


def _clicks(name: str, mapping: RecordMapping, facts: ProjectFacts, *, repeating_done: bool, writes: bool) -> None:
    more_rights = bool(facts.repeating_forms is not None or (facts.may_import and not writes))
    surveys = _SURVEYS[name]
    steps = clicks_left(name, mapping, surveys, repeating_done=repeating_done, more_rights=more_rights, writes=writes)
    say("  Clicks that remain, once:")
    for number, step in enumerate(steps, start=1):
        say(f"    {number}. {step}")


def _dictionary(name: str, own: OwnForm | None) -> Sequence[Mapping[str, str]]:
    """The shipped dictionary, and write-back's form after it."""
    text = (shipped("config/redcap_project") / f"{name}.csv").read_text(encoding="utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    rows = [dict(zip(_API_NAMES, line, strict=True)) for line in lines[1:] if any(line)]
    return rows + [{**dict.fromkeys(_API_NAMES, ""), **row} for row in (own_rows(own) if own else ())]


def _shipped_mapping() -> RecordMapping:
    from onboard.config.redcap_toml import load_mapping

    mapping, _ = load_mapping(tomllib.loads((shipped("config") / "redcap.toml").read_text(encoding="utf-8")))
    return mapping
