"""The extra `face`, installed into a folder of its own beside the environment, once for its list of hashes.

The models are 100 MB to fetch and only these tests need them, so the environment of everybody stays without, and the
tests that need them are left out until `./dev faces` has installed them. What the list names is installed without its
dependencies, which the environment has.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

HASHES: Final = Path(__file__).parent / "requirements.lock"
WITHOUT: Final = "needs dlib and its models: `./dev faces` installs them, once"
_WHEELS: Final = ("--only-binary", "dlib-bin", "--only-binary", "onnxruntime")
_WHAT: Final = ("--quiet", "--no-deps", "--require-hashes", *_WHEELS, "--requirement", str(HASHES))


def _place() -> Path:
    """Name the folder of this Python and this list of hashes."""
    wanted = hashlib.sha256(HASHES.read_bytes()).hexdigest()[:16]
    name = f"faces-{sys.version_info.major}.{sys.version_info.minor}-{wanted}"
    return Path(sys.prefix) / name if os.access(sys.prefix, os.W_OK) else Path(tempfile.gettempdir()) / name


def installed() -> bool:
    """Tell whether the folder is there already."""
    return _place().exists()


@cache
def beside() -> Path:
    """Give the folder to import `dlib` and `onnxruntime` from; it is installed where it is not there yet."""
    folder = _place()
    with Path(f"{folder}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test processes may come at once
        if not folder.exists():
            part = Path(f"{folder}.part")
            shutil.rmtree(part, ignore_errors=True)
            subprocess.run([*_installer(), *_WHAT, "--target", str(part)], check=True)
            part.rename(folder)
    return folder


def models() -> Path:
    """Give the folder of dlib's models."""
    return beside() / "face_recognition_models" / "models"


def _installer() -> list[str]:
    """Name what installs: uv, this environment's pip, or that of the Python that it was made from."""
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--python", sys.executable]
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
    return [str(Path(sys.base_prefix) / "bin" / "python3"), "-m", "pip", "install", "--disable-pip-version-check"]


if __name__ == "__main__":
    beside()
