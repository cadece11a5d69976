"""`onboard export-person PERSON`: export what is stored about one person.

It decides which of the stored data belongs to a person; it changes nothing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from onboard.app import App, open_app
from onboard.cli.forget import home_keeping, traces_in, whose_texts
from onboard.cli.options import HERE, Home
from onboard.cli.output import print_json, say, writing
from onboard.errors import ConfigError
from onboard.folding import counted
from onboard.pipeline.forgetting import body_text, rows_about


def command(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Record id, whole name or address.")],
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it there; never overwritten.")] = None,
    home: Home = HERE,
) -> None:
    """Export everything stored about one person, as JSON: their records as last read, every mail to or about them, and the
    record of what was sent. What others' mails say about third persons is left out."""
    if out is not None and out.exists():
        raise ConfigError(f"{out} is already there, and nothing is overwritten. Name another file.")
    app = open_app(home)
    found = kept_about(app, person)
    if out is None:
        print_json(found)
        return
    with writing(out):
        out.touch(mode=0o600, exist_ok=False)
        out.write_text(json.dumps(found, ensure_ascii=False, indent=2, default=str) + "\n", encoding="utf-8")
    say(f"Wrote {out}: {counted(len(found['mails']), 'mail')}, {counted(len(found['said']), 'remembered item')}.")


def kept_about(app: App, person: str) -> dict[str, Any]:
    """The parts of the export, by name."""
    mapping = app.config.mapping
    whose = whose_texts(app, person)
    record, kept_as, traces = whose.record, whose.kept_as, traces_in(app, whose)
    newest = next((rows for rows in (rows_about(text, mapping, record) for text in whose.texts) if rows), {})
    mails = []
    for row in app.keeping.told(kept_as, traces.sure_addresses):
        own = row["person"] == kept_as or row["reader"] in traces.sure_addresses
        words = {"subject": row["subject"], "text": body_text(row["mime"])} if own else {}
        mails.append({name: row[name] for name in ("id", "job", "slot", "kind", "state", "sent_at")} | words)
    return {
        "record": record,
        "names": [*traces.names, *traces.greetings],
        "addresses": list(traces.addresses),
        "records": newest,
        "mails": mails,
        "said": list(app.keeping.items(kept_as)),
        "not_mailed": list(app.keeping.not_mailed(traces.sure_addresses)),
        "refused": list(app.keeping.refused(traces.sure_addresses)),
        "handed_files": list(app.keeping.handed_files(record)),
        **home_keeping(app).kept_about(traces),
    }
