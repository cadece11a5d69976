"""Labs that keep their people otherwise: what redcap.toml can say of them, what `map` finds by itself, and with a few answers.

The truths were made without the product (tests/connecting/elsewhere/facts.py).
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from random import Random

import pytest

from onboard.cli.map_reading import studies_in
from onboard.config.redcap_toml import load_mapping
from onboard.connecting.dictionary import fields_of_text
from onboard.connecting.finding import find
from onboard.connecting.patterns import Wanted
from onboard.connecting.profile import Known, profile
from onboard.connecting.questions import MOST, answered, by_weight, questions
from onboard.connecting.view import view_of
from tests.connecting.elsewhere.labs import HERE, NAMES, changed, differing, fields, guess, home_of, status, wrongly_cleared


@pytest.mark.parametrize("name", NAMES)
def test_the_lab_s_own_words_say_it_all(name: str, tmp_path: Path) -> None:
    mapping = (HERE / name / "redcap.toml").read_text(encoding="utf-8")
    assert differing(name, status(name, tmp_path / "lab", mapping)) == []


@pytest.mark.parametrize("name", NAMES)
def test_without_a_question_the_fields_are_found_and_nobody_is_wrongly_cleared(name: str, tmp_path: Path) -> None:
    text = guess(name, home_of(name, tmp_path / "home"), "--no-questions")
    assert load_mapping(tomllib.loads(text))[1] == []
    missed, wrong, needed = fields(name, text)
    assert wrong == [] and len(missed) <= needed / 10, missed
    assert "date_order" not in tomllib.loads(text)
    assert wrongly_cleared(name, status(name, tmp_path / "lab", text)) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_few_answers_make_every_row_right(name: str, tmp_path: Path) -> None:
    answers = HERE / name / "answers.toml"
    assert len(tomllib.loads(answers.read_text(encoding="utf-8"))) <= MOST
    text = guess(name, home_of(name, tmp_path / "home"), "--answers", str(answers))
    assert differing(name, status(name, tmp_path / "lab", text)) == []


@pytest.mark.parametrize("name", NAMES)
def test_enter_to_every_question_clears_nobody_wrongly(name: str, tmp_path: Path) -> None:
    from onboard.connecting.draft_text import draft_text

    search = find(_views(name), studies_in(HERE / name), _wanted())
    asked = questions(search)
    draft = answered(search, asked, {one.key: one.guess for one in asked})
    found = status(name, tmp_path / "lab", draft_text(draft, search.views, files=name != "rive_sante"))
    assert wrongly_cleared(name, found) == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("how", ["html", "no records"])
def test_html_in_labels_or_no_records_never_give_an_absurd_guess(name: str, how: str, tmp_path: Path) -> None:
    from onboard.connecting.draft_text import draft_text

    def with_tags(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        return [row | {"Field Label": f"<p><b>{row['Field Label']}</b></p>"} for row in rows]

    search = find(_views(name, with_tags if how == "html" else None, records=how == "html"), [], _wanted())
    _, wrong, _ = fields(name, draft_text(search.draft, search.views))
    assert wrong == []


def _wanted() -> Wanted:
    names = {
        "hsp": ["human subjects", "Schutz der Teilnehmenden", "Protection des personnes"],
        "gcp": ["GCP"],
        "privacy": ["privacy"],
    }
    return Wanted(names)


def _views(name: str, change: object = None, *, records: bool = True) -> dict[str, object]:
    found = {}
    for file in sorted((HERE / name).glob("*.dictionary.csv")):
        project, text = file.name.partition(".")[0], file.read_text(encoding="utf-8")
        cells = (HERE / name / f"{project}.csv").read_text(encoding="utf-8") if records else ""
        found[project] = view_of(project, fields_of_text(changed(text, change) if change else text), cells)
    return found


def test_no_order_is_decided_without_cells_that_decide() -> None:
    dice = Random(3)
    for _ in range(1000):
        cells = [f"{dice.randrange(1, 13):02d}/{dice.randrange(1, 13):02d}/2025" for _ in range(dice.randrange(1, 40))]
        assert profile(cells, Known()).order == ""
    assert profile(["03/14/2025"] * 2, Known()).order == ""
    assert profile(["03/14/2025"] * 3, Known()).order == "mdy"
    assert profile(["14/03/2025"] * 3, Known()).order == "dmy"
    assert profile(["03/14/2025"] * 9 + ["14/03/2025"], Known()).order == "mixed"


def test_what_decides_no_row_is_not_asked_and_the_heaviest_comes_first() -> None:
    search = find(_views("see_klinik"), [], _wanted())
    asked = questions(search)
    weights = {"date_order": 9, "left": 2}
    seen: list[str] = []

    def rows_apart(one: object, other: object) -> int:
        key = asked[len(seen)].key
        seen.append(key)
        return weights.get(key, 0)

    found = by_weight(search, asked, rows_apart)
    assert [(weight, one.key) for weight, one in found] == [(9, "date_order"), (2, "left")]
    assert all(one.evidence for one in asked)


def test_a_training_that_no_column_was_found_for_is_asked_and_read_as_answered() -> None:
    search = find(_views("see_klinik"), studies_in(HERE / "see_klinik"), Wanted({"gcp": ["GCP"], "induction": ["induction"]}))
    (one,) = [question for question in questions(search) if question.key == "courses"]
    assert one.title == "Which column holds induction?" and any("brand_am" in line for line in one.evidence)
    assert one.parse("brand_am = water") is None and one.parse("telefon = induction") is None
    draft = answered(search, [one], {"courses": one.parse("brand_am = induction")})
    (block,) = [block for block in draft.of("completions") if block.constants["training"] == "induction"]
    assert block.fields == {"completed": "brand_am"} and block.only_if == "completed"


HEADER = (
    "field_name,form_name,field_type,field_label,select_choices_or_calculations,text_validation_type_or_show_slider_number\n"
    "id,staff,text,ID,,\nname,staff,text,Name,,\nmail,staff,text,Email,,email\n"
)
SLOT = """course_{n},t,dropdown,Course {n},"1, CITI HSP | 2, GCP",
done_{n},t,text,Course {n} completed,,date_mdy
st_{n},s,dropdown,Study {n},"1, HALO (2024-001) | 2, IRIS (2024-002)",
add_{n},s,text,Study {n}: added to IRB,,date_mdy
task_{n},s,checkbox,Study {n}: delegated tasks,"1, Consent | 2, Screening",
from_{n},s,text,Study {n}: delegation start,,date_mdy
"""


def test_numbered_groups_of_courses_listings_and_tasks_are_one_block_each() -> None:
    search = find({"people": view_of("people", fields_of_text(HEADER + SLOT.format(n=1) + SLOT.format(n=2)))}, [], _wanted())
    found = {
        (block.table, tuple(block.fields.values()), block.only_if) for block in search.draft.blocks if block.table != "people"
    }
    assert found == {
        row
        for n in (1, 2)
        for row in (
            ("completions", (f"course_{n}", f"done_{n}"), "completed"),
            ("listings", (f"st_{n}", f"add_{n}"), "protocol"),
            ("delegations", (f"st_{n}", f"from_{n}", f"task_{n}"), "first"),
        )
    }
