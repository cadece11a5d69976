"""A mail server on 127.0.0.1 that keeps every message and delivers none.

Start, stop, address, TLS, and messages written as `.eml` files. What it answers is in `conversation.py`.
"""

import asyncio
import logging
import socket
import ssl
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Event, Thread
from types import TracebackType

from onboard.sandbox.mail.conversation import Box, Caught, Conversation, Counts, Handler
from onboard.sandbox.mail.faults import MailFault, Script, Stage

__all__ = ["Caught", "MailCatcher", "MailFault", "Script", "Stage"]

HOST = "127.0.0.1"
WAIT_SECONDS = 10.0
LARGEST_MESSAGE = 33_554_432


class MailCatcher:
    """A mail server for demos and tests. Use it with `with`, or `start` and `stop`.

    `users` asks for a login; `tls` offers STARTTLS, or with `implicit_tls` speaks TLS from the first byte;
    `smtputf8` offers addresses beyond ASCII.
    """

    def __init__(
        self,
        port: int = 0,
        directory: Path | None = None,
        users: Mapping[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        smtputf8: bool = False,
    ) -> None:
        self.host = HOST
        self.port = port
        self._box = Box(directory=directory, users=users or {})
        self._tls = tls
        self._implicit = implicit_tls
        self._smtputf8 = smtputf8
        self._thread: Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._conversations: list[Conversation] = []

    @property
    def messages(self) -> list[Caught]:
        """Everything caught, in order."""
        return list(self._box.messages)

    @property
    def script(self) -> Script:
        """Faults to come."""
        return self._box.script

    @property
    def counts(self) -> Counts:
        """Connections, logins and goodbyes so far."""
        return self._box.counts

    @property
    def asks_login(self) -> bool:
        """Whether senders must log in."""
        return bool(self._box.users)

    def clear(self) -> None:
        """Forget the messages (files stay)."""
        self._box.messages.clear()

    def wait_for(self, count: int, seconds: float = WAIT_SECONDS) -> list[Caught]:
        """The messages once there are that many; fewer when the time is up."""
        deadline = time.monotonic() + seconds
        while len(self._box.messages) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.messages

    def start(self) -> None:
        """Bind and serve; returns when mail is taken. Raises OSError when the port is taken."""
        # aiosmtpd warns of a deprecated attribute that it sets itself at every login.
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        listener = socket.create_server((HOST, self.port))
        # An answer of many lines goes out at once, as asyncio itself sees to for the sockets that it makes.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = listener.getsockname()[1]
        ready = Event()
        self._thread = Thread(target=lambda: asyncio.run(self._serve(listener, ready)), name="mail-catcher", daemon=True)
        self._thread.start()
        if not ready.wait(WAIT_SECONDS):
            raise RuntimeError("The mail catcher did not start: look at the messages above.")

    def stop(self) -> None:
        """Stop and wait for the thread; open connections are closed."""
        if self._thread is None or self._loop is None or self._stop is None:
            return
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(WAIT_SECONDS)
        self._thread = self._loop = self._stop = None

    def __enter__(self) -> "MailCatcher":
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    async def _serve(self, listener: socket.socket, ready: Event) -> None:
        loop = asyncio.get_running_loop()
        self._loop, self._stop = loop, asyncio.Event()
        context = self._tls if self._implicit else None
        server = await loop.create_server(lambda: self._conversation(loop), sock=listener, ssl=context)
        ready.set()
        await self._stop.wait()
        server.close()
        for conversation in self._conversations:
            if isinstance(conversation.transport, asyncio.WriteTransport):
                conversation.transport.abort()
        await asyncio.sleep(0)

    def _conversation(self, loop: asyncio.AbstractEventLoop) -> Conversation:
        handler = Handler(self._box)
        conversation = Conversation(
            handler,
            loop=loop,
            hostname="catcher.localhost",
            data_size_limit=LARGEST_MESSAGE,
            enable_SMTPUTF8=self._smtputf8,
            tls_context=None if self._implicit else self._tls,
            auth_require_tls=self._tls is not None and not self._implicit,
            authenticator=handler.login if self._box.users else None,
        )
        self._conversations.append(conversation)
        return conversation
