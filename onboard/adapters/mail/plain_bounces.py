"""Delivery reports in plain words: the addresses they give up on.

As qmail, Exim, Groupwise and old Exchange write them. flufl.bounce, the Mailman authors' collection, knows the words; other
modules decide what such a mail is worth, since a stranger can write one.
"""

from __future__ import annotations

import logging
from email import message_from_bytes
from email.policy import compat32

from flufl.bounce import all_failures

#: What twenty patterns may raise on a stranger's bytes: then it is not a report.
_TRIPS = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RuntimeError)
#: It tells each pattern it tries, and a mail that breaks one with all of its words.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)


def given_up(raw: bytes) -> tuple[str, ...]:
    """Return the addresses a mail in plain words gives up on, normalized, in order.

    Empty for any other mail. Never raises: a mail that breaks a pattern is not a report.
    """
    try:
        _, permanent = all_failures(message_from_bytes(raw, policy=compat32))
    except _TRIPS:
        return ()
    found = (address.decode("ascii", "replace").strip().strip("<>").lower() for address in permanent)
    return tuple(sorted({address for address in found if address.count("@") == 1 and address.isascii()}))
