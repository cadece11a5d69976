"""`onboard service`: what to paste so that the jobs run by themselves. Decides the lines and the unit; installs nothing."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from onboard.cli.options import HERE, Home
from onboard.cli.output import say
from onboard.errors import ConfigError

_LINES = r"""One line is enough, and needs no root. Both ways below use each job's slot once, whatever you start how often.

# cron: run `crontab -e` and paste
*/10 4-19 * * *  {run}

# systemd, user timer: paste the line, once; `loginctl enable-linger {user}` lets it run while nobody is logged in
mkdir -p ~/.config/systemd/user && cd ~/.config/systemd/user && \
 printf '[Service]\nType=oneshot\nSuccessExitStatus=1\nExecStart={run}\n' > onboard.service && \
 printf '[Timer]\nOnCalendar=*-*-* 04..19:00/10\nPersistent=true\n[Install]\nWantedBy=timers.target\n' > onboard.timer && \
 systemctl --user daemon-reload && systemctl --user enable --now onboard.timer

# Windows Task Scheduler: paste into a command window
schtasks /Create /TN onboard /SC MINUTE /MO 10 /ST 04:00 /DU 15:50 /TR "{windows}"
"""

_UNIT = """
# A service of its own, for a server with systemd. As root:
#   useradd --system --home-dir {state} --shell /usr/sbin/nologin onboard
#   install -d -o onboard -g onboard -m 700 {state} && cp -r {home}/. {state}/ && rm -f {state}/secrets.env
#   chown -R onboard:onboard {state}
#   install -d -m 700 /etc/onboard; put each secret into a file of its own there, for example /etc/onboard/ONBOARD_PEOPLE_TOKEN
#   save the lines below as /etc/systemd/system/onboard.service; systemctl enable --now onboard
[Unit]
Description=onboard: reads REDCap, judges who is cleared, mails once
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
ExecStart={program} serve --home {state} --log json
User=onboard
Group=onboard
WatchdogSec=10min
Restart=on-failure
RestartSec=30s
TimeoutStopSec=5min
KillSignal=SIGTERM
KillMode=mixed
{credentials}
# one folder may be written, nothing else
StateDirectory=onboard
StateDirectoryMode=0700
ReadWritePaths={state}
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
UMask=0077
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
# outgoing HTTPS and SMTP only; no port is opened but, if asked for, one on this machine
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX

[Install]
WantedBy=multi-user.target
"""
_STATE = "/var/lib/onboard"
_USUAL = ("people", "protocols")
#: Where a program lies that no other account may read.
_PRIVATE = ("/root/", "/home/")


def command(
    home: Home = HERE,
    unit: Annotated[bool, typer.Option("--unit", help="Print the systemd unit alone, to save as a file.")] = False,
) -> None:
    """Print the one line for cron, a systemd user timer or Windows Task Scheduler, then a hardened systemd unit."""
    if unit:
        say("[Unit]" + service_unit(home).partition("[Unit]")[2].rstrip())
        return
    say(one_lines(home) + service_unit(home))


def _program() -> Path:
    """The command as it was installed, beside the interpreter that runs it."""
    return Path(sys.executable).parent / "onboard"


def one_lines(home: Path) -> str:
    """The lines that need no root."""
    run = f"{_program()} run due --send --home {home.absolute()}"
    return _LINES.format(run=run, windows=run.replace("/", "\\"), user=getpass.getuser())


def service_unit(home: Path) -> str:
    """The unit, with the steps before it as comments."""
    credentials = "\n".join(f"LoadCredential={name}:/etc/onboard/{name}" for name in needed_secrets(home))
    text = _UNIT.format(program=_program(), home=home.absolute(), state=_STATE, credentials=credentials)
    if str(_program()).startswith(_PRIVATE):
        said = f"# {_program()} lies in somebody's home: install the program where all may read it, as in /opt/onboard\n"
        text = text.replace("[Unit]", f"{said}[Unit]", 1)
    return text


def needed_secrets(home: Path) -> list[str]:
    """The secrets this lab's service is started with; systemd refuses to start when one of them has no file."""
    from onboard.config import secrets
    from onboard.config.loading import load_config

    try:
        config = load_config(home)
    except ConfigError:
        # the unit can be looked at before the lab is set up
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
        secrets.PING_URL: secrets.has_secret(secrets.PING_URL, home),
    }
    return [secrets.token_name(project) for project in config.redcap] + [name for name, asked in wanted.items() if asked]
