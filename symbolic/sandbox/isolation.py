"""How strongly programs are confined here: the first tier whose parts are present and whose attacks all fail.

`strong` (bubblewrap's namespaces, Landlock, a filter of system calls), `kernel-filter` (the last two, no
privilege needed), `namespace` (without Landlock). All share the host's kernel: a bug in it is not covered.
"""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from symbolic.program import Program
from symbolic.sandbox import landlock, places, syscalls
from symbolic.sandbox.attacks import ATTACKS, LIMITS, attack, stopped
from symbolic.sandbox.declared import allowed
from symbolic.sandbox.folders import Folders
from symbolic.sandbox.handle import Handle
from symbolic.sandbox.images import OWN, WARM, Image
from symbolic.sandbox.launch import ENVIRONMENT, bubblewrap, bubblewrap_version, launch
from symbolic.sandbox.supervisor import Supervisor


class IsolationError(ValueError):
    """This machine offers no tier; the message says what is missing and how to get it."""


@dataclass(frozen=True, slots=True)
class Tier:
    name: str
    namespaces: bool
    landlock: bool
    filter: bool = True


TIERS = (
    Tier("strong", namespaces=True, landlock=True),
    Tier("kernel-filter", namespaces=False, landlock=True),
    Tier("namespace", namespaces=True, landlock=False),
)
UNSANDBOXED = Tier("unsandboxed", namespaces=False, landlock=False, filter=False)


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of trying a tier: it is offered if nothing is `missing` and no attack got `through`."""

    tier: Tier
    missing: str = ""
    through: tuple[str, ...] = ()
    supervisor: Supervisor | None = None

    @property
    def reason(self) -> str:
        """Why the tier is not offered."""
        return self.missing or f"these attacks were not stopped: {', '.join(self.through)}"


def choose(
    workers: int, allow_unsandboxed: bool, only: str | None, libraries: tuple[str, ...]
) -> tuple[Tier, Supervisor, dict[str, str]]:
    """The best tier, running; and for each better one why it is not offered. `only` names the one to use."""
    if sys.platform != "linux":
        raise IsolationError(
            f"the executor confines programs with the Linux kernel and this is {sys.platform}: "
            "run it on Linux, in a container or in a virtual machine"
        )
    refused: dict[str, str] = {}
    for tier in _wanted(only):
        trial = attempt(tier, workers, libraries)
        if trial.supervisor:
            return tier, trial.supervisor, refused
        refused[tier.name] = trial.reason
    if allow_unsandboxed:
        return UNSANDBOXED, supervise(UNSANDBOXED, workers, libraries), refused
    raise IsolationError(
        f"programs cannot be confined on this machine: {'; '.join(dict.fromkeys(refused.values()))}. "
        "Only where the programs are trusted, set executor.allow_unsandboxed=true"
    )


def _wanted(only: str | None) -> list[Tier]:
    tiers = [tier for tier in TIERS if only in (None, tier.name)]
    if not tiers:
        raise ValueError(f"there is no tier {only!r}; the tiers are {', '.join(tier.name for tier in TIERS)}")
    return tiers


def attempt(tier: Tier, workers: int, libraries: tuple[str, ...] = places.LIBRARIES) -> Trial:
    """Starts a tier and attacks it; the caller closes the supervisor of one that held."""
    if missing := _missing(tier):
        return Trial(tier, missing=missing)
    supervisor = supervise(tier, workers, libraries)
    try:
        (alive,) = supervisor.run([Program("answer = 1")], LIMITS)
        if not alive.ok:
            supervisor.close()
            return Trial(tier, missing=alive.error)
        executions = attack(lambda programs: supervisor.run(programs, LIMITS), list(ENVIRONMENT))
    except BaseException:
        supervisor.close()
        raise
    through = tuple(name for name, execution in executions.items() if not stopped(execution))
    if not through:
        return Trial(tier, supervisor=supervisor)
    supervisor.close()
    return Trial(tier, through=through)


def _missing(tier: Tier) -> str:
    try:
        syscalls.library()
    except syscalls.LibraryMissingError as missing:
        return str(missing)
    if tier.landlock and not landlock.version():
        return "the kernel has no Landlock (Linux 5.13 or later, enabled at boot)"
    if tier.namespaces and not bubblewrap():
        return "bubblewrap is missing: install the package `bubblewrap`"
    return ""


def supervise(tier: Tier, workers: int, libraries: tuple[str, ...] = places.LIBRARIES) -> Supervisor:
    folders = Folders()

    def start(image: Image) -> Handle:
        own, names = image.base in OWN, allowed(libraries, image.libraries)
        readable = [*places.places(names, own), *([places.Place(folders.place)] if image.files else [])]
        warm = {"warm": WARM[image.base], "libraries": image.libraries, "shelves": places.shelves(names, own)}
        return Handle(launch(tier.namespaces, readable), {**_plan(tier, readable), **warm})

    return Supervisor(start, workers, tier.name, folders)


def _plan(tier: Tier, readable: Sequence[places.Place]) -> dict[str, Any]:
    return {
        "landlock": tier.landlock,
        "filter": (syscalls.program_filter() if tier.filter else b"").hex(),
        "threads": (syscalls.thread_filter() if tier.filter else b"").hex(),
        "uid": _private_uid(tier) if os.geteuid() == 0 else None,
        "readable": [part for place in readable for part in place.parts()] if tier.landlock else [],
    }


def _private_uid(tier: Tier) -> int | None:
    """A uid that nobody has, from the range that systemd keeps for this; None where it could not read the
    interpreter (namespaces put it within reach)."""
    if keeps_root(tier):
        return None
    taken = {user.pw_uid for user in pwd.getpwall()}
    return next(uid for uid in range(61184 + os.getpid() % 4000, 65520) if uid not in taken)


def keeps_root(tier: Tier) -> str | None:
    """Under root, the directory that keeps programs from running as anybody else, if one does."""
    return places.closed_to_others() if os.geteuid() == 0 and not tier.namespaces else None


def notices(tier: Tier, facts: Mapping[str, Any]) -> list[str]:
    """What the user of a tier should know, in sentences with the remedy. `facts` are its supervisor's."""
    said = []
    if closed := keeps_root(tier):
        said.append(
            f"programs keep uid 0, though without its capabilities, because Python lies in '{closed}', which"
            " only root may enter: install bubblewrap, or Python elsewhere (as in /opt), or be another user"
        )
    if facts["threads_limited"] is False:
        said.append(
            "how many threads a program begins is not limited: that needs Linux 5.5 and libseccomp 2.5, and a"
            " container that lets a filter ask (seccomp_unotify)"
        )
    if facts["addresses_fixed"] is False:
        said.append(
            "programs get other memory addresses every time, so what a program orders by address may differ"
            " between runs: let the container call personality(2), which Docker's default profile refuses"
        )
    return said


def parts(tier: Tier) -> dict[str, Any]:
    """The versions of what a tier is made of."""
    found: dict[str, Any] = {"kernel": os.uname().release, "machine": os.uname().machine}
    if tier.filter:
        found["libseccomp"] = syscalls.library_version()
    if tier.landlock:
        found["landlock"] = landlock.version()
    if tier.namespaces:
        found["bubblewrap"] = bubblewrap_version()
    return found


def stopped_by(tier: Tier) -> list[str]:
    """The attacks that were tried when the tier was chosen: had one got through, it would not have been."""
    return [] if tier is UNSANDBOXED else list(ATTACKS)
