"""Export to typed tables, and problems. Decides what a cell says; judges nothing. One of the two rooms that know pandas."""

from onboard.tables.evidence_rows import evidence_rows
from onboard.tables.reading import read_tables, survey_rows
from onboard.tables.reviews import ADOPTED, SurveyRow, stamped_forms, without_stamps
from onboard.tables.schema import COLUMNS, NOUNS, Tables, empty_tables
from onboard.tables.snapshots import export_from_text, export_to_text

__all__ = [
    "ADOPTED",
    "COLUMNS",
    "NOUNS",
    "SurveyRow",
    "Tables",
    "empty_tables",
    "evidence_rows",
    "export_from_text",
    "export_to_text",
    "read_tables",
    "stamped_forms",
    "survey_rows",
    "without_stamps",
]
