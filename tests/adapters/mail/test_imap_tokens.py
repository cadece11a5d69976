"""A mailbox that wants an access token, as Microsoft 365 does: what is said over the wire, and what a refusal leaves."""

from __future__ import annotations

import base64
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from onboard.adapters.mail.imap_bounces import ImapBounces, Mailbox
from onboard.errors import TransportDown
from tests.adapters.mail.certificates import Certificates, make
from tests.pipeline.delivery_cast import MONDAY

LAB = "rivera-lab@northlake.example"
GOOD = f"user={LAB}\x01auth=Bearer good\x01\x01".encode()


class TokenMailbox(Thread):
    """An empty mailbox that takes one token and no password; `heard` keeps every line."""

    def __init__(self, certificates: Certificates) -> None:
        super().__init__(daemon=True)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._context = certificates.server_context()
        self.port = int(self._listener.getsockname()[1])
        self.heard: list[bytes] = []

    def run(self) -> None:
        """One visitor after the other, until the door is shut."""
        while True:
            try:
                visitor, _ = self._listener.accept()
                with self._context.wrap_socket(visitor, server_side=True) as link:
                    self._talk(link)
            except OSError:
                if self._listener.fileno() < 0:
                    return

    def shut(self) -> None:
        """No more visitors."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _talk(self, link: ssl.SSLSocket) -> None:
        lines = link.makefile("rb")
        link.sendall(b"* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] ready\r\n")
        for line in lines:
            self.heard.append(line.strip())
            tag, word, *_ = line.split()
            if word == b"AUTHENTICATE":
                self._authenticate(link, lines, tag)
                continue
            answer = {b"CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n", b"UID": b"* SEARCH\r\n"}.get(word, b"")
            link.sendall(answer + tag + b" OK done\r\n")
            if word == b"LOGOUT":
                return

    def _authenticate(self, link: ssl.SSLSocket, lines, tag: bytes) -> None:
        link.sendall(b"+ \r\n")
        if base64.b64decode(lines.readline()) == GOOD:
            link.sendall(tag + b" OK authenticated\r\n")
            return
        link.sendall(b"+ " + base64.b64encode(b'{"status":"400","schemes":"Bearer"}') + b"\r\n")
        self.heard.append(lines.readline().strip())
        link.sendall(tag + b" NO AUTHENTICATE failed.\r\n")


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return make(tmp_path)


@pytest.fixture
def server(certificates: Certificates) -> Iterator[TokenMailbox]:
    running = TokenMailbox(certificates)
    running.start()
    yield running
    running.shut()


def source(server: TokenMailbox, certificates: Certificates, token: str) -> ImapBounces:
    box = Mailbox(
        host="127.0.0.1", port=server.port, user=LAB, token=lambda: token, ca_file=certificates.authority, timeout=5
    )  # fmt: skip
    return ImapBounces(box)


def test_a_token_opens_the_mailbox_and_it_is_only_read(server: TokenMailbox, certificates: Certificates) -> None:
    opened = source(server, certificates, "good")
    assert opened.reports(MONDAY) == []
    opened.close()
    words = [line.split()[1] for line in server.heard]
    assert b"LOGIN" not in words and b"EXAMINE" in words and b"SELECT" not in words and words[-1] == b"LOGOUT"


def test_an_old_token_is_refused_in_words_and_not_quoted(server: TokenMailbox, certificates: Certificates) -> None:
    with pytest.raises(TransportDown, match="login was refused") as caught:
        source(server, certificates, "ended-token").reports(MONDAY)
    assert "ended-token" not in str(caught.value) and b"" in server.heard, "the second question gets an empty answer"


def test_no_token_is_said_as_it_is(server: TokenMailbox, certificates: Certificates) -> None:
    def none() -> str:
        raise TransportDown("Nobody has signed in: run `onboard mail login`")

    box = Mailbox(host="127.0.0.1", port=server.port, user=LAB, token=none, ca_file=certificates.authority, timeout=5)
    opened = ImapBounces(box)
    for _ in range(2):
        with pytest.raises(TransportDown, match="mail login"):
            opened.reports(MONDAY)
