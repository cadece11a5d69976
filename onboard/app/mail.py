"""How mail leaves and what came back is seen.

It chooses the adapter of each port; each is imported inside the function that builds it.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onboard.adapters.mail.m365_token import M365Tokens
    from onboard.config.loading import Config
    from onboard.model import Lab, Message
    from onboard.ports import BounceSource, Mailer


def how_settings_stand(home: Path) -> str:
    """When the files were last changed that a person corrects after a refused login. It holds nothing of what they say."""
    files = [home / name for name in ("settings.toml", "secrets.env")]
    return " ".join(str(file.stat().st_mtime_ns) if file.is_file() else "-" for file in files)


def mailer(config: Config) -> Mailer:
    """Files, or yagmail."""
    mail = config.mail
    if mail.transport == "files":
        from onboard.adapters.mail.file_mailer import FileMailer

        return FileMailer(mail.folder)
    from onboard.adapters.mail.smtp_settings import Smtp, Tls
    from onboard.adapters.mail.yagmail_mailer import YagmailMailer
    from onboard.config.secrets import MAIL_PASSWORD

    with_token = mail.transport == "login" and mail.login == "xoauth2"
    with_password = mail.transport == "login" and not with_token
    password = config.secrets.get(MAIL_PASSWORD).get_secret_value() if with_password else ""
    return YagmailMailer(
        Smtp(
            host=mail.host,
            sender=config.lab.sender,
            port=mail.port,
            tls=Tls(mail.tls),
            user=mail.user if mail.transport == "login" else "",
            password=password,
            token=m365_tokens(config, mail.user) if with_token else None,
            ca_file=mail.ca_file,
            # the settings file refuses an open line to another machine that gives no reason
            unencrypted_is_fine=True,
            helo=mail.helo,
            per_minute=mail.rate_per_minute,
        )
    )


def m365_tokens(config: Config, user: str) -> M365Tokens:
    """Access tokens of Microsoft 365 for a mailbox."""
    from onboard.adapters.mail.m365_token import M365Tokens, Registration
    from onboard.config.secrets import M365_SECRET

    asked = config.m365
    password = config.secrets.get(M365_SECRET).get_secret_value() if asked.flow == "app" else ""
    return M365Tokens(
        Registration(
            tenant=asked.tenant,
            client_id=asked.client_id,
            flow=asked.flow,
            cache=asked.cache,
            user=user,
            secret=password,
        )
    )


def bounce_source(config: Config) -> BounceSource | None:
    """The mailbox that delivery reports come back to; None when settings.toml names none."""
    box = config.bounces
    if box is None:
        return None
    from onboard.adapters.mail.imap_bounces import ImapBounces, Mailbox
    from onboard.config.secrets import BOUNCES_PASSWORD

    with_token = box.login == "xoauth2"
    return ImapBounces(
        Mailbox(
            host=box.host,
            port=box.port,
            tls=box.tls,
            user=box.user,
            password="" if with_token else config.secrets.get(BOUNCES_PASSWORD).get_secret_value(),
            token=m365_tokens(config, box.user) if with_token else None,
            ca_file=box.ca_file,
            folder=box.folder,
            sent_folder=box.sent_folder,
            reports_to=config.lab.envelope_sender.partition("KEY")[0],
        )
    )


def compose(lab: Lab, message: Message, to: str, message_id: str, now: datetime) -> bytes:
    """The bytes of a message; answers go to the coordinator on duty that day."""
    from onboard.adapters.mail.mime import build

    (coordinator, *_) = lab.on_duty(now.astimezone(lab.zone).date())
    return build(
        message,
        to,
        message_id,
        now.astimezone(lab.zone),
        sender=lab.sender,
        sender_name=f"{lab.name} onboarding",
        reply_to=coordinator.address,
        reply_name=coordinator.name,
        lab_id=lab.id,
    )
