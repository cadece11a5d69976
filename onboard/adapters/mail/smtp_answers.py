"""What a mail server's answer means for the message in hand. Decides between: try again, never again, no good address, stop
everything; and puts the usual refusals of universities' servers into words with the next step. Speaks to nobody."""

from __future__ import annotations

import re
import socket
import ssl
from enum import StrEnum

from onboard.errors import DeliveryError, OnboardError, TransportDown


class Step(StrEnum):
    """Where in the conversation an answer came."""

    LOGIN = "login"  # connecting, TLS, AUTH
    SENDER = "sender"  # MAIL
    RECIPIENT = "recipient"  # RCPT
    OFFER = "offer"  # the DATA command, before any of the message
    BODY = "body"  # after the whole message


_NO_RELAY = 'the relay takes no mail to other domains from this machine: ask for it, or set transport = "login"'
#: (code or None, sign in the text, what it means and the next step). The first that fits.
_WORDS: tuple[tuple[int | None, str, str], ...] = (
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
    (454, "4.7.0", "too many logins in a short time: wait an hour; the next run goes on by itself"),
    (432, "4.3.2", "too many connections of this mailbox at once: close other programs that send from it"),
    (None, "5.4.5", "the mailbox reached its limit for today: the rest goes tomorrow by itself"),
    (None, "5.1.90", "the mailbox reached its limit of recipients for today: the rest goes tomorrow by itself"),
)
_QUOTA = re.compile(r"5\.4\.5|5\.1\.90|5\.2\.0.*(recipient|quota|limit)|SubmissionQuotaExceeded", re.IGNORECASE)
#: About the recipient, not 5.1.7 and 5.1.8, which are about the sender (RFC 3463 3.2).
_NO_ADDRESS = re.compile(r"\b5\.(1\.(?![78]\b)[0-9]+|2\.1|2\.2)\b")
#: A rule of the server, not a fault of the address: it would stop everybody's mail, or this one's words (RFC 3463 3.8).
_POLICY = re.compile(r"\b5\.7\.[0-9]+\b|\b5\.1\.[78]\b")
_SENDER_STOPPED = re.compile(r"5\.7\.60|SendAsDenied|\b5\.1\.[78]\b")


def refusal(step: Step, code: int, text: str, server: str) -> OnboardError:
    """The exception for an answer that is not a yes."""
    said = one_line(text)
    meaning = _meaning(code, said) or (_at_the_door(code) if step is Step.LOGIN else "")
    told = f"{server} refused ({step}): {code} {said}{meaning}"
    if step is Step.LOGIN or code in (530, 534, 535) or _stops_all(said):
        return TransportDown(told)
    if code < 500:
        return DeliveryError(told, code=code)
    if step is Step.SENDER:
        return TransportDown(
            f"{told}. The server refuses our sender: correct `sender`, leave `envelope_sender` blank, or ask for the right"
        )
    return DeliveryError(told, permanent=True, code=code, address=_blames_the_address(step, said))


def _blames_the_address(step: Step, said: str) -> bool:
    """Only then nothing more is written there until somebody corrects it."""
    return bool(_NO_ADDRESS.search(said)) or (step is Step.RECIPIENT and not _POLICY.search(said))


def _stops_all(said: str) -> bool:
    return "5.7.30" in said or "5.7.57" in said or bool(_QUOTA.search(said) or _SENDER_STOPPED.search(said))


def _meaning(code: int, said: str) -> str:
    if code == 554 and _QUOTA.search(said):
        return ". The mailbox reached its limit of recipients for today: the rest goes tomorrow by itself"
    words = next((words for want, sign, words in _WORDS if want in (None, code) and (sign in said)), "")
    return f". {words[0].upper()}{words[1:]}" if words else ""


def _at_the_door(code: int) -> str:
    """Refused before anything was tried, for a reason we do not know."""
    if code < 500:
        return ". It is tried again by itself; ask the mail administrators if it lasts"
    return ". Ask the mail administrators whether this machine may send through it; check host and port"


def one_line(text: str) -> str:
    """A server's words, short and without line breaks."""
    return " ".join(text.split())[:300]


def no_connection(error: OSError, server: str) -> TransportDown:
    """Why there is no link, and the next step."""
    return TransportDown(f"{server} cannot be used: {_link(error)}")


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
        return "it offers no STARTTLS, or somebody on the way took it out. Nothing was sent in clear. Check port and tls"
    if "AUTH" in said:
        return "it offers no login. A relay that knows this machine by its address needs no user: remove it; else check port"
    return f"{said or type(error).__name__}. Check host, port and tls"
