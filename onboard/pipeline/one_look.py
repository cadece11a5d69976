"""One read shared by all jobs that are due at the same minute.

It decides how long a good read is shared and that a read in doubt ends the reading.

Jobs on the same records leave no person with both of them or with neither because a date was typed in between their reads. A
read in doubt is neither shared as a good read nor repeated: a server that is down costs one wait, whatever the number of jobs,
and each of them reports it. The next look reads again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from onboard.errors import ReadInDoubt
from onboard.model import Export
from onboard.ports import Clock, RecordSource

#: A job that begins later after the end of the read, because many mails went out in between, reads for itself.
SHARED_FOR = timedelta(minutes=5)


@dataclass(slots=True)
class OneLook:
    """A RecordSource for the jobs of one look; it lives no longer than that."""

    source: RecordSource
    clock: Clock
    _good: tuple[Export, datetime] | None = field(default=None, repr=False)  # with the instant at which it had come in whole
    _doubt: str = ""

    def fetch(self, last: Mapping[str, str]) -> Export:
        """Return the read of this look, or a new one when that is too old.

        Raises ReadInDoubt, in the same words for every job.
        """
        if self._doubt:
            raise ReadInDoubt(self._doubt)
        if self._good is None or self.clock.now() - self._good[1] > SHARED_FOR:
            # let go first, so that a big lab is never in memory twice
            self._good = None
            self._good = self._read(last), self.clock.now()
        return self._good[0]

    def _read(self, last: Mapping[str, str]) -> Export:
        try:
            return self.source.fetch(last)
        except ReadInDoubt as error:
            self._doubt = str(error)
            raise
