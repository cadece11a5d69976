"""The sample lab as an export, read and judged by the shipped rules: from a cell of REDCap to a verdict."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Mapping as Cells
from dataclasses import replace
from functools import cache

from onboard.config.redcap_toml import load_mapping
from onboard.config.rules_file import load_rules
from onboard.model import Assessment, Export, Rules
from onboard.model.mapping import Mapping
from onboard.pipeline.judging import judge
from onboard.sandbox.sample.lab import sample_lab
from onboard.shipped import shipped
from onboard.tables import read_tables
from tests.tables.conftest import MONDAY, ZONE, exported

INSTITUTION = "Northlake University"
#: (instrument, record, instance) -> cells to change; an instance that is not there is added.
Changes = Cells[tuple[str, str, str], Cells[str, str]]


def _document(name: str) -> dict[str, object]:
    return tomllib.loads((shipped("config") / name).read_text(encoding="utf-8"))


@cache
def mapping() -> Mapping:
    """The shipped mapping."""
    found, mistakes = load_mapping(_document("redcap.toml"))
    assert not mistakes
    return found


@cache
def shipped_rules() -> Rules:
    """The shipped requirements."""
    mistakes: list[str] = []
    found = load_rules(_document("requirements.toml"), INSTITUTION, mistakes)
    assert found, mistakes
    return found[0]


def sample_export(changes: Changes | None = None) -> Export:
    """The sample lab of Mon 23 Nov 2026 with some cells changed."""
    export = exported(sample_lab(MONDAY), mapping())
    instruments = dict(export.instruments)
    for (instrument, record, instance), cells in (changes or {}).items():
        instruments[instrument] = _changed(instruments[instrument], record, instance, cells)
    return replace(export, instruments=instruments)


def _changed(text: str, record: str, instance: str, cells: Cells[str, str]) -> str:
    reader = csv.DictReader(io.StringIO(text))
    header = list(reader.fieldnames or ())
    rows = list(reader)
    assert set(cells) <= set(header), set(cells) - set(header)
    hit = next((r for r in rows if r[header[0]] == record and r.get("redcap_repeat_instance", "") == instance), None)
    if hit is None:
        form = instance and next((r["redcap_repeat_instrument"] for r in rows), "")
        extra = {"redcap_repeat_instrument": form, "redcap_repeat_instance": instance} if instance else {}
        hit = {**dict.fromkeys(header, ""), header[0]: record, **extra}
        rows.append(hit)
    hit.update(cells)
    out = io.StringIO()
    writer = csv.DictWriter(out, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def judged_sample(changes: Changes | None = None, rules: Rules | None = None) -> Assessment:
    """The same, read and judged."""
    export = sample_export(changes)
    tables, problems = read_tables(export, mapping(), ZONE)
    return judge(tables, problems, rules or shipped_rules(), export.read_at, MONDAY)
