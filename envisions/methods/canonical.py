"""When two programs are the same one: equal up to layout, comments, docstrings and names of local variables.

Sound rather than complete: programs of one canonical form do the same, but some that do the same have
several. Code that may look at itself (`__doc__`, `locals`, `eval`, …) keeps its docstrings and names. Two
programs of one form may differ in the words of an uncaught error, which name a variable.
"""

from __future__ import annotations

import ast
import builtins
import re
import textwrap
import warnings
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, TypeGuard

from symbolic import Program

# What a program could see its docstrings or the names of its variables with.
_LOOKS_AT_ITSELF: Final = re.compile(
    r"\b(?:builtins|dir|doctest|eval|exec|gc|getdoc|globals|help|inspect|locals|query|sys|traceback|vars?)\b"
    r"|__(?!init__|main__|name__)\w+__|\bexcept\b.* as "
)
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Scope = _Function | ast.ClassDef | ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def canonical(program: Program) -> str:
    """The program's canonical form. Text that does not parse is its own, without trailing space."""
    if program.language == "python":
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of invalid escapes in a model's strings
                return _canonical_python(program.code)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass
    lines = textwrap.dedent(program.code).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip()


@lru_cache(1 << 14)
def _canonical_python(code: str) -> str:
    bare = _without_docstrings(ast.parse(code))
    if _LOOKS_AT_ITSELF.search(ast.unparse(bare)):
        return ast.unparse(ast.parse(code))
    for function in _outermost_functions(bare):
        _rename_locals(function, bare)
    return ast.unparse(bare)


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and ast.get_docstring(
            node, clean=False
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return tree


def _outermost_functions(node: ast.AST) -> Iterator[_Function]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _Function):
            yield child
        else:
            yield from _outermost_functions(child)


def _rename_locals(function: _Function, module: ast.Module) -> None:
    """Numbers the function's local variables in the order in which they occur. A name becomes the same other
    name in all of the body, inner scopes included, and one that no program can contain."""
    names = [node for part in function.body for node in ast.walk(part) if isinstance(node, ast.Name)]
    renamed: dict[str, str] = {}
    local = _locals(function, module)
    for node in names:
        if node.id in local:
            node.id = renamed.setdefault(node.id, f"${len(renamed)}")


def _locals(function: _Function, module: ast.Module) -> set[str]:
    """Names that are variables of the function, or of a scope inside it, wherever they occur in its body.

    Left out is whatever could be seen from elsewhere under its name: parameters, attributes of classes, what
    `import`, `def`, `class`, `global`, `except` or a pattern binds; and an inner scope's variable that shares
    its name with a builtin or with something bound outside the function, which the function itself may mean.
    """
    body = ast.Module(function.body, [])
    own, inner = _stored(body, inner=False), _stored(body, inner=True)
    inside = set(ast.walk(function))
    outside = [node for node in ast.walk(module) if node not in inside]
    exposed = _bound_as_text(ast.walk(function)) | _class_variables(body)
    elsewhere = set(dir(builtins)) | _bound_as_text(outside) | {node.id for node in outside if _stores(node)}
    if "*" not in elsewhere:  # an import of whatever names
        own |= inner - elsewhere
    return {name for name in own - exposed if not name.startswith("__")}


def _stored(node: ast.AST, *, inner: bool) -> set[str]:
    """Names that are assigned to under the node, in inner scopes or not."""
    found = {node.id} if _stores(node) else set()
    for child in ast.iter_child_nodes(node):
        if inner or not isinstance(child, _Scope):
            found |= _stored(child, inner=inner)
    return found


def _stores(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)


def _bound_as_text(nodes: Iterable[ast.AST]) -> set[str]:
    return {name for node in nodes for name in _texts(node)}


def _texts(node: ast.AST) -> Iterator[str]:
    """Names that the node binds or declares other than by an `ast.Name`."""
    match node:
        case ast.arg(arg=name) | ast.alias(asname=str(name)):
            yield name
        case ast.alias(name=name):
            yield name.partition(".")[0]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name


def _class_variables(body: ast.Module) -> set[str]:
    classes = [node for node in ast.walk(body) if isinstance(node, ast.ClassDef)]
    return {name for node in classes for name in _stored(node, inner=True)}
