"""What is done once for many mails gives what doing it anew would give: compiled templates, folded lines, plain addresses."""

from __future__ import annotations

import textwrap
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from onboard.adapters.mail.mime import ascii_address
from onboard.rendering.layout import fold_line
from onboard.rendering.renderer import Renderer
from tests.words.cast import LAB
from tests.words.mails_to_people import REMINDER

WORDS = st.lists(st.text("abcé-.", min_size=1, max_size=40), min_size=1, max_size=20)


@given(margin=st.sampled_from(["", "- ", "12. ", "  "]), words=WORDS)
def test_a_line_is_folded_where_the_standard_library_folds_it(margin: str, words: list[str]) -> None:
    line = margin + " ".join(word if word not in ("-", ".") else "a" for word in words)
    start, hang = len(line) - len(line.lstrip()), len(margin)
    usual = textwrap.fill(
        line.lstrip(), 40, initial_indent=line[:start], subsequent_indent=" " * hang,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    assert fold_line(line, 40) == (usual if len(line) > 40 else line)


def test_a_wording_that_was_changed_is_used_by_the_next_renderer(tmp_path: Path) -> None:
    subject = tmp_path / "reminder.subject.txt"
    for words in ("First wording", "Second wording"):
        subject.write_text(f"{words} for {{{{ mail.greet }}}}\n")
        assert Renderer(LAB, tmp_path).render(REMINDER).subject.startswith(words)


def test_two_labs_with_files_of_one_name_keep_their_own_words(tmp_path: Path) -> None:
    pens = []
    for name in ("north", "south"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "reminder.subject.txt").write_text(f"From the {name}\n")
        pens.append(Renderer(LAB, tmp_path / name))
    assert [pen.render(REMINDER).subject for pen in pens] == ["From the north", "From the south"]


def test_a_plain_address_stays_and_others_are_still_put_into_idna() -> None:
    assert ascii_address("Ada.Obi+lab@Mail.northlake.example") == "Ada.Obi+lab@Mail.northlake.example"
    assert ascii_address(" ada@münchen.example ") == "ada@xn--mnchen-3ya.example"
