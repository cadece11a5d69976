"""Reports in plain words, as qmail, Exim, Groupwise and old Exchange write them: which addresses they give up on. The words are
known to flufl.bounce, the Mailman authors' collection; what such a mail is worth is decided by others, since a stranger can
write one.
"""

from __future__ import annotations

import logging
from email import message_from_bytes
from email.policy import compat32

from flufl.bounce import all_failures

#: What twenty patterns may trip over in a stranger's bytes: then it is no report.
_TRIPS = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RuntimeError)
#: It tells each pattern it tries, and a mail that breaks one with all of its words.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)


def given_up(raw: bytes) -> tuple[str, ...]:
    """The addresses a mail in plain words gives up on for good, normalised and in order; empty for any other mail.

    Never raises: a mail that breaks a pattern is no report.
    """
    try:
        _, permanent = all_failures(message_from_bytes(raw, policy=compat32))
    except _TRIPS:
        return ()
    found = (address.decode("ascii", "replace").strip().strip("<>").lower() for address in permanent)
    return tuple(sorted({address for address in found if address.count("@") == 1 and address.isascii()}))
