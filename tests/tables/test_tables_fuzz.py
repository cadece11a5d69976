"""Whatever stands in the cells, reading gives tables and problems: it never raises, and never loses a row in silence."""

import csv
import io
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onboard.model import Export
from onboard.model.mapping import Mapping
from onboard.tables import NOUNS, read_tables

#: Cells that have bitten somebody, beside any text at all.
NASTY = [
    "", " ", "0", "1", "2", "-99", "NA", "nan", "2026-01-01", "2025-12-31", "9999-12-31", "0001-01-01", "2026-02-30",
    "9999-12-31T23:59:59-12:00", "a@b.example", "A@B.example", "STEP-HF", "step hf", "yes", "accepted", "survey", "typed",
    "consent", "pi", "1e400", "∞", "\r\n", "\x00", '"', ",", "x\ny", "ﷺ", "=1+1", "'", "-", "¿",
]  # fmt: skip
cells = st.sampled_from(NASTY) | st.text(st.characters(codec="utf-8"), max_size=12)


@st.composite
def lines(draw: st.DrawFn, header: list[str]) -> list[list[str]]:
    records = st.sampled_from(["1", "2", "02", "", "x y"])
    row = st.tuples(records, *(cells for _ in header[1:])).map(list)
    return draw(st.lists(row, max_size=3))


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=40)
@given(data=st.data())
def test_reading_is_total(sample_export: Export, mapping: Mapping, zone: ZoneInfo, data: st.DataObject) -> None:
    instruments = {}
    for key, text in sample_export.instruments.items():
        header = next(csv.reader(io.StringIO(text)))
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([header, *data.draw(lines(header))])
        instruments[key] = out.getvalue()
    export = Export(instruments=instruments, read_at=sample_export.read_at)
    tables, problems = read_tables(export, mapping, zone)
    for table, noun in NOUNS.items():
        frame = getattr(tables, table)
        for values in frame.to_dict("records"):
            noun(**values)
    assert len({problem.key for problem in problems}) == len(problems)
    for problem in problems:
        assert problem.what and problem.next_step
        assert not set(problem.what + problem.next_step) & set("\r\n\0")
