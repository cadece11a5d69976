"""The command group that loads a command when it is called. Decides what an unknown command is told; `--help` shows the table and
imports none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperGroup

from onboard.errors import ConfigError


class Entry(NamedTuple):
    """One command: the module that holds its function `command`, and the line of help shown in the list."""

    module: str
    help: str


def group(table: Mapping[str, Entry]) -> type[TyperGroup]:
    """A group class over a table of commands, in the table's order."""

    class LazyGroup(TyperGroup):
        """Imports a command's module only when the command is asked for."""

        def list_commands(self, ctx: Any) -> list[str]:
            return list(table)

        def format_commands(self, ctx: Any, formatter: Any) -> None:
            """Each command with its whole line of help, however narrow the terminal."""
            with formatter.section("Commands"):
                formatter.write_dl([(name, entry.help) for name, entry in table.items()])

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            """A command as the list shows it; nothing is imported."""
            return _listed(cmd_name, table[cmd_name].help) if cmd_name in table else None

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            """The command that is called, imported now."""
            if args and args[0] in table:
                return args[0], _loaded(args[0], table[args[0]]), args[1:]
            if args and not args[0].startswith("-"):
                raise ConfigError(f"there is no command {args[0]!r}. {nearest(args[0], table)}`onboard --help` lists them.")
            return super().resolve_command(ctx, args)

    return LazyGroup


def nearest(word: str, known: Iterable[str]) -> str:
    """``Did you mean status? `` for a word that is nearly one of the known ones, "" for any other."""
    plain = {name.replace("_", "-"): name for name in known}
    found = [plain[name] for name in get_close_matches(word.lower().replace("_", "-"), plain, n=2)]
    return f"Did you mean {' or '.join(found)}? " if found else ""


def _listed(name: str, words: str) -> Any:
    app = typer.Typer(add_completion=False)
    app.command(name, help=words)(lambda: None)
    return typer.main.get_command(app)


def _loaded(name: str, entry: Entry) -> Any:
    app = typer.Typer(add_completion=False)
    app.command(name)(import_module(entry.module).command)
    return typer.main.get_command(app)
