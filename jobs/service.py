"""`onboard service`: what to paste so that the jobs run automatically.

It makes the lines and the unit; it installs nothing.
"""

from __future__ import annotations

import getpass
import shlex
import sys
from pathlib import Path
from subprocess import list2cmdline
from typing import TYPE_CHECKING, Annotated

import typer

from onboard.cli.options import HERE, Home
from onboard.cli.output import say
from onboard.errors import ConfigError

if TYPE_CHECKING:
    from onboard.config.loading import Config

_LINES = r"""One line is enough, and needs no root. Every way below uses each job's slot once, whatever you start how often.

# cron: run `crontab -e` and paste
*/10 * * * *  {cron}

# systemd, user timer: paste the line, once; `loginctl enable-linger {user}` lets it run while nobody is logged in
# (where that is refused, root has to say it)
mkdir -p ~/.config/systemd/user && cd ~/.config/systemd/user && \
 printf '[Service]\nType=oneshot\nSuccessExitStatus=1\nExecStart={timer}\n' > onboard.service && \
 printf '[Timer]\nOnCalendar=*:0/10\nPersistent=true\n[Install]\nWantedBy=timers.target\n' > onboard.timer && \
 systemctl --user daemon-reload && systemctl --user enable --now onboard.timer

# Windows Task Scheduler: paste into a command window; with /RU YOUR-NAME /RP it runs while nobody is logged in, too
{windows}
"""

_UNIT = """
# A service of its own, for a server with systemd. First take the line out of cron, or say
# `systemctl --user disable --now onboard.timer`: two memories of what was said would mail twice. Then as root:
{program_steps}#   useradd --system --home-dir {state} --shell /usr/sbin/nologin onboard
#   install -d -o onboard -g onboard -m 700 {state} && cp -r {home}/. {state}/
{secret_steps}#   chown -R onboard:onboard {state}
#   save the lines below as /etc/systemd/system/onboard.service; systemctl enable --now onboard
# From then on {state} is the home: edit the settings there.
[Unit]
Description=onboard: reads REDCap, judges who is cleared, sends each notice once
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
ExecStart={program} serve {option} {state} --log json
User=onboard
Group=onboard
WatchdogSec=10min
Restart=on-failure
RestartSec=30s
TimeoutStopSec=5min
KillSignal=SIGTERM
KillMode=mixed
{credentials}# what may be written, and nothing else
StateDirectory=onboard
StateDirectoryMode=0700
ReadWritePaths={writable}
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
ProtectProc=invisible
ProcSubset=pid
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RemoveIPC=yes
{umask}
# a process that is killed leaves no copy of its memory, where tokens are
LimitCORE=0
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
# outgoing HTTPS and SMTP only; no port is opened but, if asked for, one on this machine
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX

[Install]
WantedBy=multi-user.target
"""
#: The program makes everything else for its owner only, whatever is set here.
_FOR_READERS = "# the board is for readers\nUMask=0022"
_STATE = "/var/lib/onboard"
_USUAL = ("people", "protocols")
#: Where a program lies that no other account may read, and where one lies that all may.
_PRIVATE, _SHARED = ("/root/", "/home/"), "/opt/onboard"
_PROGRAM_STEPS = f"""# (in the folder this program was installed from, so that all may read it)
#   python3 -m venv {_SHARED} && {_SHARED}/bin/pip install -c requirements.lock .
"""
_SECRET_STEPS = """#   rm -f {state}/secrets.env; install -d -m 700 /etc/onboard
#   for name in {names}; do sed -n "s/^$name=//p" {file} > /etc/onboard/$name; done
# (each secret in a file of its own, nothing but its value in it, no quotes; what secrets.env does not hold, write by hand)
"""
#: schtasks refuses a longer /TR ("cannot be more than 261 character(s)").
_LONGEST_TASK = 261
_TASK = r'schtasks /Create /TN onboard /SC MINUTE /MO 10 /TR "{}"'
_TASK_FILE = r"%USERPROFILE%\onboard.cmd"

Labs = Annotated[Path | None, typer.Option("--labs", metavar="FOLDER", help="For every lab's home in this folder.")]


def command(
    home: Home = HERE,
    labs: Labs = None,
    unit: Annotated[bool, typer.Option("--unit", help="Print the systemd unit alone, to save as a file.")] = False,
) -> None:
    """Print the one line for cron, a systemd user timer or Windows Task Scheduler, then a hardened systemd unit."""
    if unit:
        say("[Unit]" + service_unit(home, labs).partition("[Unit]")[2].rstrip())
        return
    say(one_lines(home, labs) + service_unit(home, labs))


def _program() -> Path:
    """The command as it was installed, beside the interpreter that runs it."""
    return Path(sys.executable).parent / "onboard"


def one_lines(home: Path, labs: Path | None = None) -> str:
    """The lines that need no root. Cron mails whatever is printed, so there only what needs a person is."""
    where = [f"--{'labs' if labs else 'home'}", str((labs or home).absolute())]
    words = [str(_program()), "run", "due", "--send"]
    timer = " ".join(map(_unit_word, [*words, *where]))
    return _LINES.format(
        cron=shlex.join([*words, "--quiet", *where]).replace("%", r"\%"),
        timer=timer.replace("\\", "\\\\").replace("%", "%%").replace("'", r"'\''"),
        windows=_task([f"{_program()}.exe", *words[1:], *where]),
        user=getpass.getuser(),
    )


def _task(words: list[str]) -> str:
    """What makes the task, for a command window: the inner quotes are schtasks' own, so they are escaped. A command that is too
    long for it goes into a file."""
    command = list2cmdline(words).replace("/", "\\")
    if len(command) <= _LONGEST_TASK:
        return _TASK.format(command.replace('"', r"\""))
    return f'> "{_TASK_FILE}" echo @{command}\n' + _TASK.format(rf"\"{_TASK_FILE}\"")


def _unit_word(word: str) -> str:
    """One word of ExecStart=, as systemd.service(5) wants it."""
    plain = word.replace("\\", "\\\\").replace("%", "%%").replace("$", "$$").replace('"', r"\"")
    return f'"{plain}"' if " " in plain or "'" in plain else plain


def service_unit(home: Path, labs: Path | None = None) -> str:
    """The unit, with the steps before it as comments."""
    names = [] if labs else needed_secrets(home)
    private = str(_program()).startswith(_PRIVATE)
    elsewhere = [] if labs else _written_elsewhere(home)
    return _UNIT.format(
        program=f"{_SHARED}/bin/onboard" if private else _unit_word(str(_program())),
        program_steps=_PROGRAM_STEPS if private else "",
        secret_steps="" if labs else _secret_steps(home, names),
        option="--labs" if labs else "--home",
        home=_quoted(labs or home),
        state=_STATE,
        credentials="".join(f"LoadCredential={name}:/etc/onboard/{name}\n" for name in names),
        umask=_FOR_READERS if elsewhere else "UMask=0077",
        writable=" ".join([_STATE, *map(_unit_word, elsewhere)]),
    )


def _secret_steps(home: Path, names: list[str]) -> str:
    return _SECRET_STEPS.format(state=_STATE, names=" ".join(names), file=_quoted(home / "secrets.env"))


def _quoted(path: Path) -> str:
    return shlex.quote(str(path.absolute()))


def _written_elsewhere(home: Path) -> list[str]:
    """Folders outside the home that the lab's settings let the program write into."""
    config = _config(home)
    board = config.operating.board.absolute() if config and config.operating.board else None
    return [str(board.parent)] if board and not board.is_relative_to(home.absolute()) else []


def _config(home: Path) -> Config | None:
    """The lab's configuration; None before it is set up, because the unit can be looked at even then."""
    from onboard.config.loading import load_config

    try:
        return load_config(home)
    except ConfigError:
        return None


def needed_secrets(home: Path) -> list[str]:
    """The secrets this lab's service is started with; systemd refuses to start when one of them has no file."""
    from onboard.config import secrets

    config = _config(home)
    if config is None:
        return [secrets.token_name(project) for project in _USUAL]
    tokens = any(
        (
            config.mail.transport == "login" and config.mail.login == "xoauth2",
            config.bounces and config.bounces.login == "xoauth2",
        )
    )
    wanted = {
        secrets.MAIL_PASSWORD: config.mail.transport == "login" and config.mail.login == "basic",
        secrets.BOUNCES_PASSWORD: config.bounces is not None and config.bounces.login == "basic",
        secrets.M365_SECRET: tokens and config.m365.flow == "app",
        secrets.PING_URL: config.secrets.has(secrets.PING_URL),
    }
    return [secrets.token_name(project) for project in _read(config)] + [name for name, asked in wanted.items() if asked]


def _read(config: Config) -> list[str]:
    """The projects in REDCap that are read or written; protocols kept as files in the home are none."""
    from onboard.app.records import redcap_mapping

    used = {*redcap_mapping(config).projects, *([config.writeback.project] if config.writeback else [])}
    return [project for project in config.redcap if project in used]
