"""What is timed against each other: Lafal with any acoustic model, and other programs that judge readings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from benchmarks.clips import Clip
from speech.errors import ExtraNotInstalled, SpeechError

if TYPE_CHECKING:
    from speech.assess import Assessor
    from speech.settings import Settings

POCKETSPHINX = "pocketsphinx"
RANDOM = "random:"
"""What names of untrained networks start with."""
TORCH = "torch:"
"""What goes before the name of an embedded network that torch is to run."""


class NoVerdict(Exception):
    """A system gave up on a clip."""


class System(Protocol):
    """Anything that judges a clip."""

    @property
    def name(self) -> str:
        """As the user named it."""
        ...

    @property
    def threads(self) -> int:
        """Threads it may use for its network."""
        ...

    @property
    def model(self) -> str:
        """What a process of its own loads: `pocketsphinx`, or what `load_acoustic` takes, after `TORCH` perhaps."""
        ...

    def judge(self, clip: Clip) -> Mapping[str, float]:
        """Judge a clip; gives the milliseconds of each stage.

        Raises
        ------
        NoVerdict
            It cannot.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Lafal:
    """The product with one acoustic model.

    Parameters
    ----------
    name, model : str
        As the user named it, and what `load_acoustic` takes.
    threads : int
        Of the network.
    assessor : Assessor
        With the model loaded.
    """

    name: str
    model: str
    threads: int
    assessor: "Assessor"

    def judge(self, clip: Clip) -> Mapping[str, float]:
        """Assess the file from decoding to scores."""
        if not self.is_embedded:
            import torch

            torch.set_num_threads(self.threads)
        try:
            return self.assessor.assess(clip.path, clip.text).timings_ms
        except SpeechError as error:
            raise NoVerdict(error.code) from error

    @property
    def is_embedded(self) -> bool:
        """Whether onnxruntime runs the network."""
        from speech.acoustic import OnnxAcoustic

        return isinstance(self.assessor.acoustic, OnnxAcoustic)


def open_systems(
    names: Sequence[str], *, threads: Sequence[int], folder: Path
) -> tuple[tuple[System, ...], tuple[str, ...]]:
    """Load every system with every number of threads.

    Parameters
    ----------
    names : sequence of str
        "default", a folder, a checkpoint's name, "torch:default", "random:wav2vec2-base", "random:wav2vec2-large",
        "pocketsphinx".
    threads : sequence of int
        Of the network; PocketSphinx knows no threads and is there once.
    folder : Path
        Where untrained networks are written.

    Returns
    -------
    systems, missing
        What is there, and a sentence for each that needs a package this computer does not have.

    Raises
    ------
    ModelError
        A model cannot be loaded for another reason.
    ValueError
        No untrained network has that name.
    """
    systems: list[System] = []
    missing: list[str] = []
    for name in names:
        try:
            systems += _open(name, threads, folder)
        except ExtraNotInstalled as error:
            missing.append(f"{name} is left out. {error.sentence} {error.remedy}")
    return tuple(systems), tuple(missing)


def _open(name: str, threads: Sequence[int], folder: Path) -> Sequence[System]:
    if name == POCKETSPHINX:
        from benchmarks.peers import open_pocketsphinx

        return [open_pocketsphinx()]
    if name.startswith(RANDOM):
        from benchmarks.untrained import write_untrained

        return open_lafal(name, str(write_untrained(name.removeprefix(RANDOM), folder)), threads=threads)
    return open_lafal(name, name, threads=threads)


def open_lafal(name: str, model: str, *, threads: Sequence[int]) -> list[System]:
    """Load a model for each number of threads; the weights of a torch checkpoint are loaded once.

    Raises
    ------
    ModelError
        It cannot be loaded.
    """
    from speech.acoustic import OnnxAcoustic, load_acoustic
    from speech.assess import Assessor

    systems: list[System] = []
    acoustic = None
    for count in threads:
        settings = settings_of(model, threads=count)
        if acoustic is None or isinstance(acoustic, OnnxAcoustic):
            acoustic = load_acoustic(settings.model, settings=settings)
        systems.append(Lafal(name=name, model=model, threads=count, assessor=Assessor(acoustic, settings=settings)))
    return systems


def settings_of(model: str, *, threads: int = 1, device: str = "cpu") -> "Settings":
    """Settings with which the product runs a model that may have `TORCH` before its name."""
    from speech.settings import Runtime, Settings

    runtime = Runtime.TORCH if model.startswith(TORCH) else Runtime.AUTO
    return Settings(model=model.removeprefix(TORCH), runtime=runtime, threads=threads, device=device)
