"""`onboard export-person PERSON`. Decides which of what is kept belongs to a person; changes nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from onboard.app import App, open_app
from onboard.cli.options import HERE, Home
from onboard.cli.output import print_json, say, writing
from onboard.errors import ConfigError, OnboardError
from onboard.folding import counted
from onboard.pipeline.forgetting import body_text, find_record, rows_about, traces_of


def command(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Record id, whole name or address.")],
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it there; never overwritten.")] = None,
    home: Home = HERE,
) -> None:
    """Everything that is kept about one person, as JSON: their records as last read, every mail to or about them, and what
    is remembered as said. What others' mails say about third persons is left out."""
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


def whose_texts(app: App, person: str) -> tuple[str, str, Sequence[str]]:
    """The record id of somebody, the id under which the ledger keeps what was said to them, and the reads that show them: a
    record id that was given again is first the present one's, and a former one is found by name or address."""
    found = find_record(app.keeping.snapshots(), app.config.mapping, person)
    seen = app.ledger.people_seen().get(found, ())
    for place in range(len(seen) - 1, 0, -1):
        texts = app.keeping.snapshots(since=seen[place].since, before=seen[place + 1].since if place + 1 < len(seen) else None)
        if _is_in(app, person, texts, found):
            return found, found if place + 1 == len(seen) else seen[place].former_name, texts
    if len(seen) < 2:
        return found, found, app.keeping.snapshots()
    return found, seen[0].former_name, app.keeping.snapshots(before=seen[1].since)


def _is_in(app: App, person: str, texts: Sequence[str], record: str) -> bool:
    try:
        return find_record(texts, app.config.mapping, person) == record
    except OnboardError:
        return False


def kept_about(app: App, person: str) -> dict[str, Any]:
    """The parts of the export, by name."""
    mapping = app.config.mapping
    record, kept_as, texts = whose_texts(app, person)
    traces = traces_of(texts, mapping, record)
    newest = next((rows for rows in (rows_about(text, mapping, record) for text in texts) if rows), {})
    mails = []
    for row in app.keeping.told(kept_as, traces.addresses):
        own = row["reader"] in traces.addresses
        words = {"subject": row["subject"], "text": body_text(row["mime"])} if own else {}
        mails.append({name: row[name] for name in ("id", "job", "slot", "kind", "state", "sent_at")} | words)
    return {
        "record": record,
        "names": [*traces.names, *traces.greetings],
        "addresses": list(traces.addresses),
        "records": newest,
        "mails": mails,
        "said": list(app.keeping.items(kept_as)),
    }
