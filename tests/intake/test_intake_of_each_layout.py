"""Every layout with 1,000 rows, twice: all of it comes in the first time, nothing the second."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.intake import layouts
from tests.intake.conftest import IntakeLab
from tests.intake.layouts import many

SHAPES: dict[str, tuple[Callable[[], str], int]] = {
    "soap": (lambda: layouts.soap(many(1000)), 1000),
    "soap as XML": (lambda: layouts.soap_xml(many(1000)), 1000),
    "download": (lambda: "\ufeff" + layouts.download(many(1000)), 1000),
    "modules": (lambda: layouts.modules(many(100), each=10), 100),
    "kuali": (lambda: layouts.kuali(many(1000)).replace(",", ";").replace("\n", "\r\n"), 1000),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_thousand_rows_twice(intake_lab: IntakeLab, shape: str) -> None:
    """Read back from REDCap, each row once, each record's instances without a hole."""
    text, new = SHAPES[shape]
    path = intake_lab.put("citi.csv", text())
    before = intake_lab.completions()
    code, said = intake_lab.run(path, "--send")
    assert code == 0, said
    assert f"Imported {new} completions" in said
    after = intake_lab.completions()
    assert len(after) == len(before) + new
    calls = intake_lab.imports()
    assert calls > 0
    code, said = intake_lab.run(path, "--send")
    assert code == 0 and f"0 new, {new} known" in said
    assert intake_lab.completions() == after
    assert intake_lab.imports() == calls
    for record in {row["record"] for row in after}:
        instances = sorted(int(row["instance"]) for row in after if row["record"] == record)
        assert instances == list(range(1, len(instances) + 1))


def test_one_layout_after_the_other_brings_nothing_twice(intake_lab: IntakeLab) -> None:
    """The same completions told by four systems are the same completions, whatever number each gives them."""
    facts = many(40)
    assert "Imported 40 completions" in intake_lab.run(intake_lab.put("soap.csv", layouts.soap(facts)), "--send")[1]
    renumbered = [fact.with_(record=str(900 + n)) for n, fact in enumerate(facts)]
    for name, text in (
        ("download.csv", layouts.download(facts)),
        ("renumbered.csv", layouts.download(renumbered)),
        ("modules.csv", layouts.modules(facts)),
        ("kuali.csv", layouts.kuali(facts)),
    ):
        assert "0 new, 40 known" in intake_lab.run(intake_lab.put(name, text), "--send")[1]


def test_several_files_in_one_call_are_one_intake(intake_lab: IntakeLab) -> None:
    facts = many(30)
    paths = [intake_lab.put("a.csv", layouts.soap(facts)), intake_lab.put("b.csv", layouts.kuali(facts))]
    code, said = intake_lab.run(*paths, "--send")
    assert code == 0 and "Imported 30 completions" in said


def test_without_send_nothing_is_written(intake_lab: IntakeLab) -> None:
    before = intake_lab.completions()
    code, said = intake_lab.run(intake_lab.put("citi.csv", layouts.soap(many(20))))
    assert code == 0 and "20 new" in said and "add --send" in said
    assert intake_lab.completions() == before and intake_lab.imports() == 0
    assert not (intake_lab.home / "intake_queue.jsonl").exists()
