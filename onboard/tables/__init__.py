"""From an export to typed tables, and problems.

It decides what a cell says. Besides judging/obligations this is the only package that knows pandas.
"""

from onboard.tables.evidence_rows import evidence_rows
from onboard.tables.reading import read_tables, survey_rows
from onboard.tables.reviews import ADOPTED, SurveyRow, stamped_forms, without_stamps
from onboard.tables.schema import COLUMNS, NOUNS, Tables

__all__ = [
    "ADOPTED",
    "COLUMNS",
    "NOUNS",
    "SurveyRow",
    "Tables",
    "evidence_rows",
    "read_tables",
    "stamped_forms",
    "survey_rows",
    "without_stamps",
]
