"""Faults of a mail server, to be scripted: refusals, lost connections, slowness.

Which fault strikes which command. `catcher.py` answers it.
"""

from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

from onboard.sandbox.faults import comes_due


class Stage(StrEnum):
    """Where in the conversation the fault strikes."""

    CONNECT = "connect"  # instead of the greeting
    HELLO = "hello"  # the answer to EHLO, and to the HELO that senders try next
    LOGIN = "login"  # the answer to AUTH; without a code the password counts as wrong
    MAIL = "mail"  # the sender is refused
    RECIPIENT = "recipient"  # one recipient is refused
    DATA = "data"  # before any of the message was sent
    BODY = "body"  # after the whole message was sent, in place of the final answer


@dataclass(slots=True)
class MailFault:
    """One scripted fault. `code` None loses the connection.

    `address` narrows MAIL and RECIPIENT to one address; `times` None means always; `after` lets that many pass first;
    `kept` (BODY only) keeps the message although the sender is not told so: delivered, but in doubt.
    """

    stage: Stage
    code: int | None = None
    text: str = "refused by script"
    address: str | None = None
    times: int | None = 1
    after: int = 0
    delay: float = 0.0
    kept: bool = False

    @property
    def answer(self) -> str:
        """The line the server says."""
        return f"{self.code} {self.text}"


class Script:
    """The faults to come, in order; the first that fits strikes and is used up by one."""

    def __init__(self) -> None:
        self._faults: list[MailFault] = []
        self._lock = Lock()

    def add(self, fault: MailFault) -> None:
        """Let it strike from now on."""
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Forget everything scripted."""
        with self._lock:
            self._faults.clear()

    def strike(self, stage: Stage, address: str | None = None) -> MailFault | None:
        """The fault for this command, if any."""
        with self._lock:
            for fault in self._faults:
                meant = not fault.address or (address or "").casefold() == fault.address.casefold()
                if fault.stage is stage and meant and comes_due(fault):
                    return fault
        return None
