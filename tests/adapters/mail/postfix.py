"""Debian's Postfix and Dovecot as a small university: submission with STARTTLS and login, mailboxes over IMAP, real bounces.

Private instances with their own configuration, queue and mailboxes in a new folder, on free ports of 127.0.0.1; they know one
domain and relay to nobody. Installs nothing: `missing()` says what is not there. Needs root, as Postfix does.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from textwrap import dedent
from types import TracebackType

from tests.adapters.mail.certificates import Certificates, make

DOMAIN = "northlake.example"
PASSWORD = "right horse"
#: Who has a mailbox; everybody else of the domain is accepted first and comes back, as behind a relay.
MAILBOXES = ("rivera-lab", "leila.haddad")
_UID = 65534  # nobody: owns the mailboxes
_WAIT_SECONDS = 20.0


def missing() -> str:
    """Why it cannot run here, "" when it can."""
    if os.geteuid() != 0:
        return "Postfix needs root to start"
    absent = [name for name in ("postfix", "dovecot", "openssl") if not shutil.which(name, path=_path())]
    return f"not installed: {', '.join(absent)}; on Debian: apt-get install postfix dovecot-imapd openssl" if absent else ""


def _path() -> str:
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class University:
    """Use it with `with`. `submission` and `imaps` are its ports, `certificates.authority` what clients must trust."""

    def __init__(self) -> None:
        # Short, and open for the servers' own users: a socket's path may have 107 characters.
        self.root = Path(tempfile.mkdtemp(prefix="ob-", dir="/tmp"))
        self.root.chmod(0o755)
        self.submission, self.imaps = _free_port(), _free_port()
        self.certificates: Certificates
        self._dovecot: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> University:
        try:
            self.certificates = make(self.root)
            self._make_mailboxes()
            self._start_dovecot()
            self._start_postfix()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop()

    def log(self) -> str:
        """What both servers wrote, for a failed test."""
        return "".join(file.read_text(errors="replace") for file in sorted(self.root.glob("*.log")))

    def _make_mailboxes(self) -> None:
        home = self.root / "home"
        home.mkdir()
        os.chown(home, _UID, _UID)
        users = "".join(f"{name}@{DOMAIN}:{{PLAIN}}{PASSWORD}\n" for name in MAILBOXES)
        (self.root / "users").write_text(users)
        (self.root / "boxes").write_text("".join(f"{name}@{DOMAIN} {name}/Maildir/\n" for name in MAILBOXES))

    def _start_dovecot(self) -> None:
        files = self.certificates
        (self.root / "dovecot.conf").write_text(
            dedent(f"""\
                base_dir = {self.root}/dovecot
                log_path = {self.root}/dovecot.log
                protocols = imap
                listen = 127.0.0.1
                ssl = required
                ssl_cert = <{files.certificate}
                ssl_key = <{files.key}
                auth_mechanisms = plain login
                mail_location = maildir:{self.root}/home/%n/Maildir
                first_valid_uid = {_UID}
                passdb {{
                  driver = passwd-file
                  args = {self.root}/users
                }}
                userdb {{
                  driver = static
                  args = uid={_UID} gid={_UID} home={self.root}/home/%n
                }}
                service imap-login {{
                  inet_listener imap {{
                    port = 0
                  }}
                  inet_listener imaps {{
                    port = {self.imaps}
                    ssl = yes
                  }}
                }}
                service auth {{
                  unix_listener {self.root}/login {{
                    mode = 0666
                  }}
                }}
                service stats {{
                  client_limit = 100
                }}
                namespace inbox {{
                  inbox = yes
                  mailbox Sent {{
                    auto = create
                    special_use = \\Sent
                  }}
                }}
                """)
        )
        self._dovecot = subprocess.Popen(
            ["dovecot", "-F", "-c", str(self.root / "dovecot.conf")], env={**os.environ, "PATH": _path()},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._wait_for(self.imaps)

    def _start_postfix(self) -> None:
        folder = self.root / "postfix"
        folder.mkdir()
        for name in ("spool", "data"):
            (self.root / name).mkdir()
        shutil.chown(self.root / "data", "postfix")
        (folder / "main.cf").write_text(self._main_cf())
        (folder / "master.cf").write_text(self._master_cf())
        self._postfix("start")
        self._wait_for(self.submission)

    def _main_cf(self) -> str:
        files = self.certificates
        return dedent(f"""\
            compatibility_level = 3.6
            queue_directory = {self.root}/spool
            data_directory = {self.root}/data
            maillog_file = {self.root}/postfix.log
            maillog_file_prefixes = /tmp
            myhostname = relay.{DOMAIN}
            mydestination =
            mynetworks = 127.0.0.2/32
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            alias_maps =
            alias_database =
            local_recipient_maps =
            recipient_delimiter = +
            default_transport = error:no mail leaves this machine
            virtual_mailbox_domains = {DOMAIN}
            virtual_mailbox_base = {self.root}/home
            virtual_mailbox_maps = texthash:{self.root}/boxes
            virtual_uid_maps = static:{_UID}
            virtual_gid_maps = static:{_UID}
            virtual_minimum_uid = 100
            smtpd_reject_unlisted_recipient = no
            smtpd_reject_unlisted_sender = no
            smtpd_tls_security_level = encrypt
            smtpd_tls_auth_only = yes
            smtpd_tls_cert_file = {files.certificate}
            smtpd_tls_key_file = {files.key}
            smtpd_sasl_auth_enable = yes
            smtpd_sasl_type = dovecot
            smtpd_sasl_path = {self.root}/login
            smtpd_relay_restrictions = permit_sasl_authenticated, reject
            smtpd_recipient_restrictions = permit_sasl_authenticated, reject
            """)

    def _master_cf(self) -> str:
        private = (
            ("cleanup", "unix n - n - 0 cleanup"), ("qmgr", "unix n - n 300 1 qmgr"), ("tlsmgr", "unix - - n 1000? 1 tlsmgr"),
            ("rewrite", "unix - - n - - trivial-rewrite"), ("bounce", "unix - - n - 0 bounce"),
            ("defer", "unix - - n - 0 bounce"), ("trace", "unix - - n - 0 bounce"), ("verify", "unix - - n - 1 verify"),
            ("flush", "unix n - n 1000? 0 flush"), ("proxymap", "unix - - n - - proxymap"), ("error", "unix - - n - - error"),
            ("retry", "unix - - n - - error"), ("discard", "unix - - n - - discard"), ("virtual", "unix - n n - - virtual"),
            ("anvil", "unix - - n - 1 anvil"), ("scache", "unix - - n - 1 scache"),
            ("postlog", "unix-dgram n - n - 1 postlogd"),
        )  # fmt: skip
        lines = [f"127.0.0.1:{self.submission} inet n - n - - smtpd", *(f"{name} {rest}" for name, rest in private)]
        return "\n".join(lines) + "\n"

    def _postfix(self, word: str) -> None:
        done = subprocess.run(
            ["postfix", "-c", str(self.root / "postfix"), word], env={**os.environ, "PATH": _path()}, timeout=60,
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode and word == "start":
            raise AssertionError(f"postfix did not start: {done.stdout}{done.stderr}{self.log()}")

    def _wait_for(self, port: int) -> None:
        deadline = time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"nothing listens on {port}: {self.log()}")

    def _stop(self) -> None:
        if (self.root / "postfix" / "main.cf").exists():
            self._postfix("stop")
        if self._dovecot is not None:
            self._dovecot.terminate()
            self._dovecot.wait(timeout=30)
        shutil.rmtree(self.root, ignore_errors=True)
