"""Pages to open in a browser: caught mails, and a preview of every kind.

Each is one whole file. No script and no address outside the file: a mail is shown in a frame that may run nothing.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from functools import cache

from jinja2.sandbox import ImmutableSandboxedEnvironment

from onboard.rendering.environment import template_environment
from onboard.rendering.phrases import day_name, one_line

_SCHEME = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMail:
    """A mail as it left: the headers a reader sees, all headers, both parts, names of attachments."""

    sender: str
    to: str
    subject: str
    when: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[str, ...] = ()
    kind: str = ""


def shown_mail(raw: bytes, kind: str = "") -> ShownMail:
    """The mail in the bytes of an ``.eml`` file. Parts that cannot be decoded are shown with replacement characters."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    return ShownMail(
        sender=_header(message, "From"),
        to=_header(message, "To"),
        subject=_header(message, "Subject"),
        when=_when(message),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        headers=tuple((one_line(name), one_line(str(value))) for name, value in message.items()),
        attachments=tuple(one_line(part.get_filename() or part.get_content_type()) for part in message.iter_attachments()),
        kind=kind,
    )


def _header(message: EmailMessage, name: str) -> str:
    return one_line(str(message.get(name, "")))


def _when(message: EmailMessage) -> str:
    """``Mon 23 Nov 2026 06:05`` as the sender's clock had it, else the header as it is."""
    found = getattr(message.get("Date"), "datetime", None)
    return f"{day_name(found)} {found:%H:%M}" if isinstance(found, datetime) else _header(message, "Date")


def _part(message: EmailMessage, subtype: str) -> str:
    body = message.get_body((subtype,))
    return str(body.get_content(errors="replace")) if body else ""


def inbox_page(mails: Sequence[ShownMail], title: str = "Inbox") -> str:
    """All mails in the order given, each opening to its text and its HTML side by side, as wide as a phone."""
    return render_page("inbox.html", title=title, mails=mails)


def preview_page(mails: Sequence[ShownMail], title: str = "Preview") -> str:
    """Each mail on a phone, on a desktop and in the dark, with its text and headers."""
    return render_page("preview.html", title=title, mails=mails)


def in_light(html: str) -> str:
    """The mail as a reader with a light screen sees it, whatever screen shows the page."""
    return _SCHEME.sub("not all", html)


def in_dark(html: str) -> str:
    """The mail as a reader with a dark screen sees it, whatever screen shows the page."""
    return _SCHEME.sub("all", html)


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    environment = template_environment(None, escape=True)
    environment.filters |= {"in_light": in_light, "in_dark": in_dark}
    return environment


def render_page(name: str, **values: object) -> str:
    """A shipped page with its values. Values are escaped; what comes from records should have passed `one_line`."""
    return _environment().get_template(f"pages/{name}").render(**values)
