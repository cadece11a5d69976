"""The progress display at a terminal: what is done, how much, for how long.

On standard error, removed when done, and absent without a terminal (a service, cron, a pipe).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

    from onboard.model import Export
    from onboard.ports import Mailer, Posted, RecordSource


class Terminal:
    """A person's terminal, or none.

    `wanted`: whether this process was started by a person at all.
    """

    def __init__(self, wanted: bool = True) -> None:
        self._wanted = wanted

    @contextmanager
    def working(self, words: str) -> Iterator[None]:
        """While the block runs: the words and the seconds."""
        bar = self.bar()
        if bar is None:
            yield
            return
        with bar:
            bar.add_task(words, total=None)
            yield

    def bar(self) -> Progress | None:
        """Return a display to be started; None without a terminal."""
        if not self._wanted or not sys.stderr.isatty():
            return None
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        # a line, not a bar: a screen reader reads words, and standard output stays as it is
        return Progress(
            SpinnerColumn("line"),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )


class WatchedSource:
    """A source whose reads are shown."""

    def __init__(self, source: RecordSource, terminal: Terminal) -> None:
        self._source, self._terminal = source, terminal

    def fetch(self, last: Mapping[str, str]) -> Export:
        """One whole read."""
        with self._terminal.working("Reading the records"):
            return self._source.fetch(last)


class WatchedMailer:
    """A mailer whose deliveries are counted on the terminal.

    `waiting` says how many mails wait when the first one goes.
    """

    def __init__(self, mailer: Mailer, terminal: Terminal, waiting: Callable[[], int]) -> None:
        self._mailer, self._terminal, self._waiting = mailer, terminal, waiting
        self._bar: Progress | None = None
        self._number = self._total = 0

    def will_wait(self) -> bool:
        """As the mailer says."""
        return self._mailer.will_wait()

    def deliver(self, post: Posted, before_data: Callable[[], None]) -> str:
        """Hand over, with the mail's number on the terminal."""
        self._show()
        return self._mailer.deliver(post, before_data)

    def probe(self, envelope_from: str) -> str:
        """As the mailer does."""
        return self._mailer.probe(envelope_from)

    def close(self) -> None:
        """End the connection and the display."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
        self._mailer.close()

    def _show(self) -> None:
        if self._bar is None:
            self._bar = self._terminal.bar()
            if self._bar is None:
                return
            self._number, self._total = 0, self._waiting()
            self._bar.add_task("")
            self._bar.start()
        self._number += 1
        words = f"Handing over mail {self._number} of {max(self._total, self._number)}"
        self._bar.update(self._bar.task_ids[0], description=words, refresh=True)
