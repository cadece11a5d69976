"""Python's sleep under faketime. Debian's libfaketime 0.9.10 gives the kernel the wrong instant to sleep until when it leaves the
steady clock alone, and left it must be: Python's locks wait by that clock, which the library does not change for them."""

import select
import time


def _sleep(seconds: float) -> None:
    """`time.sleep`, by another call."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select([], [], [], seconds)


time.sleep = _sleep
