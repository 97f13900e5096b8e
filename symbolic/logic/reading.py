"""Reads a logic text line by line. Errors name the line, what was found and what was expected there.

The language: one statement a line, the last one `query: …`; atoms `Pred(a, b)` with constants in lower case;
`not`, `and`, `or`, `->`, `<->`, `=`; `forall x: …`, `exists x, y: …`, which reach to the end of the line or
bracket; `#` comments. `sort Bird: owl, raven` declares a finite sort of different members (`forall x in
Bird: …`), `function place(Bird): 1..5` a function to whole numbers, compared with = != < <= > >= + -.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken, v_args

from symbolic.logic.errors import LogicError
from symbolic.logic.sorting import assign_sorts
from symbolic.logic.syntax import (
    NUMBER,
    THING,
    Apply,
    Atom,
    Compare,
    Connect,
    Expression,
    Formula,
    Function,
    Name,
    Not,
    Quantify,
    Statement,
    Sum,
    Theory,
    Whole,
)

MAX_LINES = 500
MAX_LINE = 2000
MAX_DEPTH = 60

_GRAMMAR = r"""
    ?line: "query" ":" formula -> query
         | "sort" PREDICATE ":" name ("," name)* -> sort
         | "function" NAME "(" PREDICATE ("," PREDICATE)* ")" (":" NUMBER _DOTS NUMBER)? -> function
         | formula -> premise
    ?formula: implied (_IFF implied)* -> iff
    ?implied: either (_IMPLIES implied)? -> implies
    ?either: both ("or" both)* -> disjunction
    ?both: one ("and" one)* -> conjunction
    ?one: "not" one -> negation
        | (FORALL | EXISTS) name ("," name)* ("in" PREDICATE)? ":" formula -> quantified
        | "(" formula ")"
        | PREDICATE ("(" sum ("," sum)* ")")? -> atom
        | sum RELATION sum -> compare
    ?sum: value | sum PLUS value -> plus
    ?value: name | NUMBER -> whole | NAME "(" sum ("," sum)* ")" -> apply
    name: NAME
    _IFF: "<->"
    _IMPLIES: "->"
    _DOTS: ".."
    FORALL: "forall"
    EXISTS: "exists"
    PREDICATE: /[A-Z][A-Za-z0-9_]*/
    NAME: /(?!(?:not|and|or|forall|exists|in|sort|function|query)\b)[a-z][A-Za-z0-9_]*/
    NUMBER: /-?[0-9]{1,9}/
    RELATION: "=" | "!=" | "<=" | "<" | ">=" | ">"
    PLUS: "+" | "-"
    %ignore /[ \t]+/
"""
_WORDS = {
    "LPAR": "'('", "RPAR": "')'", "COMMA": "','", "COLON": "':'", "NAME": "a name in lower case",
    "PREDICATE": "a predicate with a capital letter", "NUMBER": "a whole number", "NOT": "'not'",
    "AND": "'and'", "OR": "'or'", "FORALL": "'forall'", "EXISTS": "'exists'", "IN": "'in'",
    "RELATION": "'=' or another comparison", "PLUS": "'+' or '-'", "$END": "the end of the line",
    "_IFF": "'<->'", "_IMPLIES": "'->'", "_DOTS": "'..'",
    "QUERY": "'query:'", "SORT": "'sort'", "FUNCTION": "'function'",
}  # fmt: skip
_HINTS = {
    "&": "write 'and'", "∧": "write 'and'", "|": "write 'or'", "∨": "write 'or'", "~": "write 'not'",
    "¬": "write 'not'", "!": "write 'not'", "∀": "write 'forall x: …'", "∃": "write 'exists x: …'",
    "→": "write '->'", "⇒": "write '->'",
    "↔": "write '<->'", "⇔": "write '<->'", ".": "end a line without a dot",
    "≠": "write '!='", "≤": "write '<='", "≥": "write '>='", ";": "put each statement on a line of its own",
}  # fmt: skip
_STARTS = {"LPAR", "NAME", "PREDICATE", "NUMBER", "NOT", "FORALL", "EXISTS"}
_ENGLISH = re.compile(r"(?<![\w(,])[A-Za-z]+(?=\s+[A-Za-z]+\s+[A-Za-z]+|\s+[A-Za-z]+\.?$|\.?$)")


def read_theory(text: str) -> Theory:
    """The theory of a logic text. Raises `LogicError`."""
    lines = text.splitlines()
    if len(lines) > MAX_LINES:
        raise LogicError(MAX_LINES + 1, f"a text has at most {MAX_LINES} lines")
    draft = _Draft()
    for number, line in enumerate(lines, start=1):
        statement = line.split("#", 1)[0].strip()
        if statement:
            draft.add(number, _parse(number, statement))
    return draft.theory(len(lines))


@functools.cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, start="line", parser="lalr", transformer=_Builder(), maybe_placeholders=False)


def _parse(number: int, line: str) -> Any:
    if len(line) > MAX_LINE:
        raise LogicError(number, f"a line has at most {MAX_LINE} characters")
    try:
        found: Any = _parser().parse(line)
    except UnexpectedInput as error:
        raise LogicError(number, _explain(line, error)) from None
    if _depth(found[-1]) > MAX_DEPTH:
        raise LogicError(number, f"brackets, 'not' and quantifiers nest at most {MAX_DEPTH} deep")
    return found


def _explain(line: str, error: UnexpectedInput) -> str:
    if len(_ENGLISH.findall(line)) > 2:
        return "this is an English sentence; write for example 'Kind(anne)' or 'forall x: Kind(x) -> Nice(x)'"
    if isinstance(error, UnexpectedCharacters):
        position = error.pos_in_stream or 0
        found, expected = repr(line[position]), error.allowed
        if line[position] in _HINTS:
            return f"{found} is not in the language after {_before(line, position)}; {_HINTS[line[position]]}"
    else:
        assert isinstance(error, UnexpectedToken)
        token, expected = error.token, error.expected
        position = len(line) if token.type == "$END" or token.start_pos is None else token.start_pos
        found = "the end of the line" if token.type == "$END" else repr(str(token))
        if token.type == "PREDICATE" and "NAME" in expected and "PREDICATE" not in expected:
            found += f"; write a constant in lower case, {str(token).lower()!r}"
    return f"{_expected(expected)} was expected after {_before(line, position)}, not {found}"


def _before(line: str, position: int) -> str:
    shown = line[:position].rstrip()
    return repr(("…" if len(shown) > 40 else "") + shown[-40:]) if shown else "the start of the line"


def _expected(terminals: Iterable[str] | None) -> str:
    names = set(terminals or ())
    words = []
    if names >= {"LPAR", "NAME", "PREDICATE"}:
        names -= _STARTS
        words.append("a formula such as 'Kind(anne)', 'not …' or 'forall x: …'")
    words += sorted({_WORDS.get(name, repr(name.lower())) for name in names})
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


@v_args(inline=True)
class _Builder(Transformer[Token, Any]):
    """Builds the tree bottom-up while the line is parsed."""

    def query(self, formula: Formula) -> tuple[str, Formula]:
        return "query", formula

    def premise(self, formula: Formula) -> tuple[str, Formula]:
        return "premise", formula

    def sort(self, name: Token, *members: Name) -> tuple[str, str, tuple[str, ...]]:
        return "sort", str(name), tuple(member.name for member in members)

    def function(self, name: Token, *rest: Token) -> tuple[str, str, tuple[str, ...], tuple[int, ...]]:
        sorts = tuple(str(token) for token in rest if token.type == "PREDICATE")
        return "function", str(name), sorts, tuple(int(token) for token in rest if token.type == "NUMBER")

    def iff(self, first: Formula, *rest: Formula) -> Formula:
        return _fold("<->", first, rest)

    def implies(self, left: Formula, right: Formula | None = None) -> Formula:
        return left if right is None else Connect("->", left, right)

    def disjunction(self, first: Formula, *rest: Formula) -> Formula:
        return _fold("or", first, rest)

    def conjunction(self, first: Formula, *rest: Formula) -> Formula:
        return _fold("and", first, rest)

    def negation(self, body: Formula) -> Formula:
        return Not(body)

    def quantified(self, kind: Token, *rest: Any) -> Formula:
        *bound, body = rest
        sort = str(bound.pop()) if isinstance(bound[-1], Token) else ""
        for variable in reversed(bound):
            body = Quantify(str(kind), variable.name, sort, body)
        formula: Formula = body
        return formula

    def atom(self, name: Token, *args: Expression) -> Formula:
        return Atom(str(name), args)

    def compare(self, left: Expression, op: Token, right: Expression) -> Formula:
        return Compare(str(op), left, right)

    def plus(self, left: Expression, sign: Token, right: Expression) -> Expression:
        return Sum(left, right, sign == "-")

    def apply(self, name: Token, *args: Expression) -> Expression:
        return Apply(str(name), args)

    def whole(self, token: Token) -> Expression:
        return Whole(int(token))

    def name(self, token: Token) -> Name:
        return Name(str(token))


def _fold(op: str, first: Formula, rest: tuple[Formula, ...]) -> Formula:
    """Balanced, so that a long chain does not nest deep."""
    parts = [first, *rest]
    while len(parts) > 1:
        pairs = [parts[index : index + 2] for index in range(0, len(parts), 2)]
        parts = [Connect(op, *pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return parts[0]


def _depth(tree: Any) -> int:
    """Levels of a tree, counted without recursion."""
    levels, layer = 0, [tree]
    while layer:
        layer = [
            part
            for node in layer
            for part in (getattr(node, name, None) for name in ("body", "left", "right"))
            if part is not None
        ]
        levels += 1
    return levels


@dataclass
class _Draft:
    """What has been read so far."""

    premises: list[Statement] = field(default_factory=list)
    query: Statement | None = None
    sorts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)

    def add(self, line: int, found: tuple[Any, ...]) -> None:
        if self.query is not None:
            raise LogicError(
                line, f"the query (line {self.query.line}) is the last statement, nothing follows it"
            )
        kind, *parts = found
        if kind == "sort":
            self._sort(line, *parts)
        elif kind == "function":
            self._function(line, *parts)
        else:
            self._statement(line, kind, *parts)

    def _statement(self, line: int, kind: str, formula: Formula) -> None:
        statement = Statement(line, formula)
        if kind == "query":
            self.query = statement
        else:
            self.premises.append(statement)

    def _sort(self, line: int, name: str, members: tuple[str, ...]) -> None:
        if name in self.sorts:
            raise LogicError(line, f"the sort {name} is declared twice")
        if name in (THING, NUMBER):
            raise LogicError(line, f"{name} is the name of a sort that is always there; choose another")
        known = {member: sort for sort, others in self.sorts.items() for member in others}
        for member in members:
            if member in known or members.count(member) > 1:
                raise LogicError(line, f"{member} is declared twice; a member belongs to one sort")
        self.sorts[name] = members

    def _function(self, line: int, name: str, sorts: tuple[str, ...], ends: tuple[int, ...]) -> None:
        if name in self.functions:
            raise LogicError(line, f"the function {name} is declared twice")
        if ends and ends[0] > ends[1]:
            raise LogicError(line, f"the range of {name} is empty: {ends[0]}..{ends[1]}")
        self.functions[name] = Function(line, sorts, *ends)

    def theory(self, lines: int) -> Theory:
        if self.query is None:
            raise LogicError(max(lines, 1), "the last line must be 'query: …' with the statement to decide")
        return assign_sorts(tuple(self.premises), self.query, self.sorts, self.functions)
