"""Facts of a REDCap project, as values.

adapters/redcap/facts.py reads them, advice.py judges.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFacts:
    """One project as far as its token may see it. None where a part could not be read; `troubles` says why."""

    name: str
    url: str
    version: str | None = None
    title: str | None = None
    project_id: str | None = None
    in_production: bool | None = None
    is_longitudinal: bool | None = None
    repeats: bool | None = None  # whether anything repeats at all
    missing_codes: Mapping[str, str] = field(default_factory=dict)  # code -> meaning
    repeating_forms: tuple[str, ...] | None = None
    dictionary: tuple[Mapping[str, str], ...] | None = None
    users: tuple[Mapping[str, Any], ...] | None = None  # as REDCap sends them: username, api_export, forms_export ...
    events: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # form -> unique event names; {} when classic
    records: int | None = None
    in_group: bool | None = None  # the token's user sees one data access group only
    may_import: bool | None = None
    no_survey_link: str = ""  # why there are no survey links for evidence, with the clicks; "" = they do, or it was not asked
    troubles: tuple[str, ...] = ()
