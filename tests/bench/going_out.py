"""Messages handed over: the durable outbox, and the whole daily run, against plain sockets to the same server."""

from __future__ import annotations

import multiprocessing as mp
import socket
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import Any

from jobs.demo_home import make_home
from onboard.adapters.ledger.sql_ledger import SqlLedger
from onboard.adapters.mail.mime import build
from onboard.adapters.mail.yagmail_mailer import Smtp, Tls, YagmailMailer
from onboard.adapters.system_clock import FixedClock
from onboard.app import open_app
from onboard.model import JobName, Message, MessageKind, Mode
from onboard.pipeline.delivering import drain
from onboard.pipeline.plans import PLANS
from onboard.pipeline.running import run_job
from onboard.ports import Outgoing
from onboard.sandbox.mail.catcher import MailCatcher
from tests.bench.labs import MONDAY, READ_AT, an_export, write_folder
from tests.bench.measuring import Figure, paired, seconds
from tests.pipeline.delivery_cast import LIVE, REMINDERS, queue
from tests.words.cast import LAB

SENDER = "rivera-lab@northlake.example"


def compose(message: Message) -> bytes:
    """The bytes of a message, as the product makes them."""
    reader = message.notice.reader.address
    return build(message, reader, "<1@northlake.example>", READ_AT, sender=LAB.sender, sender_name=LAB.name)


def _catch(pipe: Connection) -> None:
    with MailCatcher() as server:
        pipe.send(server.port)
        with suppress(EOFError):
            pipe.recv()


@contextmanager
def server_elsewhere() -> Iterator[int]:
    """A mail server in a process of its own; its port."""
    ours, theirs = mp.Pipe()
    process = mp.get_context("spawn").Process(target=_catch, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("stop")
        process.join(10)


def plainly(port: int, mails: Sequence[tuple[str, bytes]]) -> None:
    """The floor: the same bytes over one connection, and nothing remembered."""
    with socket.create_connection(("127.0.0.1", port)) as link, link.makefile("rb") as answers:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answers.readline()
        for line in [b"HELO bench\r\n", *(part for to, mime in mails for part in _said(to, mime)), b"QUIT\r\n"]:
            link.sendall(line)
            answers.readline()


def _said(to: str, mime: bytes) -> tuple[bytes, ...]:
    body = mime.replace(b"\r\n.", b"\r\n..")
    return f"MAIL FROM:<{SENDER}>\r\n".encode(), f"RCPT TO:<{to}>\r\n".encode(), b"DATA\r\n", body + b"\r\n.\r\n"


def _smtp(port: int) -> YagmailMailer:
    return YagmailMailer(Smtp(host="127.0.0.1", port=port, sender=SENDER, tls=Tls.NONE))


def deliver(number: int, rounds: int) -> Iterator[Figure]:
    """Into the outbox and out of it, against the bytes alone."""
    now = datetime.now(UTC)
    body = b"Subject: x\r\n\r\n" + b"A line of a mail as long as they are, about a course that ends.\r\n" * 150
    days = iter(range(rounds))

    def through_outbox(ledger: SqlLedger, port: int) -> None:
        day, mailer = next(days), _smtp(port)
        posts = [_post(day * number + n, body, now) for n in range(number)]
        queue(ledger, *posts, job=REMINDERS, slot=MONDAY + timedelta(days=day), now=now)
        sent = drain(mailer, ledger, FixedClock(now), LIVE)
        mailer.close()
        assert sum(one.state == "sent" for one in sent.deliveries) == number

    with server_elsewhere() as port, tempfile.TemporaryDirectory() as folder:
        ledger = SqlLedger(f"sqlite:///{folder}/ledger.db", "rivera")
        mails = [(post.to_addr, post.mime) for post in (_post(n, body, now) for n in range(number))]
        ours, floor = paired(lambda: through_outbox(ledger, port), lambda: plainly(port, mails), rounds)
        ledger.close()
    what = f"deliver: {number:,} messages through the outbox (SQLite), against the same bytes over one plain connection"
    yield Figure(what=what, found=f"{ours / floor:.1f} times", target="≤ 2 times", met=ours <= 2 * floor)


def _post(n: int, body: bytes, now: datetime) -> Outgoing:
    name, to = f"<{n:08x}@northlake.example>", f"p{n}@northlake.example"
    return Outgoing(
        kind=MessageKind.REMINDER, reader=to, person=str(n), slot=MONDAY, message_id=name, envelope_from=SENDER, to_addr=to,
        subject="x", mime=f"Message-ID: {name}\r\n".encode() + body, keys=(f"reminder/{n}/x",), skips=(), hard=False,
        expires_at=now + timedelta(days=1),
    )  # fmt: skip


class Stages:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()

    def timed(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same work, its time noted."""

        def run(*arguments: Any, **named: Any) -> Any:
            start = perf_counter()
            try:
                return work(*arguments, **named)
            finally:
                self.spent[name] += perf_counter() - start

        return run


class _Source:
    def __init__(self, fetch: Callable[..., Any]) -> None:
        self.fetch = fetch


def daily(people: int) -> Iterator[Figure]:
    """Everything a first morning sends to people: read, judged, planned, written, queued, handed over; once."""
    with tempfile.TemporaryDirectory() as place, server_elsewhere() as port:
        home, export = Path(place) / "lab", Path(place) / "export"
        write_folder(an_export(people), export)
        make_home(home, redcap="https://redcap.invalid/api/", host="127.0.0.1", port=port, tokens={})
        mails, stages, total = _one_morning(home, export, port)
        floor = seconds(lambda: (list(map(Path.read_bytes, export.iterdir())), plainly(port, mails)))
    rest = total - sum(stages.spent.values())
    shares = ", ".join(f"{name} {spent / total:.0%}" for name, spent in [*stages.spent.items(), ("outbox and hand-over", rest)])
    what = f"daily run: {people:,} people, {len(mails):,} mails, against reading the same files and handing over the same bytes"
    yield Figure(what=what, found=f"{total / floor:.1f} times; {shares}")


def _one_morning(home: Path, export: Path, port: int) -> tuple[list[tuple[str, bytes]], Stages, float]:
    app, stages, mails = open_app(home, clock=FixedClock(READ_AT), export=export), Stages(), []
    tools = app.tools()

    def compose_and_keep(message: Message, to: str, *more: Any) -> bytes:
        mime: bytes = tools.compose(message, to, *more)
        mails.append((to, mime))
        return mime

    watched = replace(
        tools,
        source=_Source(stages.timed("fetch", tools.source.fetch)),
        judge=stages.timed("read and judge", tools.judge),
        render=stages.timed("render", tools.render),
        compose=stages.timed("MIME", compose_and_keep),
        mailer=_smtp(port),
        lab=replace(tools.lab, limits=replace(tools.lab.limits, ceiling=10**9)),
    )
    for job in (JobName.CHECKLISTS, JobName.REMINDERS):
        tools.ledger.record_baseline(Mode.LIVE, job, (), READ_AT, MONDAY)
    job = JobName.REMINDERS
    total = seconds(lambda: run_job(watched, job, stages.timed("plan", PLANS[job]), MONDAY, mode=Mode.LIVE))
    app.close()
    return mails, stages, total
