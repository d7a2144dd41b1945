"""Judging threads that ask for posteriors at the same time share one run of a network: what a GPU is fast at."""

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from speech.audio import SAMPLE_RATE
from speech.results import Posteriors

_MOST_CLIPS = 16
_MOST_SAMPLES = 160 * SAMPLE_RATE
"""Samples of one run, padding included: what keeps a large network within a few gigabytes."""
_MOST_STRETCH = 1.25
"""A clip is padded to at most this times its length: beyond it the padding costs more than the run it saves."""


class Batchable(Protocol):
    """A network that takes several clips in one run."""

    @property
    def name(self) -> str:
        """What the model calls itself."""
        ...

    @property
    def version(self) -> str:
        """Which weights these are."""
        ...

    @property
    def pads(self) -> bool:
        """Whether clips of different lengths may share a run; if not, only equal ones."""
        ...

    def prepare(self, samples: np.ndarray) -> np.ndarray:
        """Check a clip and clean it.

        Raises
        ------
        TooShort
            Less than one frame.
        """
        ...

    def batch(self, waveforms: Sequence[np.ndarray]) -> list[Posteriors]:
        """Run over prepared clips."""
        ...


@dataclass(frozen=True, slots=True)
class _Job:
    waveform: np.ndarray
    answer: "Future[Posteriors]"


class BatchingAcoustic:
    """An `Acoustic` that collects the clips that arrive while the network runs, and runs them together next.

    Nobody waits for others to arrive: a clip that finds the network idle runs at once and alone.

    Parameters
    ----------
    network : Batchable
        What runs; kept as an attribute of that name.
    """

    def __init__(self, network: Batchable) -> None:
        self.network = network
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        threading.Thread(target=self._serve, name="batching", daemon=True).start()

    @property
    def name(self) -> str:
        """What the model calls itself."""
        return self.network.name

    @property
    def version(self) -> str:
        """Which weights these are."""
        return self.network.version

    def posteriors(self, samples: np.ndarray) -> Posteriors:
        """Say how likely each phone is in each frame of a mono 16 kHz recording; waits for its run.

        Raises
        ------
        TooShort
            Less than one frame.
        BrokenModel
            The weights give something other than numbers.
        """
        job = _Job(self.network.prepare(samples), Future())
        self._jobs.put(job)
        return job.answer.result()

    def _serve(self) -> None:
        while True:
            waiting = [self._jobs.get()]
            while not self._jobs.empty():
                waiting.append(self._jobs.get())
            for group in _groups(waiting, pads=self.network.pads):
                self._run(group)

    def _run(self, group: Sequence[_Job]) -> None:
        try:
            answers = self.network.batch([job.waveform for job in group])
        except Exception as error:  # noqa: BLE001 - whatever it is, its clip's thread gets it
            if len(group) == 1:
                group[0].answer.set_exception(error)
                return
            # One bad clip, or too little memory for all of them: neither is the others' fault.
            for job in group:
                self._run([job])
            return
        for job, answer in zip(group, answers, strict=True):
            job.answer.set_result(answer)


def _groups(jobs: Sequence[_Job], *, pads: bool) -> list[list[_Job]]:
    """Put clips of about the same length together, shortest first."""
    groups: list[list[_Job]] = []
    for job in sorted(jobs, key=lambda job: len(job.waveform)):
        if not groups or not _fits(job, groups[-1], pads=pads):
            groups.append([])
        groups[-1].append(job)
    return groups


def _fits(job: _Job, group: Sequence[_Job], *, pads: bool) -> bool:
    shortest, length = len(group[0].waveform), len(job.waveform)
    most = shortest * _MOST_STRETCH if pads else shortest
    return length <= most and len(group) < _MOST_CLIPS and length * (len(group) + 1) <= _MOST_SAMPLES
