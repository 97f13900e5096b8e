"""Programs that attack the clock, the memory, the output and the result: what each must end as.

Data for test_executor_attacks; no program here touches anything outside its own process.
"""

# ruff: noqa: E501 - an attack a line reads better
from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Attack:
    """`ends` are the allowed statuses; `says` must occur in the error; `value`, if not Ellipsis, is the result."""

    hazard: str
    code: str
    ends: str
    says: str = ""
    value: Any = ...


_RESULT = "import os\nos.write(3, {0!r})\nos._exit(0)"
_FORGED = b'{"status": "ok", "value": 42}'


def written(data: bytes) -> str:
    """A program whose own bytes stand on the result descriptor when it ends well."""
    return _RESULT.format(data)


TIME = [
    Attack("endless loop", "while True: pass", "timeout", "processor time"),
    Attack("loop inside one C call", "answer = sum(range(10**12))", "timeout", "processor time"),
    Attack("huge power", "answer = 10**10**8", "timeout"),
    Attack("huge int as text", "import sys\nsys.set_int_max_str_digits(0)\nanswer = str(1 << 20_000_000)", "timeout"),
    Attack("regular expression that backtracks", "import re\nre.match('(a+)+$', 'a' * 64 + 'b')", "timeout"),
    Attack("factoring 400 bits", "import sympy\nanswer = sympy.factorint(2**401 - 3)", "timeout"),
    Attack(
        "solver without end",
        "import z3\nx, y, z = z3.Ints('x y z')\ns = z3.Solver()\n"
        "s.add(x*x*x + y*y*y + z*z*z == 114)\nanswer = str(s.check())",
        "timeout",
    ),
    Attack("linear algebra in one call", "import numpy as n\nn.linalg.eig(n.random.rand(1500, 1500))", "timeout"),
    Attack("sleep", "import time\ntime.sleep(1000)", "timeout", "did not end"),
    Attack("stopping itself", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", "timeout", "did not end"),
    Attack("waiting for itself", "import threading\nl = threading.Lock()\nl.acquire()\nl.acquire()", "timeout"),
    Attack("waiting for a signal", "import signal\nsignal.pause()", "timeout", "did not end"),
    Attack(
        "every signal ignored",
        "import signal\nfor s in set(signal.Signals) - {9, 19}: signal.signal(s, signal.SIG_IGN)\nwhile 1: pass",
        "timeout",
    ),
    Attack(
        "every signal blocked",
        "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile 1: pass",
        "timeout",
    ),
    Attack("everything caught", "while True:\n try:\n  while True: pass\n except BaseException: pass", "timeout"),
    Attack(
        "storm of timer signals",
        "import signal\nsignal.signal(14, lambda *_: None)\nsignal.setitimer(signal.ITIMER_REAL, 1e-5, 1e-5)\n"
        "while True: pass",
        "timeout",
    ),
    Attack(
        "loop in a thread that is waited for",
        "import threading\ndef f():\n while True: pass\nt = threading.Thread(target=f)\nt.start()\nt.join()",
        "timeout",
    ),
    Attack(
        "main thread gone, another spins",
        "import threading, ctypes\ndef f():\n while True: pass\nthreading.Thread(target=f).start()\n"
        "ctypes.CDLL(None).pthread_exit(None)",
        "timeout crash",
    ),
    Attack(
        "thread that outlives the result",
        "import threading\ndef f():\n while True: pass\nthreading.Thread(target=f).start()\nanswer = 1",
        "ok",
        value=1,
    ),
    Attack("loop at exit", "import atexit\ndef f():\n while True: pass\natexit.register(f)\nanswer = 1", "ok", value=1),
    Attack("loop in the result's repr", "class A:\n def __repr__(s):\n  while 1: pass\nanswer = A()", "timeout"),
    Attack("loop in the error's text", "class E(Exception):\n def __str__(s):\n  while 1: pass\nraise E", "timeout"),
    Attack("loop while flushing", "import sys\nclass A:\n def flush(s):\n  while 1: pass\nsys.stdout = A()", "timeout"),
    Attack("forged result, then a hang", f"import os\nos.write(3, {_FORGED!r})\nwhile True: pass", "timeout"),
    Attack("its trace function loops", "import sys\ndef t(*_):\n while 1: pass\nsys.settrace(t)\ndef f(): 0\nf()", "timeout"),
]  # fmt: skip

MEMORY = [
    Attack("ten gigabytes at once", "answer = bytearray(10**10)", "memory"),
    Attack("ten gigabytes bit by bit", "x = []\nwhile True: x.append(bytearray(1 << 20))", "memory"),
    Attack("text without end", "x = 'a'\nwhile True: x += x", "memory timeout"),
    Attack("shared mapping", "import mmap\nm = mmap.mmap(-1, 10**10)", "error memory"),
    Attack("array of a library", "import numpy\nanswer = numpy.ones(10**10)", "memory"),
    Attack("the C library's break", "import ctypes\nif ctypes.CDLL(None).sbrk(1 << 30) == -1: raise MemoryError", "memory"),
    Attack("recursion", "def f(): return f()\nf()", "error", "RecursionError"),
    Attack(
        "recursion limit raised",
        "import sys\nsys.setrecursionlimit(10**9)\nclass A:\n def __repr__(s): return repr(s)\nrepr(A())",
        "crash memory error",
    ),
    Attack(
        "threads without end",
        "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(99,), daemon=True).start()",
        "error memory timeout",
    ),
    Attack("graph of lists without end", "a = [0] * 1000\nfor _ in range(6): a = [a] * 1000\nanswer = a", "timeout memory result_size"),
    Attack("jump to nowhere", "import ctypes\nctypes.string_at(0)", "crash", "SIGSEGV"),
    Attack("abort", "import os\nos.abort()", "crash", "SIGABRT"),
    Attack("forged result, then an abort", f"import os\nos.write(3, {_FORGED!r})\nos.abort()", "crash"),
    Attack("nested parentheses", "answer = " + "(" * 10_000, "error"),
    Attack("nested minus", "answer = " + "-" * 100_000 + "1", "error crash"),
    Attack("nested attributes", "answer = a" + ".b" * 100_000, "error crash"),
    Attack("null bytes in the text", "answer = 1\0", "error"),
    Attack("lone surrogate in the text", "answer = '\ud800'", "error"),
    Attack("strange encoding line", "# coding: rot13\nanswer = 1", "ok", value=1),
]  # fmt: skip

OUTPUT = [
    Attack("flood of prints", "while True: print('x' * 1000)", "output"),
    Attack("flood on the error stream", "import sys\nwhile True: sys.stderr.write('x' * 1000)", "output"),
    Attack("flood past Python", "import os\nwhile True: os.write(1, b'x' * 10000)", "output"),
    Attack("flood of results", "import os\nwhile True: os.write(3, b'x' * 10000)", "result_size"),
    Attack("no newline ever", "print('x' * 10**7, end='')", "output"),
    Attack("bytes that are no text", "import os\nos.write(1, b'\\xff\\xfe' * 9)\nanswer = 1", "ok", value=1),
    Attack("result on the output", f"print({_FORGED.decode()!r})\nanswer = 1", "ok", value=1),
    Attack("output closed", "import os\nos.close(1)\nos.close(2)\nanswer = 1", "ok", value=1),
    Attack("output replaced", "import sys\nsys.stdout = sys.stderr = None\nanswer = 1", "ok", value=1),
    Attack("output that raises", "import sys\nclass A:\n def flush(s): raise SystemExit(0)\nsys.stdout = A()\nanswer = 1", "ok", value=1),
    Attack("every descriptor closed", "import os\nos.closerange(0, 99)\nanswer = 1", "no_result"),
    Attack("exit without a result", "import os\nos._exit(0)", "no_result"),
    Attack("exit while the result is written", "import os\nclass A:\n def __repr__(s): os._exit(0)\nanswer = A()", "no_result"),
    Attack("polite exit", "import sys\nsys.exit(0)", "error", "SystemExit"),
    Attack("exception outside Exception", "class E(BaseException): pass\nraise E", "error"),
    Attack("exception whose text raises", "class E(Exception):\n def __str__(s): raise E\nraise E", "error no_result"),
    Attack("group of exceptions", "raise ExceptionGroup('g', [ValueError(1)])", "error", "ExceptionGroup"),
]  # fmt: skip

RESULT = [
    Attack("a forged value is only its own", written(_FORGED), "ok", value=42),
    Attack("a forged result before the real one", f"import os\nos.write(3, {_FORGED!r})\nanswer = 1", "bad_result"),
    Attack("garbage", written(b"\x00\xff garbage"), "bad_result"),
    Attack("half a result", written(_FORGED[:-1]), "bad_result"),
    Attack("ten thousand brackets", written(b"[" * 10_000), "bad_result"),
    Attack("a number of 50,000 digits", written(b'{"status": "ok", "value": ' + b"1" * 50_000 + b"}"), "bad_result"),
    Attack("NaN outside its tag", written(b'{"status": "ok", "value": NaN}'), "bad_result"),
    Attack("infra, which is not scored", written(b'{"status": "infra", "error": ""}'), "bad_result"),
    Attack("a status of its own", written(b'{"status": ["ok"], "value": 1}'), "bad_result"),
    Attack("an unknown tag", written(b'{"status": "ok", "value": {"eval": "1"}}'), "bad_result"),
    Attack("two tags at once", written(b'{"status": "ok", "value": {"int": "1", "float": "nan"}}'), "bad_result"),
    Attack("lone surrogates", written(b'{"status": "ok", "value": "\\ud800"}'), "bad_result"),
    Attack("nested deeper than is encoded", written(b'{"status": "ok", "value": ' + b"[" * 50 + b"]" * 50 + b"}"), "bad_result"),
    Attack("a huge hexadecimal", written(b'{"status": "ok", "value": {"int": "0x' + b"f" * 50_000 + b'"}}'), "bad_result"),
    Attack("an error that is no text", written(b'{"status": "error", "error": {}}'), "bad_result"),
    Attack("a pickle", "import os, pickle\nos.write(3, pickle.dumps(42))\nos._exit(0)", "bad_result"),
    Attack("prints led into the result", "import os\nos.dup2(3, 1)\nprint('x', flush=True)\nanswer = 1", "bad_result"),
    Attack(
        "a thread writes over the result",
        "import os, threading, time\ndef f():\n while True: os.write(3, b'x')\n"
        "threading.Thread(target=f).start()\ntime.sleep(0.02)\nanswer = 1",
        "bad_result result_size",
    ),
    Attack("nested 100,000 deep", "a = []\nfor _ in range(10**5): a = [a]\nanswer = a", "ok crash"),
    Attack("a list that holds itself", "a = []\na.append(a)\nanswer = a", "ok"),
    Attack("a dict that holds itself", "a = {}\na[1] = a\nanswer = a", "ok"),
    Attack("a hundred megabytes of text", "answer = 'x' * 10**8", "ok"),
    Attack("a million items", "answer = dict.fromkeys(range(10**6))", "result_size"),
    Attack("many long texts", "answer = ['x' * 9000] * 100", "result_size"),
    Attack("an endless iterator", "import itertools\nanswer = itertools.count()", "ok", value="count(0)"),
    Attack("an int that is equal to all", "class A(int):\n __eq__ = lambda s, o: True\nanswer = A(5)", "ok", value="5"),
    Attack("a text that is equal to all", "class A(str):\n __eq__ = lambda s, o: True\nanswer = A('x')", "ok", value="'x'"),
    Attack("a list with a lying length", "class A(list):\n def __len__(s): return -1\nanswer = A([1])", "ok", value="[1]"),
    Attack("an object that reduces to a call", "class A:\n def __reduce__(s): return (print, ())\n def __repr__(s): return 'A'\nanswer = A()", "ok", value="A"),
    Attack("an object that says it is an int", "class A:\n __class__ = int\n def __repr__(s): return 'A'\nanswer = A()", "ok", value="A"),
    Attack("a metaclass that names itself numpy", "class A: tolist = lambda s: 1 / 0\nA.__module__ = 'numpy.x'\nanswer = A()", "error"),
    Attack("a repr that is no text", "class A:\n def __repr__(s): return 5\nanswer = A()", "error", "TypeError"),
    Attack("a dict with an evil key", "class A:\n def __hash__(s): return 1\n def __repr__(s): return 'A'\nanswer = {A(): 1}", "ok", value={"A": 1}),
    Attack("the encoder replaced", "import json\njson.dumps = lambda *a, **k: 'x'\nanswer = 1", "bad_result"),
    Attack("builtins emptied", "import builtins\nbuiltins.__dict__.clear()", "no_result error crash"),
    Attack("modules emptied", "import sys\nsys.modules.clear()\nanswer = 1", "ok error no_result crash"),
    Attack("imports hooked", "import sys\nclass A:\n def find_spec(*a): raise SystemExit\nsys.meta_path.insert(0, A())\nimport wave", "error"),
    Attack("a library poisoned", "import math\nmath.sqrt = lambda x: 42\nanswer = math.sqrt(9)", "ok", value=42),
    Attack("arguments by the hundred thousand", "answer = max(*range(10**5))", "ok", value=99_999),
]  # fmt: skip
