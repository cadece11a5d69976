"""The exception tree.

Bad *data* is never an exception but a Problem beside the result.
"""


class OnboardError(Exception):
    """Something needs a person. Its text says what, where and the next step."""


class ConfigError(OnboardError):
    """Configuration or usage is wrong: nothing was read, nothing was mailed (exit code 2)."""


class SilentChange(ConfigError):
    """The rules were changed for days already judged, without an acceptance.

    Nothing is judged by them (exit code 2).
    """


class NotBegun(ConfigError):
    """The ledger knows of no go-live in this mode: it sends no mail (exit code 2)."""


class LedgerBehind(NotBegun):
    """The ledger is an old copy of itself, and later mails are not known.

    It sends no mail (exit code 2).
    """


class ReadInDoubt(OnboardError):
    """A read failed, was empty, cut short or suspiciously smaller.

    No mail may be based on it (exit code 1).
    """


class Unreviewed(OnboardError):
    """Evidence that counted would stop counting for want of a review.

    No mail may be sent about it (exit code 1).
    """


class DeliveryError(OnboardError):
    """One message could not be sent; others may still go."""


class LedgerError(OnboardError):
    """The ledger cannot be read or written: nothing may be mailed (exit code 1)."""


class TransportDown(OnboardError):
    """No connection, no TLS, no login: nothing was tried for the message in hand, and nothing else should be tried now."""


class InDoubt(OnboardError):
    """The link was lost after the message was offered: it may or may not have been taken."""
