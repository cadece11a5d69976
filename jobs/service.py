"""`onboard service`: what to paste so that the jobs run by themselves. Decides the lines and the unit; installs nothing."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from onboard.cli.options import HERE, Home
from onboard.cli.output import say

_LINES = """One line is enough, and needs no root. Both ways below use each job's slot once, whatever you start how often.

# cron: run `crontab -e` and paste
*/10 4-19 * * *  {run}

# systemd, user timer: paste both lines, once; the second lets it run while nobody is logged in
systemd-run --user --unit=onboard --on-calendar='*-*-* 04..19:00/10' --timer-property=Persistent=true {run}
loginctl enable-linger {user}

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
_SECRETS = ("ONBOARD_PEOPLE_TOKEN", "ONBOARD_PROTOCOLS_TOKEN", "ONBOARD_MAIL_PASSWORD")


def command(
    home: Home = HERE,
    unit: Annotated[bool, typer.Option("--unit", help="Print the systemd unit alone, to save as a file.")] = False,
) -> None:
    """Print the one line for cron, a systemd user timer or Windows Task Scheduler, then a hardened systemd unit."""
    if unit:
        say(service_unit(home).partition("[Unit]")[1] + service_unit(home).partition("[Unit]")[2].rstrip())
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
    credentials = "\n".join(f"LoadCredential={name}:/etc/onboard/{name}" for name in _SECRETS)
    return _UNIT.format(program=_program(), home=home.absolute(), state=_STATE, credentials=credentials)
