"""No program reaches this project, whether it lies in a checkout or is installed, nor what another one
holds."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from symbolic import Executor, Limits, Program
from symbolic.program import OwnProgram
from symbolic.sandbox.images import PROGRAMS, image_for
from tests.conftest import ROOT
from tests.symbolic.sandbox import reaching


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """As a run leaves it, and open to all."""
    folder = tmp_path / "runs" / "mine"
    folder.mkdir(parents=True)
    (folder / "tasks.jsonl").write_text(json.dumps({"question": "6 * 7", "target": 42}))
    for place in (tmp_path, folder.parent, folder):
        place.chmod(0o755)
    return folder


@pytest.mark.parametrize("tier", reaching.TIERS)
def test_a_checkout_is_out_of_reach(tier: str, run_folder: Path) -> None:
    files = [str(run_folder / "tasks.jsonl"), str(ROOT / "tests" / "toy.py"), str(ROOT / "pyproject.toml")]
    try:
        assert reaching.through(tier, files) == {}
    except ValueError as reason:
        pytest.skip(str(reason))


@pytest.mark.slow
def test_a_wheel_is_out_of_reach(python: Path, run_folder: Path) -> None:
    """Where packages are installed, libraries are beside them."""
    command = [python, "-I", reaching.__file__, run_folder / "tasks.jsonl"]
    done = subprocess.run(command, cwd=run_folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert "site-packages" in said["where"]
    assert {tier: found.keys() - {"not offered"} for tier, found in said["through"].items()} == {
        tier: set() for tier in reaching.TIERS
    }


def test_libraries_are_within_reach() -> None:
    code = "import sympy, mpmath, numpy, scipy.linalg, networkx, z3, sqlite3, ctypes, unittest\nanswer = 1"
    with Executor() as executor:
        assert executor.run([Program(code)], Limits(cpu_s=20))[0].value == 1


def test_libraries_know_their_version() -> None:
    code = "from importlib.metadata import distributions, version\nanswer = "
    names = "sorted(found.name for found in distributions())"
    with Executor() as executor:
        known, all_of_them, ours = executor.run(
            [Program(f"{code}{wanted}") for wanted in ("version('z3-solver')", names, "version('envisions')")]
        )
    assert known.value == version("z3-solver")
    assert all_of_them.value == ["mpmath", "networkx", "numpy", "scipy", "sympy", "z3-solver"]
    assert ours.error.startswith("PackageNotFoundError")


def test_others_are_where_they_are_named() -> None:
    program = Program("import jsonlines\nanswer = jsonlines.__name__")
    with Executor() as plain, Executor(libraries=["jsonlines", "attr"]) as more:
        (refused,), (given,) = plain.run([program]), more.run([program])
        assert "jsonlines" in more.describe()["libraries"]
    assert refused.error.startswith("ModuleNotFoundError: No module named 'jsonlines'")
    assert given.value == "jsonlines"


def test_one_that_is_not_installed_is_named() -> None:
    with pytest.raises(ValueError, match="programs cannot import no_such_library: install it"):
        Executor(libraries=["no_such_library"])


def test_our_own_jobs_share_no_process_with_programs() -> None:
    """Their arguments hold expected answers."""
    own = OwnProgram("from symbolic import judge\ndef f(x): return judge(x, 2).verdict", entry="f", args=(2,))
    assert image_for(own) not in PROGRAMS
    with Executor() as executor:
        mine, theirs = executor.run([own, Program(own.code, entry="f", args=(2,))], Limits(cpu_s=20))
    assert mine.value == "right"
    assert theirs.error.startswith("ModuleNotFoundError: No module named 'symbolic'")


SEARCH = """
import gc, sys
def mark():  # nowhere held as it stands
    return "expected-" + str(7918 + len("x"))
def found(thing, seen, depth=0):
    if depth > 12 or id(thing) in seen:
        return False
    seen.add(id(thing))
    if isinstance(thing, (bytes, bytearray)):
        return mark().encode() in thing
    if isinstance(thing, str):
        return mark() in thing
    return any(found(part, seen, depth + 1) for part in gc.get_referents(thing))
frames, frame = [], sys._getframe()
while frame:
    frames.append(dict(frame.f_locals))
    frame = frame.f_back
answer = any(found(thing, set()) for thing in [*frames[1:], *gc.get_objects(), *sys.modules.values()])
"""


def test_nothing_of_another_program_is_in_memory() -> None:
    """Not even of those that wait for their turn, or came together with this one."""
    secrets = [Program(f"answer = {n}", entry="f", args=("expected-7919",)) for n in range(50)]
    with Executor(workers=4) as executor:
        results = executor.run([*secrets[:25], Program(SEARCH), *secrets[25:]], Limits(cpu_s=20))
    assert (results[25].status, results[25].value) == ("ok", False)


def test_an_environment_names_what_its_programs_import() -> None:
    from envisions.conformance import executor_for
    from tests.toy import ToyEnvironment

    assert ToyEnvironment.libraries == ()
    assert importlib.util.find_spec("lark")
    with executor_for({"_target_": f"{__name__}.Parsing"}) as executor:
        assert executor.run([Program("import lark\nanswer = lark.__name__")])[0].value == "lark"


class Parsing:
    libraries = ("lark",)
