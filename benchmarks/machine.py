"""The machine a figure was measured on."""

import os
import platform
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("lafal", "numpy", "onnxruntime")


@dataclass(frozen=True, slots=True)
class Machine:
    """Processor, the cores this process may use, operating system, and versions as (name, version)."""

    processor: str
    cores: int
    system: str
    versions: tuple[tuple[str, str], ...]

    def described(self) -> str:
        """One line for below a table."""
        versions = ", ".join(f"{name} {number}" for name, number in self.versions)
        return f"{self.processor}, {self.cores} cores; {self.system}; {versions}"


def this_machine() -> Machine:
    """Describe the machine this runs on."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    versions = [("python", platform.python_version())]
    for name in PACKAGES:
        try:
            versions.append((name, version(name)))
        except PackageNotFoundError:
            continue  # a checkout that is not installed has no version of its own
    return Machine(_processor(), cores, f"{_system()}", tuple(versions))


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
