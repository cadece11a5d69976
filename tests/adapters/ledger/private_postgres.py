"""A PostgreSQL cluster for tests: made in a new folder, on a free port of 127.0.0.1, stopped and removed afterwards.

The server refuses to run as root, so root lends it the `postgres` account; anybody else runs it as themselves.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    return Path(on_path).parent if on_path else None


def missing() -> str:
    """Why there can be no cluster here, "" when there can."""
    if _binaries() is None:
        return "no PostgreSQL server is installed: apt-get install postgresql"
    if importlib.util.find_spec("psycopg") is None:
        return "no PostgreSQL driver is installed: pip install 'psycopg[binary]'"
    if os.geteuid() == 0 and _account() is None:
        return "running as root without a postgres account: adduser --system postgres"
    return ""


def _account() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return None


class PrivatePostgres:
    """Use with `with`. Super-user `postgres`, and `lab`, who owns the databases but rules nothing else."""

    def __init__(self) -> None:
        binaries = _binaries()
        assert binaries is not None
        self._bin = binaries
        self._folder = Path(tempfile.mkdtemp(prefix="onboard-pg-", dir="/tmp"))
        self.port = 0

    def __enter__(self) -> PrivatePostgres:
        self._folder.chmod(0o755)
        home = self._folder / "home"
        home.mkdir()
        account = _account()
        if os.geteuid() == 0 and account:
            os.chown(home, account.pw_uid, account.pw_gid)
        data = home / "data"
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C")
        self.port = _free_port()
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} -c max_connections=50"
        self._run("pg_ctl", "-D", data, "-l", home / "log", "-w", "-o", options, "start")
        self.sql("CREATE ROLE lab LOGIN")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._run("pg_ctl", "-D", self._folder / "home" / "data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def fresh_database(self, name: str) -> str:
        """A new database; returns its address for the plain account."""
        self.sql(f"CREATE DATABASE {name} OWNER lab")
        return f"postgresql://lab@127.0.0.1:{self.port}/{name}"

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run a statement as super-user; returns what psql prints."""
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", database)
        return self._run("psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", *where, "-c", statement)

    def tool(self, program: str, *words: object) -> str:
        """Run one of PostgreSQL's own tools as super-user, in a folder of the server's; returns what it prints."""
        return self._run(program, "-h", "127.0.0.1", "-p", self.port, "-U", "postgres", *words)

    @property
    def folder(self) -> Path:
        """A folder the server's account may write into."""
        return self._folder / "home"

    def _run(self, program: str, *words: object) -> str:
        account = _account()
        lent = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if os.geteuid() == 0 and account else {}
        command = [str(self._bin / program), *map(str, words)]
        log = self._folder / "output"
        with log.open("w+b") as out:
            done = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, cwd="/", timeout=120, **lent)
            out.seek(0)
            text = out.read().decode(errors="replace")
        if done.returncode:
            raise RuntimeError(f"{program} failed: {text[-800:]}")
        return text


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
