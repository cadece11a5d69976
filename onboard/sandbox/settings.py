"""What a project is set to, apart from its fields: purpose, switches, names of people.

As `content=project` tells it. `definitions.py` exports it and takes it in, `odm_reading.py` reads it from a project file.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace

PRACTICE, OTHER, OPERATIONAL = 0, 1, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSettings:
    """Settings by REDCap's own names; defaults as a new project has them, for a project of operational support."""

    project_language: str = "English"
    purpose: int = OPERATIONAL
    purpose_other: str = ""
    project_notes: str = ""
    custom_record_label: str = ""
    secondary_unique_field: str = ""
    surveys_enabled: int = 0
    scheduling_enabled: int = 0
    record_autonumbering_enabled: int = 0
    randomization_enabled: int = 0
    project_irb_number: str = ""
    project_grant_number: str = ""
    project_pi_firstname: str = ""
    project_pi_lastname: str = ""
    project_pi_email: str = ""
    display_today_now_button: int = 1
    bypass_branching_erase_field_prompt: int = 0


#: Setting -> its element in a project file. The others are in none.
IN_FILES: Mapping[str, str] = {
    "record_autonumbering_enabled": "RecordAutonumberingEnabled",
    "custom_record_label": "CustomRecordLabel",
    "secondary_unique_field": "SecondaryUniqueField",
    "scheduling_enabled": "SchedulingEnabled",
    "surveys_enabled": "SurveysEnabled",
    "randomization_enabled": "RandomizationEnabled",
    "display_today_now_button": "DisplayTodayNowButton",
    "bypass_branching_erase_field_prompt": "PreventBranchingEraseValues",
    "purpose": "Purpose",
    "purpose_other": "PurposeOther",
    "project_notes": "ProjectNotes",
}
_NUMBERS = frozenset(field.name for field in fields(ProjectSettings) if field.type in (int, "int"))


def changed(settings: ProjectSettings, given: Mapping[str, str]) -> tuple[ProjectSettings, list[str]]:
    """The settings with what is given, and the names that were taken. Names it does not hold are passed over, and so is a
    switch whose value is no number.

    assumption: not evidenced - that such values are passed over and not counted.
    """
    known = asdict(settings)
    taken = {name: text for name, text in given.items() if name in known and (name not in _NUMBERS or text.isdigit())}
    values = {name: int(text) if name in _NUMBERS else text for name, text in taken.items()}
    return replace(settings, **values), list(taken)  # type: ignore[arg-type]


def missing_codes(text: str) -> dict[str, str]:
    """`NI, No information | NA, Not applicable`, by bars or lines, as code -> meaning."""
    pairs = (part.partition(",") for part in text.replace("\n", "|").split("|") if part.strip())
    return {code.strip(): meaning.strip() for code, _, meaning in pairs}
