"""`onboard pack PROTOCOL`, and where its files go.

The contents are from onboard/questions/pack.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onboard.app import open_app
from onboard.cli.memory import decisions
from onboard.cli.options import HERE, ExportFolder, Home, parse_day
from onboard.cli.output import say, writing
from onboard.errors import ConfigError
from onboard.questions.pack import pack
from onboard.questions.people import find_protocol


def command(
    protocol: Annotated[str, typer.Argument(metavar="PROTOCOL", help="Number or short code.")],
    on: Annotated[
        str, typer.Option("--on", metavar="DATE", help="The day the matrix and the proofs are of; today when left out.")
    ] = "",
    folder: Annotated[
        Path | None, typer.Option("--folder", metavar="DIR", help="An empty or new folder; pack-CODE-DATE when left out.")
    ] = None,
    home: Home = HERE,
    export: ExportFolder = None,
) -> None:
    """Write the inspection folder of a protocol: delegation table, training matrix, proofs, evidence index with hashes."""
    app = open_app(home, export=export)
    day = parse_day(on) if on else app.today
    found = find_protocol(app.assessment, protocol)
    files = pack(app.assessment, found.record, day, decisions(app, day), app.config.sentences)
    target = folder or Path(f"pack-{_plain(found.label)}-{day.isoformat()}")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ConfigError(f"{target} is not empty, so nothing was written. Choose another: --folder DIR")
    for name, content in files.items():
        path = target / name
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    say(f"Wrote {len(files)} files into {target}. Check them with: cd {target} && sha256sum -c SHA256SUMS")


def _plain(code: str) -> str:
    """A code as part of a folder's name."""
    return "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in code)
