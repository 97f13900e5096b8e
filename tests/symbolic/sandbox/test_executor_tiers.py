"""Which tier is offered when a part is missing, and what is said about it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from symbolic import Executor, Program
from symbolic.sandbox import isolation, landlock, places, syscalls
from symbolic.sandbox.attacks import ATTACKS


def test_describe_is_json_for_a_manifest() -> None:
    with Executor() as executor:
        said = json.loads(json.dumps(executor.describe()))
    assert said["isolation"] == executor.isolation
    assert said["attacks_stopped"] == list(ATTACKS)
    assert said["uid"] != 0 or places.closed_to_others()


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone has a uid to give up")
def test_a_uid_that_root_keeps_is_said_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "closed_to_others", lambda: "/home/closed")
    with Executor(tier="kernel-filter") as executor:
        [notice] = executor.notices
        assert "keep uid 0" in notice
        assert "'/home/closed'" in notice
        assert "install bubblewrap" in notice
        assert executor.describe()["uid"] == 0
        assert executor.describe()["notices"] == [notice]


def test_every_result_names_its_tier() -> None:
    with Executor(tier="kernel-filter") as executor:
        assert executor.run([Program("answer = 1")])[0].isolation == executor.isolation == "kernel-filter"


def test_an_unknown_tier_is_named() -> None:
    with pytest.raises(ValueError, match="no tier 'stron'; the tiers are strong, kernel-filter, namespace"):
        Executor(tier="stron")


def test_without_bubblewrap_the_filter_remains(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with Executor() as executor:
        assert executor.isolation == "kernel-filter"
        assert "install the package `bubblewrap`" in executor.describe()["not_offered"]["strong"]


def test_bubblewrap_without_user_namespaces_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with Executor() as executor:
        assert executor.isolation == "kernel-filter"
        assert "No permissions to create new namespace" in executor.describe()["not_offered"]["strong"]


def test_without_landlock_namespaces_remain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "version", lambda: 0)
    if isolation.bubblewrap() is None:
        pytest.skip("bubblewrap is missing")
    with Executor() as executor:
        assert executor.isolation == "namespace"


@pytest.fixture
def no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syscalls, "NAME", "libseccomp.so.none")
    syscalls.library.cache_clear()
    monkeypatch.setattr(syscalls, "library", syscalls.library.__wrapped__)


@pytest.mark.usefixtures("no_library")
def test_without_libseccomp_it_refuses_and_names_the_package() -> None:
    with pytest.raises(isolation.IsolationError, match="install the package `libseccomp2`") as refusal:
        Executor()
    assert str(refusal.value).count("libseccomp is missing") == 1


@pytest.mark.usefixtures("no_library")
def test_unsandboxed_only_on_request_and_marked() -> None:
    with Executor(allow_unsandboxed=True) as executor:
        result = executor.run([Program("answer = 1")])[0]
        assert (result.value, result.isolation) == (1, "unsandboxed")
        assert executor.describe()["attacks_stopped"] == []


def test_an_attack_that_gets_through_costs_the_tier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ATTACKS, "think", "answer = 1")
    with pytest.raises(isolation.IsolationError, match="these attacks were not stopped: think"):
        Executor()


def test_elsewhere_than_on_linux_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(isolation.IsolationError, match="this is darwin: run it on Linux"):
        Executor()


def test_the_selftest_prints_every_attack() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "symbolic.selftest"], capture_output=True, text=True, check=True
    )
    assert "NOT STOPPED" not in done.stdout
    assert all(f"stopped: {name}" in done.stdout for name in ATTACKS)
