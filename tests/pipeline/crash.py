"""Senders killed without warning, again and again, against a real SMTP server: what was lost, what came twice.

``python -m tests.pipeline.crash`` is the long form (3,000 messages, 100 kills, both databases, both policies); it prints one
line a combination and ends with 1 if a promise broke:

- park: no message arrives twice; each one arrived or waits as in doubt;
- resend: every message arrives; twice only such as were in doubt once;
- a person who knows what arrived settles every doubt: none is left, and what did not arrive is free to be said again.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing as mp
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy import create_engine, text

from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.adapters.mail.yagmail_mailer import Smtp, Tls, YagmailMailer
from onboard.adapters.system_clock import SystemClock
from onboard.pipeline.delivering import drain
from onboard.ports import Outgoing
from onboard.sandbox.mail.catcher import MailCatcher
from tests.adapters.ledger.private_postgres import PrivatePostgres, missing
from tests.pipeline.delivery_cast import LIVE, MONDAY, REMINDERS, queue

LEASE_SECONDS = 2
_FORK = mp.get_context("fork")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One combination: what arrived and what the ledger says."""

    name: str
    kills: int
    seconds: float
    messages: int
    twice: frozenset[str]
    lost: frozenset[str]
    doubtful: frozenset[str]  # offered once without an answer
    doubtful_arrived: int
    states: dict[str, int]
    settled: int  # doubts a person ended
    left: int  # doubts that are left then
    unfree: int  # mails that did not arrive and whose item still counts as said

    def broken(self, resend: bool) -> list[str]:
        """The promises that were not kept."""
        found = [f"{len(self.lost)} lost"] if self.lost else []
        found += [f"{self.left} doubts left"] if self.left else []
        found += [f"{self.unfree} said and not arrived"] if self.unfree else []
        surprising = self.twice - self.doubtful if resend else self.twice
        return found + ([f"{len(surprising)} twice that may not be"] if surprising else [])

    def __str__(self) -> str:
        return (
            f"{self.name:<18} {self.messages} messages  {self.kills} kills  {self.seconds:5.1f} s  lost {len(self.lost)}  "
            f"twice {len(self.twice)}  in doubt {len(self.doubtful)} (arrived {self.doubtful_arrived})  {self.states}  "
            f"settled {self.settled}, doubts left {self.left}"
        )


def _catch(pipe: Connection) -> None:
    """The mail server, in a process of its own: says its port, and on any word the Message-IDs it took."""
    with MailCatcher() as server:
        pipe.send(server.port)
        with contextlib.suppress(EOFError):
            pipe.recv()
            pipe.send([caught.content.split(b"\r\n", 1)[0].decode() for caught in server.messages])


class _Pace(YagmailMailer):
    """Sends no faster than one message in so many seconds, so that kills fall among the work."""

    def __init__(self, port: int, seconds: float) -> None:
        super().__init__(Smtp(host="127.0.0.1", port=port, sender="lab@northlake.example", tls=Tls.NONE))
        self._seconds = seconds

    def deliver(self, post, before_data) -> str:
        """Wait a little, somewhere between the claim and the next one."""
        time.sleep(random.random() * self._seconds)
        said = super().deliver(post, before_data)
        time.sleep(random.random() * self._seconds)
        return said


def _send(url: str, port: int, pace: float) -> None:
    """A sender: empties the outbox until nothing is on its way any more."""
    ledger, clock = SqlLedger(url, "rivera"), SystemClock()
    while True:
        drain(_Pace(port, pace), ledger, clock, LIVE, lease_seconds=LEASE_SECONDS)
        states = ledger.outbox(LIVE)
        if not states.get("queued") and not states.get("sending"):
            return
        time.sleep(0.05)


def _fill(url: str, number: int, hard: bool) -> None:
    ledger = SqlLedger(url, "rivera")
    now = datetime.now(UTC)
    queue(ledger, *(_message(n, hard, now) for n in range(number)), job=REMINDERS, slot=MONDAY, now=now)
    ledger.close()


def _message(n: int, hard: bool, now: datetime) -> Outgoing:
    name = f"<{n:08x}@northlake.example>"
    from onboard.model import MessageKind

    return Outgoing(
        kind=MessageKind.REMINDER, reader=f"p{n}@x.example", person=str(n), slot=MONDAY, message_id=name,
        envelope_from="lab@northlake.example", to_addr=f"p{n}@x.example", subject="x",
        mime=f"Message-ID: {name}\r\nSubject: x\r\n\r\nHello {n}.\r\n".encode(), keys=(f"reminder/{n}/x",), skips=(), hard=hard,
        expires_at=now + timedelta(days=1),
    )  # fmt: skip


def crash(name: str, url: str, number: int, kills: int, senders: int, resend: bool, seed: int) -> Outcome:
    """Run one combination to its end. `kills` are spread over the work; the last senders live."""
    dice, started = random.Random(seed), time.monotonic()
    _fill(url, number, resend)
    here, there = _FORK.Pipe()
    server = _FORK.Process(target=_catch, args=(there,))
    server.start()
    port, pace = here.recv(), max(0.001, kills * 0.15 * senders / number)
    alive = [_start(url, port, pace) for _ in range(senders)]
    done = 0
    while done < kills and any(one.is_alive() for one in alive):
        time.sleep(dice.uniform(0.02, 0.25))
        victim = dice.randrange(senders)
        if alive[victim].is_alive():
            os.kill(alive[victim].pid or 0, signal.SIGKILL)
            done += 1
        alive[victim].join()
        alive[victim] = _start(url, port, pace)
    for one in alive:
        one.join()
    here.send("enough")
    arrived = Counter(line.removeprefix("Message-ID: ") for line in here.recv())
    server.join()
    return _outcome(name, url, number, done, time.monotonic() - started, arrived)


def _start(url: str, port: int, pace: float):
    process = _FORK.Process(target=_send, args=(url, port, pace))
    process.start()
    return process


def _outcome(name: str, url: str, number: int, kills: int, seconds: float, arrived: Counter[str]) -> Outcome:
    rows = _rows(url)
    doubtful = {row.id for row in rows if row.doubtful}
    parked = {row.id for row in rows if row.state == "in_doubt"}
    claimed_sent = {row.id for row in rows if row.state == "sent"}
    settled, left, unfree = _settle(url, arrived)
    return Outcome(
        name=name,
        kills=kills,
        seconds=seconds,
        messages=number,
        twice=frozenset(one for one, times in arrived.items() if times > 1),
        lost=frozenset({row.id for row in rows} - arrived.keys() - parked | (claimed_sent - arrived.keys())),
        doubtful=frozenset(doubtful),
        doubtful_arrived=len(doubtful & arrived.keys()),
        states=dict(sorted(Counter(row.state for row in rows).items())),
        settled=settled,
        left=left,
        unfree=unfree,
    )


def _settle(url: str, arrived: Counter[str]) -> tuple[int, int, int]:
    """What `onboard mail settle` does for each mail in doubt, by somebody who sees the mailboxes."""
    ledger = SqlLedger(url, "rivera")
    waiting = [str(row["id"]) for row in ledger.parked(LIVE)]
    for one in waiting:
        ledger.settle(one, datetime.now(UTC), arrived=one in arrived)
    history = ledger.history(LIVE)
    missing_ones = [one for one in waiting if one not in arrived]
    unfree = sum(history.said(f"reminder/{int(one[1:9], 16)}/x") for one in missing_ones)
    left = len(ledger.parked(LIVE))
    ledger.close()
    return len(waiting), left, unfree


def _rows(url: str) -> list:
    """Looked at from outside, past the ledger's own words."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT set_config('onboard.lab', 'rivera', false)"))
        return list(connection.execute(text("SELECT id, state, doubtful FROM message")))


@contextlib.contextmanager
def _databases(which: str) -> Iterator[dict[str, object]]:
    with contextlib.ExitStack() as stack:
        makers: dict[str, object] = {}
        if which in ("sqlite", "both"):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="onboard-crash-")))
            makers["SQLite"] = lambda label: f"sqlite:///{folder / label}.db"
        if which in ("postgresql", "both"):
            cluster = stack.enter_context(PrivatePostgres())
            makers["PostgreSQL"] = cluster.fresh_database
        yield makers


def main() -> int:
    """Parse the words, run the combinations, print a line each; 1 when a promise broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.pipeline.crash", description=__doc__)
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--senders", type=int, default=2)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--policy", choices=("park", "resend", "both"), default="both")
    parser.add_argument("--seed", type=int, default=20261123)
    given = parser.parse_args()
    if given.database != "sqlite" and missing():
        print(f"PostgreSQL is left out: {missing()}")
        given.database = "sqlite"
    broken = 0
    with _databases(given.database) as makers:
        for database, make in makers.items():
            for policy in ("park", "resend") if given.policy == "both" else (given.policy,):
                url = make(f"crash_{policy}")
                name = f"{database} {policy}"
                found = crash(name, url, given.messages, given.kills, given.senders, policy == "resend", given.seed)
                faults = found.broken(policy == "resend")
                print(found, "  BROKEN: " + ", ".join(faults) if faults else "", flush=True)
                broken += bool(faults or found.kills < given.kills)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
