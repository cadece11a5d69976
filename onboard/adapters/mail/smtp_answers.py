"""What a mail server's answer means in words.

The usual refusals of universities' servers, each with the next step. `onboard.planning.refusals` decides what follows from one.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence

from onboard.errors import OnboardError
from onboard.model import Action, Cause, Step
from onboard.planning.refusals import answer, no_link, one_line
from onboard.ports import Refused, Stopped

__all__ = ["Step", "no_connection", "no_password_here", "one_line", "refusal"]

_HELO = "it does not know this machine's name: set `helo` in settings.toml to the name the server knows"
_LISTED = "this machine's network address is on a block list: give the mail administrators these words"
_LIMIT = "the mailbox reached its limit of recipients for today: the rest is sent tomorrow"
_NO_RELAY = 'the relay takes no mail to other domains from this machine: ask for it, or set transport = "login"'
#: (code or None, sign in the text, what it means and the next step). The first that fits.
_WORDS: tuple[tuple[int | None, str, str], ...] = (
    *((None, sign, _HELO) for sign in ("elo command rejected", "HELO/EHLO argument", "bad HELO")),
    (454, "TLS", "the server cannot encrypt now, so nothing was sent. The next run tries again; tell the mail administrators"),
    *((None, sign, _LISTED) for sign in ("blocked using", "block list", "blocklist", "blacklist", "banned sending IP")),
    (None, "5.7.30", 'Microsoft 365 takes no password any more: set login = "xoauth2" and install onboard[m365]'),
    (None, "5.7.139", 'Microsoft 365 refuses password logins for this mailbox: ask for SMTP AUTH or use login = "xoauth2"'),
    (None, "5.7.57", "the server wants a login: set user and password, or the relay's own address"),
    (None, "5.7.60", "the mailbox may not send as this address: ask for the Send As right, or correct `sender`"),
    (None, "SendAsDenied", "the mailbox may not send as this address: ask for the Send As right, or correct `sender`"),
    (550, "5.1.8", "Microsoft 365 stopped this mailbox, as it does after spam: an administrator must let it send again"),
    (None, "5.7.54", _NO_RELAY),
    *((None, sign, _NO_RELAY) for sign in ("to relay", "elay access denied", "elaying denied")),
    (
        535,
        "5.7.3",
        'Microsoft 365 refuses this login: for login = "xoauth2" the registered application needs SMTP.SendAsApp and full '
        "access to the mailbox (or the signed-in account SMTP.Send); a password works only while SMTP AUTH is on for it",
    ),
    (535, "", "user name, password or token is wrong: correct the secret; a Google account needs an app password"),
    (534, "", "the server wants another kind of login: a Google account needs an app password"),
    (530, "", 'the server wants a login or TLS first: set user and password, and tls = "starttls"'),
    (454, "4.7.0", "too many logins in a short time: wait an hour; the next run continues"),
    (432, "4.3.2", "too many connections of this mailbox at once: close other programs that send from it"),
    (None, "5.4.5", "the mailbox reached its limit for today: the rest is sent tomorrow"),
    (None, "5.1.90", "the mailbox reached its limit of recipients for today: the rest is sent tomorrow"),
)


def refusal(step: Step, code: int, text: str, server: str) -> OnboardError:
    """The exception for an answer that is not a yes: `Stopped` when all mail waits for it, else `Refused`."""
    found = answer(step, code, text)
    limit = f". {_LIMIT[0].upper()}{_LIMIT[1:]}" if found.cause is Cause.QUOTA else ""
    meaning = _meaning(code, found.words) or limit or (_at_the_door(code) if step is Step.LOGIN else "")
    told = f"{server} refused ({step}): {code} {found.words}{meaning}"
    if found.action is not Action.HOLD:
        return Refused(told, found)
    if step is Step.SENDER and code >= 500 and not meaning:
        told += ". The server refuses our sender: correct `sender`, leave `envelope_sender` blank, or ask for the right"
    return Stopped(told, found)


def _meaning(code: int, said: str) -> str:
    words = next((words for want, sign, words in _WORDS if want in (None, code) and (sign in said)), "")
    return f". {words[0].upper()}{words[1:]}" if words else ""


def _at_the_door(code: int) -> str:
    """Refused before anything was tried, for a reason we do not know."""
    if code < 500:
        return ". The next run tries again; if it persists, ask the mail administrators"
    return ". Ask the mail administrators whether this machine may send through it; check host and port"


def no_password_here(offered: Sequence[str], server: str) -> Stopped:
    """The server takes other kinds of login only; nothing was tried."""
    kinds = ", ".join(offered)
    told = f'{server} takes no user name with a password, only {kinds}: set login = "xoauth2" if XOAUTH2 is among them'
    return Stopped(told, no_link(f"only {kinds} offered", ours=True))


def no_connection(error: OSError, server: str) -> Stopped:
    """Explain why there is no connection, and the next step."""
    words = _link(error)
    ours = isinstance(error, ssl.SSLError) or "STARTTLS" in words or "login" in words
    return Stopped(f"{server} cannot be used: {words}", no_link(words, ours=ours))


def _link(error: OSError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"its certificate is not trusted ({error.verify_message}). Nothing was sent. If the university has its own "
            "authority, name its file in ca_file; never switch checking off"
        )
    if isinstance(error, ssl.SSLError):
        return f"TLS failed ({error.reason}). Check port and tls: 587 is starttls, 465 is implicit"
    if isinstance(error, socket.gaierror):
        return "its name is not known here. Check host, and that this machine may look it up"
    said = one_line(str(error))
    if isinstance(error, TimeoutError) or "timed out" in said:
        return "it does not answer. Check host and port, and that the firewall lets this machine out"
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there. Check host and port"
    if "STARTTLS" in said:
        return "it offers no STARTTLS, or a machine on the way took it out. Nothing was sent unencrypted. Check port and tls"
    if "AUTH" in said:
        return "it offers no login. A relay that knows this machine by its address needs no user: remove it; else check port"
    return f"{said or type(error).__name__}. Check host, port and tls"
