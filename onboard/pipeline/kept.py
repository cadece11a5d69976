"""All stored data about people, in one list.

Each table of the ledger and each kind of file in a home, and what `forget`, `export-person` and `tidy` do with it. A table or a
kind of file that is not listed fails a test, so that adding one takes a decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Forget(StrEnum):
    """What `forget` does with one kind of thing."""

    NOTHING = "nothing"  # it contains no names
    LISTED = "listed"  # a person wrote it: where it names them is listed, and it is left
    NAMES = "names"  # their names and addresses are replaced, where they are certainly theirs
    DROPPED = "dropped"  # what is theirs goes


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One table or kind of file: its contents, and the fate of a person's part of it.

    Blank: nothing of theirs is in it.
    """

    holds: str
    forget: Forget
    export: str = ""  # the key of `export-person` that gives it out
    tidy: str = ""  # when `tidy` drops it


TABLES: Mapping[str, Kept] = {
    "head": Kept(holds="numbers of versions", forget=Forget.NOTHING),
    "run": Kept(holds="what each run did, in counts and sentences", forget=Forget.NAMES),
    "message": Kept(holds="who was mailed when, and how it went", forget=Forget.NAMES, export="mails"),
    "body": Kept(holds="the text of each mail", forget=Forget.DROPPED, export="mails", tidy="after [retention] bodies_days"),
    "item": Kept(holds="what was said, by record id", forget=Forget.NAMES, export="said"),
    "snapshot": Kept(
        holds="the records as they were read", forget=Forget.NAMES, export="records", tidy="before [retention] verdicts_from"
    ),
    "read": Kept(holds="when the records were read", forget=Forget.NOTHING, tidy="before [retention] verdicts_from"),
    "rules": Kept(holds="each text of the rules", forget=Forget.NOTHING),
    "rules_use": Kept(holds="when which rules were used", forget=Forget.NOTHING),
    "rules_accepted": Kept(holds="changes of the rules that somebody accepted, in their words", forget=Forget.LISTED),
    "problem": Kept(holds="troubles and when they were first seen, refusing addresses among them", forget=Forget.NAMES),
    "person_seen": Kept(holds="hashes of what people under a record id are recognized by", forget=Forget.DROPPED),
    "row_seen": Kept(holds="since which read a cell has said the same, as a hash, by record id", forget=Forget.DROPPED),
    "handed_file": Kept(
        holds="what files say that people handed in, not the files", forget=Forget.DROPPED, export="handed_files"
    ),
    "suppressed": Kept(holds="addresses that an earlier version closed, and why", forget=Forget.DROPPED, export="not_mailed"),
    "refusal": Kept(holds="what servers answered to mail that they did not take", forget=Forget.DROPPED, export="refused"),
    "transport": Kept(holds="why all mail waits, or waited last, and whose mail met it", forget=Forget.NAMES),
}

#: By the path seen from the home, as in a shell; the board and the folder of mails are where settings.toml puts them.
FILES: Mapping[str, Kept] = {
    "settings.toml": Kept(holds="the lab's settings, coordinators among them", forget=Forget.LISTED),
    "redcap.toml": Kept(holds="where each field stands", forget=Forget.NOTHING),
    "redcap.guess.toml": Kept(holds="a first mapping that `map` wrote", forget=Forget.NOTHING),
    "redcap.answers.toml": Kept(holds="what was answered to `map`", forget=Forget.NOTHING),
    "requirements.toml": Kept(holds="the rules", forget=Forget.NOTHING),
    "requirements.schema.json": Kept(holds="what the rules may hold", forget=Forget.NOTHING),
    "schedule.toml": Kept(holds="when jobs run", forget=Forget.NOTHING),
    "secrets.env": Kept(holds="tokens and passwords", forget=Forget.NOTHING),
    "m365-token.json": Kept(holds="a sign-in to Microsoft 365", forget=Forget.NOTHING),
    "closures.csv": Kept(holds="days off of the lab", forget=Forget.LISTED),
    "protocols.csv": Kept(holds="protocols, with PIs and readers", forget=Forget.LISTED),
    "approvals.csv": Kept(holds="approvals of protocols", forget=Forget.NOTHING),
    "redcap_project/*": Kept(holds="dictionaries and clicks as shipped", forget=Forget.NOTHING),
    "templates/*": Kept(holds="the lab's own wording", forget=Forget.LISTED),
    "ledger.db": Kept(holds="the tables", forget=Forget.NAMES),
    "ledger.db-wal": Kept(holds="the tables", forget=Forget.NAMES),
    "ledger.db-shm": Kept(holds="the tables", forget=Forget.NOTHING),
    "handed_over.jsonl": Kept(holds="what was handed over, beside the ledger", forget=Forget.NAMES),
    "handed_over.room": Kept(holds="room on a full disk", forget=Forget.NOTHING),
    "intake_queue.jsonl": Kept(holds="completions that wait for a person", forget=Forget.DROPPED, export="waiting"),
    "intake_papers/*": Kept(holds="the papers that wait with them", forget=Forget.DROPPED, export="waiting"),
    "irb_lists/*.csv": Kept(holds="the IRB's own lists of people", forget=Forget.NAMES, export="irb_lists"),
    "mail/*.eml": Kept(holds="mails as files", forget=Forget.DROPPED, export="mail_files"),
    "board.html": Kept(holds="the board's page", forget=Forget.NAMES),
    "preview.html": Kept(holds="mails that would go, as a page", forget=Forget.NAMES),
}
