"""The machine a figure was measured on."""

import math
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from speech.settings import cores

PACKAGES = ("lafal", "numpy", "onnxruntime", "torch", "transformers", "pocketsphinx")


@dataclass(frozen=True, slots=True)
class Machine:
    """Processor, the cores this process may use, operating system, and versions as (name, version).

    `memory_gb` is nan and `gpu` and `commit` are empty where the system does not tell; `load` is how many programs
    wanted to run in the minute before, so that it can be seen whether the machine was at rest.
    """

    processor: str
    cores: int
    system: str
    versions: tuple[tuple[str, str], ...]
    memory_gb: float = math.nan
    gpu: str = ""
    commit: str = ""
    load: float = math.nan

    def described(self) -> str:
        """One line for below a table."""
        parts = [
            f"{self.processor}, {self.cores} cores",
            "" if math.isnan(self.memory_gb) else f"{self.memory_gb:.0f} GB",
            self.gpu,
            self.system,
            ", ".join(f"{name} {number}" for name, number in self.versions),
            self.commit and f"commit {self.commit}",
            "" if math.isnan(self.load) else f"load before {self.load:.1f}",
        ]
        return "; ".join(part for part in parts if part)


@cache
def this_machine() -> Machine:
    """Describe the machine this runs on, as it was when first asked: commands ask before they begin."""
    versions = [("python", platform.python_version())]
    for name in PACKAGES:
        try:
            versions.append((name, version(name)))
        except PackageNotFoundError:
            continue  # a checkout that is not installed has no version of its own
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else math.nan
    return Machine(_processor(), cores(), _system(), tuple(versions), _memory_gb(), _gpu(), _commit(), load)


def _memory_gb() -> float:
    information = Path("/proc/meminfo")
    if not information.exists():
        return math.nan
    total = next(line for line in information.read_text(encoding="utf-8").splitlines() if line.startswith("MemTotal"))
    return int(total.split()[1]) * 1024 / 1e9


def _gpu() -> str:
    """Name NVIDIA's cards, as their driver lists them."""
    names: list[str] = []
    for information in sorted(Path("/proc/driver/nvidia/gpus").glob("*/information")):
        for line in information.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("Model:"):
                names.append(line.partition(":")[2].strip())
    return ", ".join(names)


def _commit() -> str:
    """Name the commit of a checkout, with a mark where files were changed since."""
    root = Path(__file__).resolve().parent.parent
    try:
        command = ("git", "-C", str(root), "describe", "--always", "--dirty", "--exclude=*")
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _system() -> str:
    if sys.platform == "linux":
        try:
            return platform.freedesktop_os_release()["PRETTY_NAME"]
        except (OSError, KeyError):
            return platform.platform()
    return platform.platform()
