"""`onboard map`: a redcap.toml for a project of the lab's own, with at most ten questions.

onboard/connecting/ guesses and asks; which question decides most is judged here, on the records just read. It never overwrites,
and nothing uses the file before a user renamed it.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from onboard.cli.map_by_names import by_names, needs, tell_protocols
from onboard.cli.map_reading import (
    Projects,
    Readings,
    from_files,
    from_redcap,
    shipped_wanted,
    studies_in,
    wanted_by,
    write_studies,
)
from onboard.cli.options import HERE, Home
from onboard.cli.output import say, writing
from onboard.connecting.draft_text import draft_text, quoted
from onboard.connecting.drafting import Draft, Found
from onboard.connecting.finding import find
from onboard.connecting.questions import MOST, Answer, Question, answered, by_weight, questions
from onboard.errors import ConfigError
from onboard.model.mapping import ENUMS, REQUIRED_FIELDS

_OUT, _ANSWERS = "redcap.guess.toml", "redcap.answers.toml"


def command(
    dictionary: Annotated[
        list[str] | None,
        typer.Option("--dictionary", metavar="[NAME=]FILE", help="A downloaded data dictionary instead of REDCap."),
    ] = None,
    records: Annotated[
        list[str] | None,
        typer.Option("--records", metavar="[NAME=]FILE", help="Raw records as CSV, beside --dictionary; repeatable."),
    ] = None,
    project: Annotated[
        list[str] | None, typer.Option("--project", metavar="NAME", help="Read these projects; their tokens must be given.")
    ] = None,
    no_questions: Annotated[bool, typer.Option("--no-questions", help="Ask nothing: write what the cells decide.")] = False,
    answers: Annotated[Path | None, typer.Option("--answers", metavar="FILE", help="Answers of an earlier run.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to write; never overwritten.")] = None,
    home: Home = HERE,
) -> None:
    """Guess a first redcap.toml from names, labels and cells, asking at most ten questions; to be corrected by hand.

    Exit code 1 when something is left open on which status rows depend.
    """
    from onboard.app import open_app

    target = out or home / _OUT
    if target.exists():
        raise ConfigError(f"{target} is already there, and nothing is overwritten. Move it away, or name another --out.")
    given = _answers(answers) if answers else {}
    # a redcap.toml with mistakes is no hindrance: it is to be replaced
    app = open_app(home, own_mapping=False) if not dictionary or (home / "settings.toml").is_file() else None
    projects = from_files(dictionary or [], records or []) if app is None or dictionary else from_redcap(app, project or [])
    if by_names(target, projects, files=(home / "protocols.csv").exists()):
        return
    views = projects.views()
    search = find(views, studies_in(home), wanted_by(app) if app else shipped_wanted())
    asked = questions(search)
    readings = Readings(app, projects, views) if app and projects.texts else None
    weighed = by_weight(search, asked, readings.rows_apart) if readings else [(0, one) for one in asked]
    if answers is None and not no_questions and at_terminal():
        given = _ask(weighed, target.with_name(_ANSWERS))
    draft = answered(search, asked, given)
    left = [(weight, one) for weight, one in weighed if one.key not in given]
    wrote = not draft.of("protocols") and write_studies(home, search.studies.known)
    files = (home / "protocols.csv").is_file()
    with writing(target):
        points = [f"{one.title} ({one.key})" for _, one in left] + [f"{name}: {text}" for name, text in _open_tables(draft)]
        target.write_text(draft_text(draft, views, points, files=files), encoding="utf-8")
    if wrote:
        say(f"Wrote protocols.csv and approvals.csv in {home}, with {len(search.studies.known)} numbers found in labels.")
        say("Fill in the rest: PI, kind of study, funding, PHI and approval. Verdicts stay unknown until it is there.")
    _tell(draft, target, projects, readings, files=files)
    if any(weight for weight, _ in left):
        _tell_open(left)
        raise typer.Exit(1)


def at_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty()


def _answers(path: Path) -> dict[str, Answer]:
    try:
        return dict(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read as answers ({error}). Give the file that an earlier run wrote.") from None


# asking ---------------------------------------------------------------------------------------------------------------


def _ask(weighed: Sequence[tuple[int, Question]], kept: Path) -> dict[str, Answer]:
    """One question a screen, the heaviest first; what was answered is kept at once, so that Ctrl-C loses nothing."""
    given: dict[str, Answer] = {}
    asked = weighed[:MOST]
    for number, (weight, one) in enumerate(asked, start=1):
        say(f"\n{number} of {len(asked)}  {one.title}    decides {weight} rows of status")
        say("\n".join(f"   {line}" for line in one.evidence[:12]))
        answer = _answer(one)
        if answer is not None:
            given[one.key] = answer
            with writing(kept):
                kept.write_text(_written(given), encoding="utf-8")
    return given


def _answer(one: Question) -> Answer:
    """What a person says: Enter is the guess, "-" leaves it open, "?" shows all of the evidence."""
    enter = "leave open" if one.guess is None else one.guess_words
    while True:
        text = str(
            typer.prompt(f"Enter = {enter};  {one.how};  ? all of it;  - leave open\n", default="", show_default=False)
        ).strip()
        if text == "-":
            return None
        if not text:
            return one.guess
        if text == "?":
            say("\n".join(f"   {line}" for line in one.evidence))
            continue
        found = one.parse(text)
        if found is not None:
            return found
        say(f"{text!r} is not an answer here: {one.how}.")


def _written(given: Mapping[str, Answer]) -> str:
    """Answers as TOML, tables last."""
    plain = {key: answer for key, answer in given.items() if not isinstance(answer, dict)}
    lines = [f"{key} = {_value(answer)}" for key, answer in plain.items()]
    for key, answer in given.items():
        if isinstance(answer, dict):
            lines += ["", f"[{key}]", *(f"{quoted(str(name))} = {_value(word)}" for name, word in answer.items())]
    return "\n".join(lines) + "\n"


def _value(answer: Answer) -> str:
    return f"[{', '.join(quoted(str(one)) for one in answer)}]" if isinstance(answer, list) else quoted(str(answer))


# telling --------------------------------------------------------------------------------------------------------------


def _tell(draft: Draft, target: Path, projects: Projects, readings: Readings | None, *, files: bool) -> None:
    fields = sum(len(block.columns) for block in draft.blocks)
    say(f"Wrote {target}: {fields} fields of {len({block.table for block in draft.blocks})} tables.")
    for remark in projects.remarks:
        say(remark)
    codes = sum(code not in block.values.get(ours, {}) for block, ours, labels in _enums(draft) for code in labels)
    if codes:
        say(f"{codes} codes of yours have no word of ours yet: search for 'which of our words'.")
    rows = readings.rows(draft) if readings else {}
    if rows:
        counts = Counter(verdict for (_, _, task), verdict in rows.items() if not task)
        say("Read with it today: " + ", ".join(f"{number} {verdict}" for verdict, number in sorted(counts.items())) + ".")
    elif readings and readings.broken:
        say(f"It cannot be judged yet: {readings.broken}")
    absent = [name for name, _ in _open_tables(draft)]
    if "protocols" in absent and files:
        absent.remove("protocols")
    if absent:
        say(f"Not found: {', '.join(absent)}. Needed fields: " + "; ".join(needs(table) for table in absent) + ".")
    if not draft.of("protocols"):
        tell_protocols(files=files)
    if "complete" not in {name for block in draft.of("people") for name in block.fields}:
        say("No mail to people: no field says who may be written to. Map `complete` of people to one, when you want that.")
    say("Look at every line, correct it, save it as redcap.toml, then: onboard check --explain")


def _enums(draft: Draft) -> list[tuple[Found, str, Mapping[str, str]]]:
    """The choices whose codes must be words of ours."""
    return [(b, ours, labels) for b in draft.blocks for ours, labels in b.labels.items() if (b.table, ours) in ENUMS]


def _open_tables(draft: Draft) -> list[tuple[str, str]]:
    """Tables that most labs need and that were not found, with what each needs."""
    held = {block.table for block in draft.blocks}
    absent = [table for table in ("people", "completions", "listings", "protocols") if table not in held]
    return [(table, ", ".join(sorted(REQUIRED_FIELDS.get(table, frozenset())))) for table in absent]


def _tell_open(left: Sequence[tuple[int, Question]]) -> None:
    say("Left open, with the rows of status that each decides:")
    for weight, one in left:
        say(f"{weight:>6}  {one.title}  ({one.key}: {one.how})")
    say("Answer them in a terminal (onboard map), or in a file: onboard map --answers FILE")
