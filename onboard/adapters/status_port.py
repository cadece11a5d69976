"""/healthz and /metrics, served on this machine only.

Names are in Prometheus text format; no number contains a person's name, an address or a subject.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from types import TracebackType

from onboard.errors import ConfigError
from onboard.model import MailNumbers, RunReport

HOST = "127.0.0.1"
#: (lab, why its configuration cannot be used or "").
Labs = Callable[[], Sequence[tuple[str, str]]]
#: How the mail of each lab stands that was looked into.
Mail = Callable[[], Mapping[str, MailNumbers]]
_Row = tuple[tuple[str, ...], float]


@dataclass(slots=True)
class Counts:
    """What the runs of this process came to, by lab and job."""

    runs: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    mails: Counter[tuple[str, str]] = field(default_factory=Counter)
    problems: dict[str, int] = field(default_factory=dict)
    last_good: dict[str, float] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def add(self, lab: str, report: RunReport) -> None:
        """Count one run."""
        with self._lock:
            self.runs[lab, report.job.value, report.outcome] += 1
            self.mails.update((lab, one.state) for one in report.deliveries)
            if report.read_at is not None:
                self.problems[lab] = report.problems
                self.last_good[lab] = report.read_at.timestamp()

    def text(self, labs: Sequence[tuple[str, str]], mail: Mapping[str, MailNumbers]) -> str:
        """All numbers in Prometheus' text format, version 0.0.4."""
        with self._lock:
            blocks = [
                _block("onboard_runs_total", "counter", "Runs by outcome.", ("lab", "job", "outcome"), self.runs.items()),
                _block("onboard_mails_total", "counter", "Mails by what became of them.", ("lab", "state"), self.mails.items()),
                _block(
                    "onboard_unreadable_cells", "gauge", "Cells of the last good read that could not be read or trusted.",
                    ("lab",), [((lab,), number) for lab, number in self.problems.items()],
                ),
                _block(
                    "onboard_last_good_read_seconds", "gauge", "When the records were last read well, as Unix time.",
                    ("lab",), [((lab,), at) for lab, at in self.last_good.items()],
                ),
                _block(
                    "onboard_lab_usable", "gauge", "1 when the lab's configuration can be used.",
                    ("lab",), [((lab,), int(not trouble)) for lab, trouble in labs],
                ),
                *_mail_blocks(mail),
            ]  # fmt: skip
        return "".join(blocks)


def _mail_blocks(mail: Mapping[str, MailNumbers]) -> list[str]:
    told: tuple[tuple[str, str, str, Callable[[MailNumbers], int]], ...] = (
        ("onboard_mail_held", "gauge", "1 while all mail waits for the server.", lambda one: int(one.held)),
        ("onboard_addresses_closed", "gauge", "Addresses to which nothing is sent.", lambda one: one.closed),
        ("onboard_mails_in_doubt", "gauge", "Mails that may or may not have arrived.", lambda one: one.in_doubt),
        ("onboard_mails_given_up_total", "counter", "Mails that did not arrive and will not.", lambda one: one.given_up),
    )
    return [
        _block(name, kind, words, ("lab",), [((lab,), number(one)) for lab, one in mail.items()])
        for name, kind, words, number in told
    ]


def _block(name: str, kind: str, words: str, labels: Sequence[str], rows: Iterable[_Row]) -> str:
    lines = [f"# HELP {name} {words}", f"# TYPE {name} {kind}"]
    for values, number in sorted(rows):
        said = ",".join(f'{label}="{_escaped(value)}"' for label, value in zip(labels, values, strict=True))
        lines.append(f"{name}{{{said}}} {number}")
    return "\n".join(lines) + "\n"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class StatusPort:
    """Use with `with`. Raises ConfigError when the port is taken."""

    def __init__(self, port: int, counts: Counts, labs: Labs, mail: Mail = dict) -> None:
        handler = type("Handler", (_Handler,), {"counts": counts, "labs": staticmethod(labs), "mail": staticmethod(mail)})
        try:
            self._server = ThreadingHTTPServer((HOST, port), handler)
        except OSError as error:
            raise ConfigError(f"Port {port} of this machine cannot be used ({error.strerror}). Give another one.") from error
        self.port = int(self._server.server_address[1])
        self._thread = Thread(target=self._server.serve_forever, name="status-port", daemon=True)

    def __enter__(self) -> StatusPort:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Two pages, both text."""

    counts: Counts
    labs: Labs
    mail: Mail

    def do_GET(self) -> None:
        """Answer; anything else is not found."""
        labs = self.labs()
        broken = [lab for lab, trouble in labs if trouble]
        if self.path == "/metrics":
            self._answer(200, self.counts.text(labs, self.mail()), "text/plain; version=0.0.4; charset=utf-8")
        elif self.path == "/healthz":
            said = f"configuration of {', '.join(broken)} cannot be used\n" if broken else "ok\n"
            self._answer(503 if len(broken) == len(labs) else 200, said, "text/plain; charset=utf-8")
        else:
            self._answer(404, "There are /healthz and /metrics.\n", "text/plain; charset=utf-8")

    def _answer(self, code: int, text: str, kind: str) -> None:
        body = text.encode()
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: a request for the numbers is not news."""
