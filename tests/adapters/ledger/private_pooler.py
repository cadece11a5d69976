"""pgbouncer before a private PostgreSQL, for tests: transaction pooling over one connection to the server, so that two labs are
given the same one in turns. It refuses to run as root, as the server does."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from tests.adapters.ledger.private_postgres import _account, _free_port

_SETTINGS = """[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
logfile = {folder}/log
pool_mode = transaction
default_pool_size = 1
reserve_pool_size = 0
query_wait_timeout = 20
max_client_conn = 100
"""
_START_SECONDS = 10.0


def missing() -> str:
    """Why there can be no pooler here, "" when there can."""
    return "" if _program() else "no pgbouncer is installed: apt-get install pgbouncer"


def _program() -> str | None:
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


class PrivatePooler:
    """Use with `with`; `server` is the port of the PostgreSQL it stands before."""

    def __init__(self, server: int) -> None:
        self._server = server
        self._folder = Path(tempfile.mkdtemp(prefix="onboard-pool-", dir="/tmp"))
        self.port = _free_port()

    def __enter__(self) -> PrivatePooler:
        settings = self._folder / "pgbouncer.ini"
        settings.write_text(_SETTINGS.format(server=self._server, port=self.port, folder=self._folder), encoding="utf-8")
        (self._folder / "users").write_text('"lab" ""\n', encoding="utf-8")
        account = _account()
        lent = {}
        if os.geteuid() == 0 and account:
            lent = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
            for path in (self._folder, *self._folder.iterdir()):
                os.chown(path, account.pw_uid, account.pw_gid)
        program = _program()
        assert program is not None
        self._process = subprocess.Popen(
            [program, "-q", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **lent
        )
        self._wait()
        return self

    def _wait(self) -> None:
        """Until it has written that it listens."""
        import socket

        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"pgbouncer did not start: {(self._folder / 'log').read_text()[-800:]}") from None
                time.sleep(0.02)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait(10)
        shutil.rmtree(self._folder, ignore_errors=True)

    def address(self, url: str) -> str:
        """The same database by way of the pooler, without a word about it."""
        parts = urlsplit(url)
        return parts._replace(netloc=f"lab@127.0.0.1:{self.port}").geturl()
