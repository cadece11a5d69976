"""The command group that loads a command when it is called.

It also answers unknown commands and lays out help; the list of commands imports none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from onboard.errors import ConfigError


class Entry(NamedTuple):
    """One command: the module that holds its function `command`, and the line of help shown in the list."""

    module: str
    help: str


class PlainCommand(TyperCommand):
    """A command whose help names an argument in plain form.

    For example PERSON, [PROTOCOL], {list|diff}.
    """

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The words after the command's name; braces are kept for a choice alone."""
        pieces = super().collect_usage_pieces(ctx)
        return [piece if "|" in piece else piece.removeprefix("{").removesuffix("}") for piece in pieces]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Print arguments, then options.

        An argument shows no type; its sentence says it.
        """
        for title, kind in (("Arguments", "argument"), ("Options", "option")):
            params = [param for param in self.get_params(ctx) if param.param_type_name == kind]
            rows = [row for param in params if (row := param.get_help_record(ctx))]
            if rows:
                with formatter.section(title):
                    formatter.write_dl([(name.partition(" <")[0] if kind == "argument" else name, said) for name, said in rows])


def group(parts: Mapping[str, Mapping[str, Entry]]) -> type[TyperGroup]:
    """A group class over tables of commands, each under its heading, in their order."""
    table = {name: entry for part in parts.values() for name, entry in part.items()}
    width = max(map(len, table))

    class LazyGroup(TyperGroup):
        """Imports a command's module only when the command is asked for."""

        def list_commands(self, ctx: Any) -> list[str]:
            return list(table)

        def format_commands(self, ctx: Any, formatter: Any) -> None:
            """Each command with its whole line of help, however narrow the terminal."""
            for title, part in parts.items():
                with formatter.section(title):
                    formatter.write_dl([(name.ljust(width), entry.help) for name, entry in part.items()])

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
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name, cls=PlainCommand)(import_module(entry.module).command)
    return typer.main.get_command(app)
