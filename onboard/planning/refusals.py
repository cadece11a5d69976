"""What a refusal means: which side is at fault and what follows.

One table decides, for the answers of our own server and for delivery reports. It knows no mail, no address book and no clock.

Only numbers accuse an address; words acquit it, and choose between "all mail waits" and "this mail failed" (one weak exception:
words that say "no such user" where there is no number at all). A wrong accusation costs a lab a reader, a second try costs
nothing. A number is read where the standards put it: right after the code of a reply (RFC 2034), in ``Status:`` (RFC 3464), or
as qmail writes it, ``(#5.1.1)``; never elsewhere in a text, where an IP address looks the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from onboard.model import Action, Cause, Fault, Refusal, Step

_FIRST_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_QMAIL_STATUS = re.compile(r"\(#([245]\.\d{1,3}\.\d{1,3})\)")
_CODE = re.compile(r"\s*([245]\d\d)(?:[ -]|$)")
#: What a server quotes of ours, and where it lives: no words of its own.
_QUOTED = re.compile(r"<[^<>]*>|\S+@\S+|\b[a-z]+://\S+|\[[^\]]*\]|\b[\w-]+(?:\.[\w-]+)+\b", re.IGNORECASE)


def _any(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE)


_SENDER = _any(r"\bsender\b", r"submission", r"send ?as\b", r"sendas", r"\boutbound\b")
_CONTENT = _any(
    r"\bcontents?\b", r"\bspam\b", r"\bvirus", r"\bmalware", r"\bphish", r"\bsize\b", r"too (large|big)", r"attachment"
)
#: Our machine, network, login or domain.
_ABOUT_US = _any(
    r"\bhelo\b",
    r"\behlo\b",
    r"\bhost ?name",
    r"\bclient host",
    r"\bhost\b",
    r"\breverse\b",
    r"\bptr\b",
    r"\brelay",
    r"rcpthosts",
    r"\bblock ?list",
    r"\bblack ?list",
    r"\bblocked\b",
    r"\blisted\b",
    r"\bdns[bw]l\b",
    r"\breputation\b",
    r"\blog ?in\b",
    r"authenticat",
    r"\bspf\b",
    r"\bdkim\b",
    r"\bdmarc\b",
    r"\bsender\b",
    r"too much mail",
    r"too many (mails|messages|connections)",
    r"\byour (ip|server|network|machine)\b",
)
_LATER = _any(r"\blater\b")
#: The address is there and takes nothing for now.
_FOR_NOW = _any(
    r"\bquota\b", r"\bover ?quota", r"\bfull\b", r"\brate\b", r"\blater\b", r"name server", r"\btoo (quickly|fast|often)\b"
)
_IS_FULL = _any(r"\bquota\b", r"\bover ?quota", r"\b(mailbox|inbox) (is )?full\b", r"out of storage")
_LIMIT = _any(r"quota", r"\blimit", r"\btoo many recipients\b")
_RECIPIENTS = _any(r"\brecipients?\b")
_TOO_MANY_OF_OURS = _any(r"too many (concurrent |smtp )?(connections|log ?ins?)")
_NO_USER = _any(
    r"\bno such (user|mailbox|recipient|address|account|person)",
    r"\bno (mailbox|user|account) here",
    r"unrout(e)?able",
    r"\b(user|recipient|mailbox|account|address)( is)? (unknown|not found)\b",
    r"\bunknown (user|recipient|mailbox|account)\b",
    r"\b(does not|doesn['’]t) exist\b",
    r"\b(does not|doesn['’]t) have an? .*account\b",
    r"\bnot a (valid|known) (user|mailbox)\b",
    r"\binvalid (recipient|mailbox)\b",
)
_DENIED = _any(r"recipient address rejected: access denied")


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer as the table asks about it."""

    step: Step
    code: int
    status: str
    own: str  # the server's words without what it quotes
    whole: str

    def has(self, words: re.Pattern[str]) -> bool:
        """Whether the server's own words hold one of these."""
        return bool(words.search(self.own))

    @property
    def detail(self) -> str:
        """The status without its class: ``1.1``; "" without a status."""
        return self.status.partition(".")[2]

    def about(self, *subjects: str) -> bool:
        """Whether the status speaks of one of these subjects, the middle number (RFC 3463 3)."""
        return self.detail.partition(".")[0] in subjects

    def is_one_of(self, *details: str) -> bool:
        """Whether the status ends in one of these."""
        return self.detail in details

    @property
    def for_now(self) -> bool:
        """A temporary answer: by its status where there is one, else by its code."""
        return self.status.startswith("4.") if self.status else 400 <= self.code < 500

    @property
    def busy(self) -> bool:
        """A server or network that is away or closing."""
        if self.has(_TOO_MANY_OF_OURS):
            return False
        return self.code == 421 or self.about("3", "4") or (self.code == 454 and "TLS" in self.whole)

    def sub(self, subject: str, numbers: Collection[int]) -> bool:
        """Whether the status is SUBJECT.n for one of the numbers."""
        middle, _, last = self.detail.partition(".")
        return middle == subject and last.isdigit() and int(last) in numbers


_When = Callable[[_Answer], bool]


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the table. `fault` None: the network's when the server is busy, else ours."""

    steps: frozenset[Step]
    when: _When
    fault: Fault | None
    action: Action
    cause: Cause = Cause.OTHER
    weak: bool = False


_ANSWERS = frozenset(Step) - {Step.REPORT}
_RCPT = frozenset({Step.RECIPIENT, Step.REPORT})
_RCPT_END = frozenset({Step.RECIPIENT, Step.BODY, Step.REPORT})
_END = frozenset({Step.BODY, Step.REPORT})
_REPORT = frozenset({Step.REPORT})
_LOGIN, _MAIL, _DATA = frozenset({Step.LOGIN}), frozenset({Step.SENDER}), frozenset({Step.OFFER})
#: 5.1.0 and 5.2.2 mean different things at different makers, so they accuse no address.
_NO_SUCH = ("1.1", "1.2", "1.3", "1.4", "1.6", "1.10", "1.351", "2.1", "7.17", "7.18")
_FULL = ("2.2", "2.121", "2.122")
_ONE_RECIPIENT = (12, 124, 129, 133, 134, 135, 136)
_OUR_DOMAIN = (*range(20, 31), 54, 57, 60, 64, 139, *range(500, 800))


def _wants_login(a: _Answer) -> bool:
    return a.code in (530, 534, 535, 432)


def _limit(a: _Answer) -> bool:
    ours = a.has(_LIMIT) and ((a.about("1", "2") and a.has(_SENDER)) or (a.is_one_of("2.0") and a.has(_RECIPIENTS)))
    return a.is_one_of("4.5", "1.90") or a.status == "4.5.3" or ours


def _about_sender(a: _Answer) -> bool:
    return a.is_one_of("1.7", "1.8") or (a.about("1", "2") and not a.is_one_of("2.121", "2.122") and a.has(_SENDER))


def _bad_command(a: _Answer) -> bool:
    return (not a.status and 500 <= a.code <= 504) or (a.status.startswith("5.") and a.about("5") and not a.is_one_of("5.0"))


def _rule_of_one(a: _Answer) -> bool:
    return a.status.startswith("5.7.") and (a.sub("7", _ONE_RECIPIENT) or "RESOLVER.RST" in a.whole)


def _this_message(a: _Answer) -> bool:
    vague = a.is_one_of("7.0", "7.1") or not a.status
    return not a.for_now and (a.is_one_of("2.3", "3.4") or a.about("6") or (vague and a.has(_CONTENT)))


def _about_us(a: _Answer) -> bool:
    return (not a.status or a.about("7")) and a.has(_ABOUT_US) and not (a.for_now and a.has(_LATER))


def _no_such(a: _Answer) -> bool:
    return a.status.startswith("5.") and a.is_one_of(*_NO_SUCH)


def _no_user_in_words(a: _Answer) -> bool:
    if a.for_now or a.has(_FOR_NOW) or a.has(_ABOUT_US):
        return False
    vague = not a.status or a.is_one_of("0.0", "3.0", "5.0", "4.1")
    return vague and (a.has(_NO_USER) or (a.is_one_of("4.1") and a.has(_DENIED)))


def _full_in_words(a: _Answer) -> bool:
    return not a.status and a.has(_IS_FULL)


def _always(a: _Answer) -> bool:
    return True


#: The first row that fits.
_TABLE: tuple[_Row, ...] = (
    _Row(_LOGIN, lambda a: not a.busy, Fault.OURS, Action.HOLD, Cause.LOGIN),
    _Row(_LOGIN, _always, Fault.NETWORK, Action.HOLD),
    _Row(_ANSWERS, _limit, Fault.OURS, Action.HOLD, Cause.QUOTA),
    _Row(_ANSWERS, _wants_login, None, Action.HOLD, Cause.LOGIN),
    _Row(_ANSWERS, lambda a: a.code == 421, None, Action.HOLD),
    _Row(_MAIL, lambda a: not a.for_now and not a.busy, Fault.OURS, Action.HOLD, Cause.LOGIN),
    _Row(_MAIL, _always, None, Action.HOLD),
    _Row(_ANSWERS, _about_sender, Fault.OURS, Action.HOLD, Cause.LOGIN),
    _Row(_REPORT, _about_sender, Fault.OURS, Action.HOLD),
    _Row(_RCPT, _bad_command, Fault.OURS, Action.HOLD),
    _Row(_RCPT_END, _rule_of_one, Fault.OURS, Action.TELL),
    _Row(_END, _this_message, Fault.MESSAGE, Action.TELL),
    _Row(_RCPT_END, lambda a: a.status.startswith("5.") and a.sub("7", _OUR_DOMAIN), Fault.OURS, Action.HOLD),
    _Row(_RCPT_END, _about_us, Fault.OURS, Action.HOLD),
    _Row(_RCPT_END, lambda a: _no_such(a) and not a.has(_FOR_NOW), Fault.ADDRESS, Action.COUNT),
    _Row(_RCPT_END, lambda a: a.status.startswith("5.7."), Fault.OURS, Action.TELL),
    _Row(_REPORT, lambda a: a.is_one_of("4.4", "4.310") and a.status.startswith("5."), Fault.ADDRESS, Action.COUNT),
    _Row(_RCPT_END, lambda a: _no_such(a) or (a.is_one_of(*_FULL) and not a.for_now), Fault.MAILBOX, Action.LATER),
    _Row(_RCPT, lambda a: (a.for_now and a.about("2")) or _full_in_words(a), Fault.MAILBOX, Action.LATER),
    _Row(frozenset({Step.BODY}), lambda a: a.status == "4.3.1", Fault.NETWORK, Action.HOLD),
    _Row(_RCPT_END, lambda a: a.for_now, Fault.NETWORK, Action.LATER),
    _Row(_DATA, lambda a: a.for_now, Fault.NETWORK, Action.HOLD),
    _Row(_DATA, lambda a: a.about("7"), Fault.OURS, Action.HOLD),
    _Row(_RCPT_END, _no_user_in_words, Fault.ADDRESS, Action.COUNT, weak=True),
    _Row(_REPORT, lambda a: a.about("3", "4"), Fault.NETWORK, Action.TELL),
    _Row(frozenset(Step), _always, Fault.UNKNOWN, Action.TELL),
)


def answer(step: Step, code: int, text: str) -> Refusal:
    """Return what an answer of our own server means.

    Its reply code, and its text without that code, lines joined by a line end.
    """
    return _judged(step, code, status_in(text), text)


def report(action: str, status: str, diagnostic: str) -> Refusal:
    """What one block of a delivery report means, by its fields ``Action``, ``Status`` and ``Diagnostic-Code`` (RFC 3464 2.3).

    A delay, or a delivery, changes nothing. Nothing is held for a report: what would be held or tried again is told.
    """
    words = _after_type(diagnostic)
    code, said = _code_of(words)
    given = _FIRST_STATUS.match(status)
    found = _exact(given[1] if given else "", status_in(said))
    judged = _judged(Step.REPORT, code, found, said)
    if action.strip().lower() != "failed":
        return replace(judged, action=Action.NOTHING)
    later = judged.action in (Action.HOLD, Action.LATER)
    return replace(judged, action=Action.TELL, cause=Cause.OTHER) if later else judged


def lost(step: Step, words: str) -> Refusal:
    """The link was lost: before any byte of the message was offered, or after it."""
    after = step is Step.BODY
    fault, action = (Fault.UNKNOWN, Action.DOUBT) if after else (Fault.NETWORK, Action.LATER)
    return Refusal(step=step, fault=fault, action=action, words=one_line(words))


def no_link(words: str, *, ours: bool) -> Refusal:
    """Return the refusal for no connection, no TLS or no login.

    `ours`: a setting or a certificate must be corrected.
    """
    fault, cause = (Fault.OURS, Cause.LOGIN) if ours else (Fault.NETWORK, Cause.OTHER)
    return Refusal(step=Step.LOGIN, fault=fault, action=Action.HOLD, words=one_line(words), cause=cause)


def status_in(text: str) -> str:
    """The enhanced status at the beginning of a reply's text, or as qmail writes it; "" for none."""
    found = _FIRST_STATUS.match(text) or _QMAIL_STATUS.search(text)
    return found[1] if found else ""


def one_line(text: str) -> str:
    """A server's words, short and without line breaks."""
    return " ".join(text.split())[:300]


def _judged(step: Step, code: int, status: str, text: str) -> Refusal:
    said = _Answer(step, code, status, _QUOTED.sub(" ", text), text)
    row = next(row for row in _TABLE if step in row.steps and row.when(said))
    fault = row.fault or (Fault.NETWORK if said.busy else Fault.OURS)
    return Refusal(
        step=step, fault=fault, action=row.action, code=code, status=status, words=one_line(text), weak=row.weak, cause=row.cause
    )


def _after_type(diagnostic: str) -> str:
    """ "smtp; 550 5.1.1 ..." -> the words after the type."""
    kind, mark, words = diagnostic.partition(";")
    return words.strip() if mark and re.fullmatch(r"\s*[\w-]+\s*", kind) else diagnostic.strip()


def _code_of(words: str) -> tuple[int, str]:
    """(reply code, the rest); 0 when the words begin with none."""
    found = _CODE.match(words)
    return (int(found[1]), words[found.end() :]) if found else (0, words)


def _exact(status: str, inside: str) -> str:
    """Return the more exact of two numbers.

    The diagnostic's counts where ``Status`` is generic.
    """
    coarse = not status or status.endswith(".0")
    return inside if coarse and inside else status
