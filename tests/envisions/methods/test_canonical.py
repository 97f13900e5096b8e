"""Which programs count as one, and which do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envisions.methods.canonical import canonical
from symbolic import Executor, Program

SAME = {
    "spacing and comments": ("x = 1", "x=1  # one"),
    "brackets": ("x = (1)", "x = 1\n\n"),
    "docstrings": ("def f():\n    return 1", "def f():\n  '''One.'''\n  return 1"),
    "a docstring that names what could read it": (
        "def f():\n    return 1",
        "def f():\n    '''See help and __doc__.'''\n    return 1",
    ),
    "quotes": ('x = "a"', "x = 'a'"),
    "text that does not parse": ("x = (", "x = (  \n"),
    "variables": (
        "def f():\n    apples = 3\n    pears = 4\n    return apples + pears",
        "def f():\n    a = 3\n    b = 4\n    return a + b",
    ),
    "a variable that shadows a builtin": (
        "def f():\n    sum = 3\n    return sum",
        "def f():\n    total = 3\n    return total",
    ),
    "variables of loops, assignments and blocks": (
        "def f():\n    t = 0\n    for i, j in g():\n        t += i\n    with h() as k:\n        return t, k",
        "def f():\n    s = 0\n    for a, b in g():\n        s += a\n    with h() as c:\n        return s, c",
    ),
    "variables of comprehensions": (
        "def f(n):\n    return sum(x * x for x in range(n) if x)",
        "def f(n):\n    return sum(k * k for k in range(n) if k)",
    ),
    "a variable that an inner function sees": (
        "def f():\n    a = 1\n    def g():\n        return a\n    return g()",
        "def f():\n    b = 1\n    def g():\n        return b\n    return g()",
    ),
}
DIFFERENT = {
    "numbers": ("x = 1", "x = 2"),
    "global variables": ("x = 1", "y = 1"),
    "text": ("x = 'a'", "x = 'a '"),
    "types": ("f(1)", "f(1.0)"),
    "which variable": (
        "def f():\n    a = 3\n    b = 4\n    return a - b",
        "def f():\n    a = 3\n    b = 4\n    return b - a",
    ),
    "one variable or two": (
        "def f():\n    a = 3\n    b = 4\n    return a",
        "def f():\n    a = 3\n    a = 4\n    return a",
    ),
    "a docstring that is read": (
        "def f():\n    'One.'\n    return f.__doc__",
        "def f():\n    'Two.'\n    return f.__doc__",
    ),
    "a docstring that is got": (
        "import inspect\ndef f():\n    'One.'\n    return inspect.getdoc(f)",
        "import inspect\ndef f():\n    'Two.'\n    return inspect.getdoc(f)",
    ),
    "names that are read": (
        "def f():\n    a = 1\n    return list(locals())",
        "def f():\n    b = 1\n    return list(locals())",
    ),
    "names in evaluated text": (
        "def f():\n    a = 1\n    return eval('a')",
        "def f():\n    b = 1\n    return eval('a')",
    ),
    "names in a caught error": (
        "def f():\n    try:\n        a += 1\n    except Exception as e:\n        return str(e)",
        "def f():\n    try:\n        b += 1\n    except Exception as e:\n        return str(e)",
    ),
    "names that are printed": (
        "def f():\n    a = 1\n    return f'{a=}'",
        "def f():\n    b = 1\n    return f'{b=}'",
    ),
    "parameters, which a call may name": ("def f(a):\n    return a", "def f(b):\n    return b"),
    "a parameter of an inner function": (
        "def f():\n    a = 1\n    g = lambda a: a\n    return g(a=2)",
        "def f():\n    b = 1\n    g = lambda b: b\n    return g(a=2)",
    ),
    "attributes": (
        "def f():\n    class C:\n        a = 1\n    return C.a",
        "def f():\n    class C:\n        b = 1\n    return C.a",
    ),
    "a builtin that an inner function hides": (
        "def f():\n    def g():\n        len = 1\n        return len\n    return len([g()])",
        "def f():\n    def g():\n        cat = 1\n        return cat\n    return cat([g()])",
    ),
    "a global that a comprehension hides": (
        "n = 5\ndef f():\n    return [n for n in 'ab'], n",
        "n = 5\ndef f():\n    return [m for m in 'ab'], m",
    ),
    "whatever was imported": (
        "from math import *\ndef f():\n    return [e for e in 'ab'], e",
        "from math import *\ndef f():\n    return [q for q in 'ab'], q",
    ),
    "a variable that is global": (
        "def f():\n    global a\n    a = 1\n    return g()",
        "def f():\n    global b\n    b = 1\n    return g()",
    ),
    "a name that an import binds": (
        "def f():\n    import math as m\n    return m.pi",
        "def f():\n    import cmath as m\n    return m.pi",
    ),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_equal_programs_have_one_canonical_form(one: str, other: str) -> None:
    assert canonical(Program(one)) == canonical(Program(other))


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
def test_different_programs_have_different_forms(one: str, other: str) -> None:
    assert canonical(Program(one)) != canonical(Program(other))


def test_a_canonical_form_does_what_the_program_does() -> None:
    codes = [code for pair in (*SAME.values(), *DIFFERENT.values()) for code in pair if "def f():" in code]
    forms = [canonical(Program(code)).replace("$", "renamed_") for code in codes]
    assert any("renamed_" in form for form in forms)
    with Executor() as executor:
        before, after = (executor.run([Program(c, entry="f") for c in given]) for given in (codes, forms))
    assert [(run.status, run.value) for run in after] == [(run.status, run.value) for run in before]


@given(st.text(max_size=60))
def test_any_text_has_a_canonical_form(text: str) -> None:
    assert canonical(Program(text)) == canonical(Program(text))


@pytest.mark.parametrize("text", ["(" * 5000, "\x00", "-" * 20000 + "1", "x" + ".y" * 20000])
def test_hostile_text_has_a_canonical_form(text: str) -> None:
    assert canonical(Program(text))
