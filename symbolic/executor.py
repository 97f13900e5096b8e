"""Runs programs that nobody has read, confined, many a second.

Batch in, results in order out; callable from any thread. Does not judge what a program returned, and does
not protect from bugs in the kernel that all programs share with the host. See docs/concepts/executor.md.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from symbolic.program import Execution, Limits, Program
from symbolic.sandbox import isolation, places
from symbolic.sandbox.cache import Cache, key
from symbolic.sandbox.declared import allowed, check_installed
from symbolic.sandbox.supervisor import Supervisor
from symbolic.waiting import waiting


class Executor:
    """A context manager; `run` takes a batch and returns results in order.

    Finding the tier takes a few tenths of a second; other zygotes start when a program first needs them.
    While no batch runs, nothing here uses the processor. Identical programs run once a batch, and with
    `cache` (a file, made if missing) once for good. `tier` names the one to use; by default the best.
    Programs may import the standard library, sympy, mpmath, numpy, scipy, networkx and z3, and what
    `libraries` names (with what that imports in turn): nothing else of what is installed is within their
    reach. Raises `IsolationError` (a ValueError) where programs cannot be confined.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        workers: int | None = None,
        *,
        allow_unsandboxed: bool = False,
        cache: str | os.PathLike[str] | None = None,
        tier: str | None = None,
        libraries: Sequence[str] = (),
    ) -> None:
        self._limits = limits or Limits()
        self._workers = len(os.sched_getaffinity(0)) if workers is None else workers
        if self._workers < 1:
            raise ValueError(f"workers must be at least 1, not {workers}")
        check_installed(libraries)
        self._libraries = tuple(dict.fromkeys([*places.LIBRARIES, *libraries]))
        self._tier, self._supervisor, self._refused = isolation.choose(
            self._workers, allow_unsandboxed, tier, self._libraries
        )
        self._cache = Cache(Path(cache)) if cache else None
        self._owner = os.getpid()
        self._end = weakref.finalize(self, _end, self._owner, self._supervisor, self._cache)

    @property
    def isolation(self) -> str:
        """The name of the tier that confines every program."""
        return self._tier.name

    @property
    def notices(self) -> list[str]:
        """What a user should know about how programs are confined here, each a sentence with the remedy."""
        return isolation.notices(self._tier, self._supervisor.facts())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends every process; may be called twice, and happens by itself if it is forgotten."""
        self._end()

    def run(self, programs: Sequence[Program], limits: Limits | None = None) -> list[Execution]:
        """Executes all, in order; `limits` are for programs that have none of their own. A program never
        raises here: what does is a mistake in the call (ValueError), or ours."""
        if os.getpid() != self._owner:
            raise RuntimeError("an executor cannot be used in a forked process: make one there")
        for program in programs:
            if program.language != "python":
                raise ValueError(f"the executor runs python, not program.language={program.language!r}")
        check_installed({library for program in programs for library in program.libraries})
        limits = limits or self._limits
        keys = [self._key(program, program.limits or limits) for program in programs]
        known = self._cache.get(set(keys)) if self._cache else {}
        new = {name: program for name, program in zip(keys, programs, strict=True) if name not in known}
        with waiting():
            fresh = dict(zip(new, self._supervisor.run(list(new.values()), limits), strict=True))
        if self._cache:
            self._cache.put(fresh)
        return [known.get(name) or fresh[name] for name in keys]

    def _key(self, program: Program, limits: Limits) -> str:
        return key(program, limits, self.isolation, allowed(self._libraries, tuple(program.libraries)))

    def describe(self) -> dict[str, Any]:
        """What confined the programs, as JSON for a manifest."""
        return {
            "isolation": self.isolation,
            "attacks_stopped": isolation.stopped_by(self._tier),
            "not_offered": self._refused,
            "notices": self.notices,
            "libraries": list(self._libraries),
            "workers": self._workers,
            **self._supervisor.facts(),
            **isolation.parts(self._tier),
        }


def _end(owner: int, supervisor: Supervisor, cache: Cache | None) -> None:
    if os.getpid() == owner:  # a forked process has none of it
        supervisor.close()
        if cache:
            cache.close()
