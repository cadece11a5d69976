"""filterLogic: `[age] >= 61 and [name] = 'John Lee'`, `[event_1_arm_1][x(1)] = "1"`, `datediff(...)`.

Whether a row passes. Only what was seen on live servers is known; anything else is malformed, `==` included.
"""

import operator
import re
from collections.abc import Callable
from typing import NamedTuple

from onboard.sandbox.clock import read_moment

Value = str | float | bool
Lookup = Callable[[str, str, str], str]  # event or "", field, checkbox code or "" -> value

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<field>(?:\[[a-z][a-z0-9_]*\])?\[[a-z][a-z0-9_]*(?:\([^)\]]*\))?\])
      | (?P<string>"[^"]*"|'[^']*')
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<sign><>|!=|<=|>=|=(?!=)|<|>|\+|-|\*|/|\(|\)|,)
      | (?P<word>[a-z_]+)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_FIELD = re.compile(r"(?:\[(?P<event>\w+)\])?\[(?P<field>\w+)(?:\((?P<code>[^)]*)\))?\]")
_SECONDS = {"y": 31556952.0, "M": 2629746.0, "d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_COMPARE: dict[str, Callable[[Value, Value], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
Node = Callable[[Lookup], Value]


class LogicError(ValueError):
    """Logic that cannot be read."""


class Token(NamedTuple):
    """A piece of the text and what it is."""

    kind: str
    text: str


def parse(text: str) -> Callable[[Lookup], bool]:
    """Read the logic once; the result judges a row through a lookup. Raises LogicError."""
    parser = _Parser(_tokens(text))
    node = parser.either()
    if parser.here.kind != "end":
        raise LogicError(f"unexpected {parser.here.text!r}")
    return lambda lookup: _truth(node(lookup))


def fields_of(text: str) -> set[str]:
    """Names of the fields the logic mentions."""
    found = (_FIELD.fullmatch(token.text) for token in _tokens(text) if token.kind == "field")
    return {match["field"] for match in found if match}


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    position = 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if not match or not match.lastgroup:
            raise LogicError(f"cannot read {text[position:]!r}")
        tokens.append(Token(match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return [*tokens, Token("end", "")]


class _Parser:
    """Recursive descent: either > both > negation > comparison > sum > product > atom."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def here(self) -> Token:
        return self._tokens[self._at]

    def take(self, *texts: str) -> str:
        """The current token's text if it is one of these, moving on; else blank."""
        text = self.here.text.lower()
        if self.here.kind in {"sign", "word"} and text in texts:
            self._at += 1
            return text
        return ""

    def expect(self, text: str) -> None:
        if not self.take(text):
            raise LogicError(f"expected {text!r}")

    def either(self) -> Node:
        nodes = [self.both()]
        while self.take("or"):
            nodes.append(self.both())
        return nodes[0] if len(nodes) == 1 else lambda look: any(_truth(node(look)) for node in nodes)

    def both(self) -> Node:
        nodes = [self.negation()]
        while self.take("and"):
            nodes.append(self.negation())
        return nodes[0] if len(nodes) == 1 else lambda look: all(_truth(node(look)) for node in nodes)

    def negation(self) -> Node:
        if self.take("not"):
            node = self.negation()
            return lambda look: not _truth(node(look))
        return self.comparison()

    def comparison(self) -> Node:
        left = self.sum()
        sign = self.take(*_COMPARE)
        if not sign:
            return left
        right = self.sum()
        return lambda look: _compare(sign, left(look), right(look))

    def sum(self) -> Node:
        node = self.product()
        while sign := self.take("+", "-"):
            node = _arithmetic(sign, node, self.product())
        return node

    def product(self) -> Node:
        node = self.atom()
        while sign := self.take("*", "/"):
            node = _arithmetic(sign, node, self.atom())
        return node

    def atom(self) -> Node:
        if self.take("("):
            node = self.either()
            self.expect(")")
            return node
        if self.take("-"):
            return _arithmetic("-", lambda look: 0.0, self.atom())
        if self.take("datediff"):
            return self.datediff()
        return self.leaf()

    def leaf(self) -> Node:
        kind, text = self.here
        self._at += 1
        if kind == "string":
            return lambda look: text[1:-1]
        if kind == "number":
            return lambda look: float(text)
        match = _FIELD.fullmatch(text) if kind == "field" else None
        if not match:
            raise LogicError(f"unexpected {text!r}" if text else "unexpected end")
        return lambda look: look(match["event"] or "", match["field"], match["code"] or "")

    def datediff(self) -> Node:
        self.expect("(")
        arguments = [self.argument()]
        while self.take(","):
            arguments.append(self.argument())
        self.expect(")")
        if len(arguments) < 3:
            raise LogicError("datediff needs two dates and a unit")
        return lambda look: _datediff(*(argument(look) for argument in arguments))

    def argument(self) -> Node:
        word = self.take("true", "false")
        return (lambda look: word == "true") if word else self.sum()


def _truth(value: Value) -> bool:
    return value not in ("", "0", 0.0, False)


def _number(value: Value) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _compare(sign: str, left: Value, right: Value) -> bool:
    numbers = _number(left), _number(right)
    if numbers[0] is not None and numbers[1] is not None:
        return _COMPARE[sign](numbers[0], numbers[1])
    if sign not in {"=", "<>", "!="} and "" in (left, right):
        return False
    return _COMPARE[sign](str(left), str(right))


def _arithmetic(sign: str, left: Node, right: Node) -> Node:
    action = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}[sign]

    def compute(look: Lookup) -> Value:
        a, b = _number(left(look)), _number(right(look))
        if a is None or b is None or (sign == "/" and b == 0):
            return ""
        return float(action(a, b))

    return compute


def _datediff(first: Value, second: Value, unit: Value, *rest: Value) -> Value:
    # Exported dates are always Y-M-D, so the optional format argument does not matter.
    begin, end = read_moment(str(first)), read_moment(str(second))
    if begin is None or end is None or str(unit) not in _SECONDS:
        return ""
    days = (end - begin).total_seconds() / _SECONDS[str(unit)]
    return days if any(value is True for value in rest) else abs(days)
