"""Setting up the two shipped projects: permission, what exists, remaining clicks.

Only an empty project in Development is touched, so that nothing made or typed by users can be lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onboard.connecting.facts import ProjectFacts
from onboard.model.mapping import Mapping as RecordMapping

#: A new project comes with the record id on one form.
_STARTER_FIELDS = 1
_ONE_A_RECORD = ("people", "protocols", "steps")
#: Columns of a dictionary that make a difference; the rest is looks that servers write differently.
_COMPARED = (
    "field_name",
    "form_name",
    "field_type",
    "select_choices_or_calculations",
    "text_validation_type_or_show_slider_number",
    "identifier",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What the API took: which forms repeat, and the settings (auto-numbering, surveys)."""

    repeating: bool
    settings: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallPlan:
    """What to do with one project. `refused` says why nothing is done, "" = go on."""

    refused: str = ""
    import_dictionary: bool = False
    repeat: tuple[str, ...] = ()  # forms to be made repeating


def plan_install(facts: ProjectFacts, wanted: Sequence[Mapping[str, str]], mapping: RecordMapping) -> InstallPlan:
    """What an installation would do; `wanted` is the shipped dictionary of this project."""
    refused = _refused(facts, wanted)
    if refused:
        return InstallPlan(refused=refused)
    forms = repeating_forms(facts.name, mapping)
    there = facts.repeating_forms is not None and set(forms) <= set(facts.repeating_forms)
    return InstallPlan(import_dictionary=not _same(facts.dictionary or (), wanted), repeat=() if there else forms)


def repeating_forms(project: str, mapping: RecordMapping) -> tuple[str, ...]:
    """The forms of which a record has many."""
    found = (s.instrument for s in mapping.sources if s.project == project and s.table not in _ONE_A_RECORD)
    return tuple(dict.fromkeys(found))


def repeating_rows(
    project: str, mapping: RecordMapping, labels: Mapping[str, str], rows: Sequence[Mapping[str, str]]
) -> dict[str, str]:
    """The forms of which a record has many, in the order of the dictionary's `rows`, with what is shown of each row."""
    many = repeating_forms(project, mapping)
    return {form: labels.get(form, "") for form in dict.fromkeys(row["form_name"] for row in rows) if form in many}


def _refused(facts: ProjectFacts, wanted: Sequence[Mapping[str, str]]) -> str:
    if facts.version is None or facts.dictionary is None or facts.in_production is None or facts.records is None:
        return " ".join(facts.troubles) or "The project does not tell enough about itself to be sure that it is empty."
    if facts.in_production:
        return "It is in Production. Forms are installed into projects in Development only; use the click list instead."
    if facts.records:
        return f"It holds {facts.records} records. Forms are installed into empty projects only; use the click list instead."
    if facts.is_longitudinal:
        return "It is longitudinal. The shipped forms are for a classic project: Project Setup, turn longitudinal off."
    ours = {row["field_name"] for row in wanted}
    theirs = [row["field_name"] for row in facts.dictionary[_STARTER_FIELDS:] if row["field_name"] not in ours]
    if theirs:
        some = ", ".join(theirs[:5]) + (" ..." if len(theirs) > 5 else "")
        return f"It has fields of its own ({some}), which would be lost. Make a new, empty project."
    return ""


def _same(there: Sequence[Mapping[str, str]], wanted: Sequence[Mapping[str, str]]) -> bool:
    return [_row(one) for one in there] == [_row(one) for one in wanted]


def _row(row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(" ".join(row.get(name, "").split()) for name in _COMPARED)


def clicks_left(
    project: str, mapping: RecordMapping, surveys: Sequence[str], *, done: Done, more_rights: bool, writes: bool = False
) -> tuple[str, ...]:
    """What only a person can do, in order and in REDCap's words. `writes`: the program writes into a form of its own."""
    steps = []
    if not done.repeating:
        forms = ", ".join(repeating_forms(project, mapping))
        steps.append(f"Project Setup > Repeating instruments and events > Enable, and tick: {forms}")
    if surveys and not done.settings:
        steps.append("Project Setup > Use surveys in this project? > Enable")
    if surveys:
        steps.append(
            f"Designer > click Enable in the survey column of: {', '.join(surveys)}; where the page offers to let respondents "
            "repeat the survey, allow it, so that one link is enough for two courses; save"
        )
    if not done.settings:
        steps.append("Project Setup > Auto-numbering for records > Enable, if it is off")
    rights = "API Export and API Import/Update" if writes else "API Export"
    steps.append(
        f"User Rights > the program's user: {rights} and nothing else, Full Data Set on every form, no data access group"
    )
    if more_rights:
        taken = "Project Design" if writes else "Project Design and API Import/Update"
        steps.append(
            f"User Rights > the user of this token: take {taken} away again, or put the token of the program's own user into "
            "secrets.env"
        )
    steps.append("Project Setup > Move project to production, before the first real person is typed in")
    return tuple(steps)
