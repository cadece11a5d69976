"""`onboard pack PROTOCOL`, and where its files go.

The contents are from onboard/questions/pack.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from onboard.app import App, open_app
from onboard.cli.memory import accepted_on_form, as_known_on, decisions
from onboard.cli.options import HERE, ExportFolder, Home, day_if_given, parse_day
from onboard.cli.output import say, writing
from onboard.dates import show
from onboard.errors import ConfigError
from onboard.questions.pack import Paper, Papers, Remark, cited_completions, pack
from onboard.questions.pack_people import Asked
from onboard.questions.people import find_protocol
from onboard.questions.proof import Proof


def command(
    protocol: Annotated[str, typer.Argument(metavar="PROTOCOL", help="Number or short code.")],
    on: Annotated[
        list[str] | None,
        typer.Option(
            "--on",
            metavar="DATE",
            help="A day the matrix and the proofs are of; several times for several days. The last day of the period, or today, "
            "when left out.",
        ),
    ] = None,
    first: Annotated[
        str, typer.Option("--from", metavar="DATE", help="First day of the period; everybody who ever was on it when left out.")
    ] = "",
    last: Annotated[str, typer.Option("--to", metavar="DATE", help="Last day of the period.")] = "",
    known_on: Annotated[
        str, typer.Option("--known-on", metavar="DATE", help="By the records and rules known at the end of that day.")
    ] = "",
    files: Annotated[
        bool, typer.Option("--files", help="Also the certificates attached in REDCap. The token's user needs file export.")
    ] = False,
    folder: Annotated[
        Path | None, typer.Option("--folder", metavar="DIR", help="An empty or new folder; pack-CODE-DATE when left out.")
    ] = None,
    home: Home = HERE,
    export: ExportFolder = None,
) -> None:
    """Write the inspection folder of a protocol: everybody who was on it in a period, people who left included; delegation table,
    training matrix, proofs, evidence index with hashes."""
    app = open_app(home, export=export)
    asked = _asked(app, on or [], day_if_given(first), day_if_given(last), day_if_given(known_on))
    source = app.evidence_files() if files else None
    assessment = as_known_on(app, asked.known_on) if asked.known_on else app.assessment
    found = find_protocol(assessment, protocol)
    target = folder or Path(f"pack-{_plain(found.label)}-{asked.days[-1].isoformat()}")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ConfigError(f"{target} is not empty, so nothing was written. Choose another: --folder DIR")
    papers = None
    if source:
        uploads = source.fetch(cited_completions(assessment, found.record, asked))
        had = (Paper(evidence=one.evidence, name=one.name, content=one.content) for one in uploads.found)
        papers = Papers(found=tuple(had), troubles=tuple(uploads.troubles))
    contents = pack(
        assessment,
        found.record,
        asked,
        lambda day: decisions(app, day, asked.known_on),
        app.config.sentences,
        remark=_remark(app, asked.known_on),
        papers=papers,
    )
    _write(target, contents)
    say(f"Wrote {len(contents)} files into {target}. Check them with: cd {target} && sha256sum -c SHA256SUMS")
    for trouble in papers.troubles if papers else ():
        say(trouble)


def _asked(app: App, on: list[str], first: date | None, last: date | None, known: date | None) -> Asked:
    """Raises ConfigError for a period that ends before it begins."""
    if first and last and last < first:
        raise ConfigError(f"The period ends on {last}, before it begins ({first}). Exchange --from and --to.")
    days = sorted({parse_day(day) for day in on}) or [min(day for day in (last, known, app.today) if day)]
    return Asked(days=tuple(days), first=first, last=last, known_on=known)


def _remark(app: App, known: date | None) -> Remark:
    """How evidence had been accepted that was given before reviews decided; said on the proofs of what was known then."""
    if known is None:
        return lambda proof: ()
    accepted, words = accepted_on_form(app, known)

    def remark(proof: Proof) -> tuple[str, ...]:
        cited = sorted({one for clause in proof.clauses for one in clause.evidence if one in accepted})
        return (f"As known on {show(known)}, {', '.join(cited)} {words}.",) if cited else ()

    return remark


def _write(target: Path, contents: Mapping[str, bytes]) -> None:
    for name, content in contents.items():
        path = target / name
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def _plain(code: str) -> str:
    """A code as part of a folder's name."""
    return "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in code)
