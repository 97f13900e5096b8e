"""Programs that reach for this project: its packages, its data, what else is installed, and what others run.

`attacks` gives them for a Python that has the project installed or in a checkout; `of_tier` runs programs in
a named tier. Also run by itself, in a Python with the wheel: `python reaching.py FILE...` prints what got
through.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from symbolic import Execution, Limits, Program
from symbolic.sandbox import isolation, places
from symbolic.sandbox.supervisor import Supervisor

TIERS = ("strong", "kernel-filter", "namespace")
PACKAGES = ("envs", "envisions", "train", "symbolic", "conf")
LIMITS = Limits(cpu_s=5)
_MOUNTED = {"symbolic", "sandbox", *places.LIBRARIES, "numpy.libs", "scipy.libs"}
_LOAD = """
from importlib.util import module_from_spec, spec_from_file_location
spec = spec_from_file_location("stolen", {0!r})
answer = module_from_spec(spec)
spec.loader.exec_module(answer)
"""
_FROM_PATH = """
import os, sys
sys.path_importer_cache.clear()
sys.path_hooks.pop(0)
sys.path.insert(0, {0!r})
import {1}
answer = open({1}.__file__).read()
"""
_WALK = """
import os, sys
answer = []
for start in {{*sys.path, *{0!r}, "/", "/usr", "/opt", "/home", "/root", "/tmp", os.getcwd()}}:
    for folder, folders, files in os.walk(start):
        if os.path.basename(folder) in {1!r}:
            answer += [os.path.join(folder, name) for name in files if name.endswith(".py")]
        if len(answer) > 3:
            break
if not answer:
    raise FileNotFoundError
"""
_LOADED = """
import gc, sys
mine = {0!r}
answer = [name for name in sys.modules if name.partition(".")[0] in mine]
answer += [repr(found) for found in gc.get_objects() if getattr(found, "__module__", None) in mine]
frame = sys._getframe()
while frame:
    answer += [name for name in frame.f_globals if name in ("Executor", "judge", "Environment", "tasks")]
    frame = frame.f_back
if not answer:
    raise LookupError
"""


def attacks(files: Sequence[str]) -> dict[str, str]:
    """Code by what it reaches for; `files` hold what no program may read."""
    found = {
        f"import {name}": f"import {name}\nanswer = repr({name})" for name in (*PACKAGES, "torch", "pytest")
    }
    for name in PACKAGES:
        start = _start(name)
        top = os.path.dirname(os.path.dirname(start))
        found[f"{name} by its path"] = _LOAD.format(start)
        found[f"{name} by a search path of its own"] = _FROM_PATH.format(top, name)
    for path in [*map(_start, PACKAGES), *files, *_installed()]:
        found[f"read {path}"] = f"answer = open({path!r}).read()"
        found[f"list the folder of {path}"] = f"import os\nanswer = os.listdir({os.path.dirname(path)!r})"
    found["walk"] = _WALK.format([os.path.dirname(path) for path in files], PACKAGES)
    found["look around in memory"] = _LOADED.format(PACKAGES)
    found["ask another Python"] = (
        "import subprocess, sys\n"
        "answer = subprocess.check_output([sys.executable, '-c', 'import envs; print(envs)']).decode()"
    )
    return found


def _start(package: str) -> str:
    spec = importlib.util.find_spec(package)
    assert spec
    assert spec.origin
    return spec.origin


def _installed() -> list[str]:
    """A file in each folder of packages of this Python and of the one that it is made from."""
    base = sysconfig.get_path("purelib", vars={"base": sys.base_prefix})
    folders = {folder for folder in (base, sysconfig.get_path("purelib")) if os.path.isdir(folder)}
    found = [os.path.join(folder, "pip", "__init__.py") for folder in folders]
    return [path for path in found if os.path.exists(path)]


@contextmanager
def of_tier(name: str) -> Iterator[Supervisor]:
    """A supervisor of the tier. ValueError where this machine does not offer it."""
    [tier] = [tier for tier in isolation.TIERS if tier.name == name]
    trial = isolation.attempt(tier, workers=2)
    if trial.supervisor is None:
        raise ValueError(trial.reason)
    try:
        yield trial.supervisor
    finally:
        trial.supervisor.close()


def through(tier: str, files: Sequence[str]) -> dict[str, Execution]:
    """The attacks that a tier does not stop, with what came of them."""
    tried = attacks(files)
    with of_tier(tier) as supervisor:
        results = supervisor.run([Program(code) for code in tried.values()], LIMITS)
    found = dict(zip(tried, results, strict=True))
    return {name: result for name, result in found.items() if result.status != "error" and not _bare(result)}


def _bare(result: Execution) -> bool:
    """In namespaces, directories that something allowed lies in are there, and empty but for that: also the
    one that the zygote was started from."""
    return isinstance(result.value, list) and set(result.value) <= _MOUNTED


if __name__ == "__main__":
    said = {}
    for tier in TIERS:
        try:
            said[tier] = {name: str(result) for name, result in through(tier, sys.argv[1:]).items()}
        except ValueError as reason:
            said[tier] = {"not offered": str(reason)}
    print(json.dumps({"where": _start("envs"), "through": said}))
