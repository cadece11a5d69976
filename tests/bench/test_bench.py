"""The bench runs, and its figures are figures. Nothing here asks how fast: that is the bench's own table."""

import re

import pytest

from tests.bench.bench import judging, reading, rendering
from tests.bench.going_out import daily, deliver
from tests.bench.measuring import Figure, growth, paired, table
from tests.bench.processes import many_labs

pytestmark = pytest.mark.one_date("measures seconds, and its lab has a day of its own")
NUMBER = re.compile(r"\d[\d,]*(\.\d+)?")


@pytest.mark.parametrize(
    ("part", "lines"),
    [
        pytest.param(lambda: judging([16, 32], 1), 3, id="judge"),
        pytest.param(lambda: reading(16, 1), 1, id="read"),
        pytest.param(lambda: rendering(1, 1), 4, id="render"),
        pytest.param(lambda: deliver(5, 1), 1, id="deliver"),
        pytest.param(lambda: daily(16), 1, id="daily run"),
        pytest.param(lambda: many_labs(1), 1, id="labs"),
    ],
)
def test_each_part_gives_its_lines_with_numbers(part, lines: int) -> None:
    figures = list(part())
    assert len(figures) == lines
    assert all(NUMBER.match(figure.found) for figure in figures)
    assert all((figure.met is None) == (not figure.target) for figure in figures)


def test_the_table_is_markdown_and_says_what_is_missed() -> None:
    text = table([Figure(what="a", found="1.0 times", target="≤ 3 times", met=True), Figure(what="b", found="2/s", met=False)])
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert [line.count("|") for line in rows] == [5, 5, 5, 5]
    assert "**missed**" in rows[3] and "**missed**" not in rows[2]
    assert "cores" in text.splitlines()[-1]


def test_growth_is_the_exponent_and_pairs_are_run_in_turns() -> None:
    assert growth([10, 1000], [1.0, 10_000.0]) == pytest.approx(2.0)
    calls: list[str] = []
    paired(lambda: calls.append("ours"), lambda: calls.append("floor"), 2)
    assert calls == ["ours", "floor", "ours", "floor"]
