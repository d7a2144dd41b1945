"""One frozen `Settings`, read once from `LAFAL_*` environment variables."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path


def cores() -> int:
    """Count the processor cores this process may use, which can be fewer than the computer has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Runtime(StrEnum):
    """What runs an acoustic model."""

    AUTO = "auto"
    ONNX = "onnx"
    TORCH = "torch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator may change; each field is the variable `LAFAL_` + its name in capitals.

    Parameters
    ----------
    model : str
        Acoustic model: "default", a folder, or the name of a `transformers` checkpoint.
    runtime : Runtime
        What runs the acoustic model: onnxruntime, on the processor, or torch; auto takes onnxruntime for the embedded
        model, and torch for checkpoints, which nothing else runs.
    device : {"auto", "cpu", "cuda", "mps"}
        Where torch runs; auto takes a graphics card where there is one.
    threads : int
        Threads an acoustic model may use; one a worker is fastest on a busy machine.
    max_speech_s : float
        Longest recording accepted, in seconds, counted while decoding.
    max_file_bytes : int
        Largest file accepted, in bytes.
    max_person_bytes : int
        How much the recordings that classes keep of one person may take, in bytes.
    max_words : int
        Longest text accepted, in words.
    host, port : str, int
        Where the web app listens.
    certificate, private_key : str
        Files in PEM with which the web app speaks https; empty for http, which is enough on one computer.
    workers : int
        Recordings judged at the same time by the web app; 0 for one a processor core.
    max_waiting : int
        Recordings that may wait for a worker; beyond it the web app asks people to come back.
    max_wait_s : float
        Seconds a recording may wait for its turn before its sender is asked to come back.
    max_judging_s : float
        Seconds after which nobody waits any more for a recording that is being judged; see `web.assessing`.
    practice_per_minute : int
        Requests of practice a minute that are taken from one address, behind which a whole school may sit; 0 for any
        number. See `web.limits`.
    recording_lifetime_s : float
        Seconds until a recording that was sent but not checked is deleted.
    exercises_folder : str
        Folder of teachers' exercises, one CSV file a unit; empty for none.
    voice_folder : str
        Folder with a teacher's recordings, each named after its text ("she-eats-fish-and-rice.mp3"); they are played
        instead of the model voice.
    data_folder : str
        Where classes keep recordings, keys and SQLite's database; empty for the system's folder for such data.
    database_url : str
        Database of the classes, such as ``postgresql://user@host/lafal``; empty for SQLite in the data folder.
    retention_days : int
        Days that classes keep a recording, at least 1; then the app deletes it, and its results stay.
    oidc_issuer, oidc_client_id : str
        OpenID provider with whose accounts people may sign in, as it names itself, and our name there; empty for none,
        and then no connection is opened. A secret belongs into ``LAFAL_OIDC_CLIENT_SECRET``, and is no setting.
    """

    model: str = "default"
    runtime: Runtime = Runtime.AUTO
    device: str = "auto"
    threads: int = 1
    max_speech_s: float = 30.0
    max_file_bytes: int = 25_000_000
    max_person_bytes: int = 1_000_000_000
    max_words: int = 120
    host: str = "127.0.0.1"
    port: int = 7860
    certificate: str = ""
    private_key: str = ""
    workers: int = 0
    max_waiting: int = 40
    max_wait_s: float = 30.0
    max_judging_s: float = 60.0
    practice_per_minute: int = 2400
    recording_lifetime_s: float = 600.0
    exercises_folder: str = ""
    voice_folder: str = ""
    data_folder: str = ""
    database_url: str = ""
    retention_days: int = 30
    oidc_issuer: str = ""
    oidc_client_id: str = ""

    def __post_init__(self) -> None:
        """Refuse to keep recordings for no time at all: they could not even be judged."""
        if self.retention_days < 1:
            raise ValueError("LAFAL_RETENTION_DAYS must be at least 1")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read every `LAFAL_*` variable that is set; the rest keep their defaults.

        Raises
        ------
        ValueError
            A value is not of its field's type, or is none of its choices; the message names the variable.
        """
        values: dict[str, object] = {}
        for field in fields(cls):
            variable = f"LAFAL_{field.name.upper()}"
            text = environment.get(variable)
            if text is None:
                continue
            kind = type(field.default)
            try:
                values[field.name] = kind(text)
            except ValueError as error:
                wanted = " or ".join(kind) if issubclass(kind, StrEnum) else f"of type {kind.__name__}"
                raise ValueError(f"{variable} must be {wanted}, not {text!r}") from error
        return cls(**values)  # type: ignore[arg-type]

    def data_place(self, environment: Mapping[str, str] = os.environ) -> Path:
        """Where the data folder is: the one that is set, or the system's."""
        return Path(self.data_folder) if self.data_folder else platform_folder(environment)


def platform_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where this system keeps a program's data: ``~/.local/share/lafal``, or its like on macOS and Windows."""
    if sys.platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "lafal"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "lafal"
    return Path(environment.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "lafal"
