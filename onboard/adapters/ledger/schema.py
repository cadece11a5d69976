"""The ledger's tables: names, types and keys; every key begins with the lab.

migrations/ builds them. Instants are kept as UTC text of fixed width, which sorts as it reads and means the same in SQLite and
PostgreSQL.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    and_,
)
from sqlalchemy.engine import Dialect


class MessageState(StrEnum):
    """Life of a message in the outbox; the moves between these are `sending`'s."""

    QUEUED = "queued"  # waits for a sender
    SENDING = "sending"  # claimed; its phase says whether bytes may have been offered
    SENT = "sent"  # handed over
    IN_DOUBT = "in_doubt"  # offered without an answer: waits for a person or the Sent folder
    FAILED = "failed"  # given up
    SUPERSEDED = "superseded"  # a later plan of its job took its place
    WITHDRAWN = "withdrawn"  # taken back after a bad read
    EXPIRED = "expired"  # stale before it could go
    REFUSED = "refused"  # its address refuses our mail


class Phase(StrEnum):
    """How far a claimed message is."""

    PRE = "pre"  # certainly not offered
    DATA = "data"  # perhaps offered


class Instant(TypeDecorator[datetime]):
    """An aware instant as text: 2026-11-23T11:02:00.000000Z."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Refuses a naive time, which would mean something else on the next machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; give an aware instant")
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Back to an aware instant in UTC."""
        return None if value is None else datetime.fromisoformat(value)


metadata = MetaData()

#: Version of the history. Job "*" counts what every plan must see, a job's own row what only its own plan must.
head = Table(
    "head",
    metadata,
    Column("lab", Text, primary_key=True),
    Column("mode", Text, primary_key=True),
    Column("job", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("started", Boolean, nullable=False),
)

run = Table(
    "run",
    metadata,
    Column("lab", Text, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("mode", Text, nullable=False),
    Column("job", Text, nullable=False),
    Column("slot", Date, nullable=False),
    Column("state", Text, nullable=False),
    Column("held", Boolean, nullable=False),
    Column("token", Text, nullable=False),
    Column("lease_until", Instant),
    Column("snapshot", Text, nullable=False),
    Column("read_at", Instant),
    Column("rules", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("outcome", Text, nullable=False),
    Column("report", Text, nullable=False),
    UniqueConstraint("lab", "mode", "job", "slot", name="run_slot"),
)

message = Table(
    "message",
    metadata,
    Column("lab", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("run", Integer, nullable=False),
    Column("mode", Text, nullable=False),
    Column("job", Text, nullable=False),
    Column("slot", Date, nullable=False),
    Column("kind", Text, nullable=False),
    Column("place", Integer, nullable=False),  # in its plan, the most urgent first
    Column("reader", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("envelope_from", Text, nullable=False),
    Column("to_addr", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("hard", Boolean, nullable=False),
    Column("doubts", Integer, nullable=False, server_default="0"),  # how often it was offered without an answer
    Column("doubtful", Boolean, nullable=False),  # offered once without an answer: frozen, never replaced or freed
    Column("state", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("token", Text, nullable=False),
    Column("lease_until", Instant),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("detail", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
)
Index(
    "message_once",
    *(message.c.lab, message.c.mode, message.c.job, message.c.slot, message.c.reader),
    unique=True,
    sqlite_where=and_(message.c.state.not_in(("superseded", "withdrawn")), message.c.kind != "operator"),
    postgresql_where=and_(message.c.state.not_in(("superseded", "withdrawn")), message.c.kind != "operator"),
)
#: In the order in which they go, so that the next ones are found without a look at all that wait; with what says who is stale.
Index(
    "message_turn",
    *(message.c.lab, message.c.mode, message.c.state),
    *(message.c.hard.desc(), message.c.created_at, message.c.place, message.c.expires_at),
)

#: The frozen bytes, apart from the row that moves: else each move would write them again.
body = Table(
    "body",
    metadata,
    Column("lab", Text, primary_key=True),
    Column("message", Text, primary_key=True),
    Column("mime", LargeBinary, nullable=False),
)

item = Table(
    "item",
    metadata,
    Column("lab", Text, primary_key=True),
    Column("mode", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("reader", Text, nullable=False),
    Column("slot", Date, nullable=False),
    Column("message", Text),
)
Index("item_message", item.c.lab, item.c.message)

snapshot = Table(
    "snapshot",
    metadata,
    Column("lab", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("rows", Integer, nullable=False),
)

#: Each good read, with the snapshot it gave.
read = Table(
    "read",
    metadata,
    Column("lab", Text, primary_key=True),
    Column("read_at", Instant, primary_key=True),
    Column("snapshot", Text, nullable=False),
)

rules = Table(
    "rules",
    metadata,
    Column("lab", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("first_used", Instant, nullable=False),
)

#: Each change of the rules in use in a mode; going back to an old text is a change, too.
rules_use = Table(
    "rules_use",
    metadata,
    Column("lab", Text, primary_key=True),
    Column("mode", Text, primary_key=True),
    Column("used_from", Instant, primary_key=True),
    Column("version", Text, nullable=False),
)

#: Accepted changes of days already judged; printed on later proofs.
rules_accepted = Table(
    "rules_accepted",
    metadata,
    Column("lab", Text, primary_key=True),
    Column("accepted_at", Instant, primary_key=True),
    Column("old_version", Text, nullable=False),
    Column("new_version", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("why", Text, nullable=False),
)

problem = Table(
    "problem",
    metadata,
    Column("lab", Text, primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("first_seen", Date, nullable=False),
)

#: The people seen under a record id, one after the other; `marks` are hashes of what they are recognized by.
person_seen = Table(
    "person_seen",
    metadata,
    Column("lab", Text, primary_key=True),
    Column("record", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("since", Instant, nullable=False),
    Column("marks", Text, nullable=False),
)

#: Cells that say "now", each with the good reads between which it has said the same: since when it holds rests on it.
row_seen = Table(
    "row_seen",
    metadata,
    Column("lab", Text, primary_key=True),
    Column("row", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("record", Text, nullable=False),
    Column("first", Instant, nullable=False),
    Column("last", Instant, nullable=False),
)

#: What files say that people handed in with their evidence; the files are in REDCap.
handed_file = Table(
    "handed_file",
    metadata,
    Column("lab", Text, primary_key=True),
    Column("evidence", Text, primary_key=True),
    Column("record", Text, nullable=False),
    Column("instance", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("says", Text, nullable=False),
)

#: Addresses that versions before the table `refusal` closed: each is tried once, and its row goes when the address is reopened.
suppressed = Table(
    "suppressed",
    metadata,
    Column("lab", Text, primary_key=True),
    Column("mode", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("why", Text, nullable=False),
    Column("since", Instant, nullable=False),
)

#: The last answer that was not a yes, one row a mail: evidence about an address, and what was given up.
refusal = Table(
    "refusal",
    metadata,
    Column("lab", Text, primary_key=True),
    Column("message", Text, primary_key=True),
    Column("mode", Text, nullable=False),
    Column("on_day", Date, nullable=False),
    Column("at", Instant, nullable=False),
    Column("address", Text, nullable=False),
    Column("report", Text, nullable=False),  # what names the report that came back, "" for an answer of our server
    Column("step", Text, nullable=False),
    Column("fault", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("weak", Boolean, nullable=False),
    Column("code", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("words", Text, nullable=False),
)
Index("refusal_address", refusal.c.lab, refusal.c.mode, refusal.c.address)

#: All mail of a lab and mode held; the row stays when the hold is over and says what it was.
transport = Table(
    "transport",
    metadata,
    Column("lab", Text, primary_key=True),
    Column("mode", Text, primary_key=True),
    Column("cause", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("code", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("tripped_by", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("ended", Instant),
)
