"""The timeline as a picture, in the terminal and as SVG."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise

import pytest

from onboard.judging.readiness import cleared_on
from onboard.model import Cleared
from onboard.questions.history import as_json, history
from onboard.questions.history_picture import MARKS, as_svg, as_text, week_of
from onboard.questions.spells import row_of, spell_on, spells
from tests.questions.cast import LENA, LEO, P2, SAM, STEP, TODAY, UMA, d, judged, records


def test_the_spells_of_a_row_follow_each_other_without_gap_or_overlap(lab):
    for row in lab.readiness:
        found = spells(row)
        assert (found[0].first, found[-1].last) == (None, None)
        for one, following in pairwise(found):
            assert following.first.toordinal() == one.last.toordinal() + 1
            assert following.verdict is not one.verdict


def test_a_spell_says_what_the_verdict_of_each_of_its_days_says(lab):
    for row in lab.readiness:
        for spell in spells(row, d("2026-05-01"), d("2026-07-01")):
            assert spell.verdict is cleared_on(row, spell.first) is cleared_on(row, spell.last)


def test_lenas_lapse_is_three_spells(lab):
    (track,) = [t for t in history(lab, LENA, STEP, d("2026-05-01"), d("2026-06-30")).tracks if t.task is None]
    assert [(s.verdict, s.first, s.last) for s in track.spells] == [
        (Cleared.CLEARED, d("2026-05-01"), d("2026-05-18")),
        (Cleared.BLOCKED, d("2026-05-19"), d("2026-06-09")),
        (Cleared.CLEARED, d("2026-06-10"), d("2026-06-30")),
    ]


def test_a_week_never_looks_better_than_its_worst_day(lab):
    found = spells(row_of(lab, LENA, STEP))
    weeks = {monday: week_of(found, d(monday)) for monday in ("2026-05-11", "2026-05-18", "2026-06-08", "2026-06-15")}
    assert list(weeks.values()) == [Cleared.CLEARED, Cleared.BLOCKED, Cleared.BLOCKED, Cleared.CLEARED]


def test_the_picture_shows_four_blocked_weeks_under_their_month(lab):
    lines = as_text(history(lab, LENA, STEP, d("2026-04-06"), d("2026-08-02"))).splitlines()
    scale, bar = lines[3], next(line for line in lines if line.startswith("STEP-HF  "))
    assert scale.index("Apr 2026") == bar.index("#")
    assert bar.split()[1] == "######xxxx#######"


def test_colours_are_the_callers(lab):
    painted = as_text(history(lab, LENA, STEP), lambda verdict, text: f"<{verdict.value}>{text}</>")
    assert "<blocked>xxxx</>" in painted


def test_the_window_starts_with_the_appointment_and_never_more_than_three_years_back(lab):
    assert history(lab, LENA).first == d("2024-01-02")
    assert history(lab, "1").first == d("2023-11-24")
    assert history(lab, LENA).last == d("2027-05-24")


def test_a_leaver_ends_in_not_in_the_lab(lab):
    text = as_text(history(lab, LEO))
    assert MARKS[Cleared.NOT_DUE] * 20 in text
    assert "no appointment 21 Nov 2026 to 24 May 2027" in " ".join(text.split())


@pytest.mark.parametrize("who", [LENA, LEO, SAM, UMA])
def test_every_line_fits_the_terminal(lab, who):
    assert max(map(len, as_text(history(lab, who)).splitlines())) <= 80


def test_the_svg_is_one_whole_file_that_says_its_words(lab):
    drawn = ET.fromstring(as_svg(history(lab, LENA)))
    space = "{http://www.w3.org/2000/svg}"
    assert drawn.get("role") == "img"
    assert drawn.find(f"{space}title").text == "When Lena Haddad was cleared"
    assert "blocked 19 May 2026 to 9 Jun 2026" in drawn.find(f"{space}desc").text
    titles = [rect.find(f"{space}title").text for rect in drawn.iter(f"{space}rect") if rect.find(f"{space}title") is not None]
    assert "STEP-HF: blocked 19 May 2026 to 9 Jun 2026" in titles


def test_the_bars_of_a_row_fill_the_window_without_overlap(lab):
    space = "{http://www.w3.org/2000/svg}"
    drawn = ET.fromstring(as_svg(history(lab, LENA, STEP)))
    bars = [r for r in drawn.iter(f"{space}rect") if r.get("height") == "18" and r.get("y") == "64"]
    end = 190.0
    for bar in bars:
        assert float(bar.get("x")) == pytest.approx(end, abs=0.05)
        end = float(bar.get("x")) + float(bar.get("width"))
    assert end == pytest.approx(890, abs=0.05)


def test_a_name_cannot_break_the_svg():
    people = tuple(replace(p, name='Lena "</svg>&\u202e') if p.record == LENA else p for p in records().people)
    drawn = as_svg(history(judged(replace(records(), people=people)), LENA))
    assert drawn.count("</svg>") == 1
    assert "\u202e" not in drawn
    ET.fromstring(drawn)


def test_json_has_the_spells_and_the_source(lab):
    data = as_json(history(lab, LENA, STEP, d("2026-05-19"), d("2026-06-09")), lab)
    assert data["rows"][0] == {
        "protocol": STEP,
        "task": None,
        "spells": [{"verdict": "blocked", "first": "2026-05-19", "last": "2026-06-09"}],
    }
    assert data["rules_version"] == "r1"


def test_somebody_without_a_row_on_a_protocol_says_so(lab):
    assert "Nothing on record makes a row." in as_text(history(lab, LENA, P2))
    assert spell_on(row_of(lab, LENA, STEP), TODAY).verdict is Cleared.CLEARED
