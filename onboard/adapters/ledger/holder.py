"""Which process holds a run, and whether it is certainly gone.

It decides on Linux only, by what the kernel reports; "not known" is never "gone", so elsewhere, and for another machine or
container, a lease simply runs out.
"""

from __future__ import annotations

import os
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NAMESPACE = Path("/proc/self/ns/pid")
#: Ended, and only waiting for its parent to ask how.
_ENDED = ("Z", "X")


def this_process() -> str:
    """Start of the machine, process namespace, number and start of this process; "" where that cannot be told."""
    place, started = _place(), _started(os.getpid())
    return f"{place}/{os.getpid()}/{started[1]}" if place and started else ""


def is_gone(holder: str) -> bool:
    """Whether the process that `this_process` named so has certainly ended. A number used again is another process."""
    place, _, rest = holder.partition("/")
    number, _, begun = rest.partition("/")
    if not place or place != _place() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)  # asks only; works also where other people's processes are hidden
    except ProcessLookupError:
        return True
    except OSError:
        return False
    found = _started(int(number))
    return found is not None and (found[0] in _ENDED or found[1] != begun)


def _place() -> str:
    try:
        boot = _BOOT.read_text(encoding="ascii").strip()
        return f"{boot}:{_NAMESPACE.readlink().name.strip('pid:[]')}"
    except OSError:
        return ""


def _started(number: int) -> tuple[str, str] | None:
    """State and start of a process, from its line of numbers: the name before them may hold anything, also brackets."""
    try:
        line = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = line.rpartition(")")[2].split()
    return fields[0], fields[19]
