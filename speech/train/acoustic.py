"""Training of the acoustic model: packed features in, checkpoints and a log out; resumable at any time."""

import json
import math
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from speech.train import checkpoint
from speech.train.augment import AugmentConfig
from speech.train.batches import Lesson, collate, lessons_of, plan
from speech.train.corpus import HELD_OUT_FOLD, Packed, Utterance, load, read_folds
from speech.train.evaluation import autocast, choose_device, phone_error_rate, realign
from speech.train.losses import batch_losses
from speech.train.network import Network, NetworkConfig
from speech.train.teacher import listen
from speech.train.waveforms import SYNTHETIC, UNLABELLED

LOG_NAME = "log.jsonl"
_KINDS = ("l2", "native", "synthetic", UNLABELLED)
_FINAL_RATE = 0.01
"""Learning rate at the end, as a share of the peak."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """Everything one training run depends on.

    Parameters
    ----------
    features : tuple of Path
        Packed features, real and synthetic.
    folds : Path
        Speaker folds as `corpus.write_folds` writes them.
    run : Path
        Folder for checkpoints and the log.
    held_out_folds : tuple of int
        Speakers of these folds are not trained on; those of the first are the development speakers.
    start : Path, optional
        Checkpoint of a network of the same shape to begin with; only its averaged weights are taken.
    minutes, steps : float, int or None
        The learning rate falls to its end over so many minutes of training, or over so many steps where given.
    network, augment : NetworkConfig, AugmentConfig
    share_l2, share_native, share_synthetic, share_unlabelled : float
        Mix of the utterances in a batch.
    teacher : str, optional
        Acoustic model to learn from as well: a `transformers` checkpoint by folder or name, or "default".
    teacher_audio : tuple of Path
        Lists of recordings and folders of synthetic speech that the features were packed from.
    teacher_weight : float
        Weight of the divergence from the teacher.
    doubts_below : float
        Phones people scored lower may be any phone in the CTC target, and their frames are not learnt; 0 trusts all.
    ctc_weight, inter_weight, frame_weight : float
        Weights of the three losses.
    longest_s : float
        Longer utterances are left out.
    evaluated_utterances : int
        Development utterances of each kind that an evaluation decodes, at most about so many.
    batch_s, peak_rate, warmup_steps, weight_decay, clip, ema_decay : float
        Seconds of audio in a batch; AdamW and its schedule; largest gradient norm; averaging of weights.
    realign_at : tuple of float
        Parts of the run after which real speech is aligned by the model itself.
    evaluate_every_s, checkpoint_every_s : float
        Pause between evaluations and between checkpoints, in seconds of training.
    device : str
        "auto", "cpu", "cuda".
    precision : {"auto", "bf16", "fp32"}
        bf16 autocast where the processor has it.
    threads : int
        Threads of the processor; 0 leaves torch's choice.
    seed : int
    """

    features: tuple[Path, ...]
    folds: Path
    run: Path
    held_out_folds: tuple[int, ...] = (HELD_OUT_FOLD,)
    start: Path | None = None
    minutes: float = 110.0
    steps: int | None = None
    network: NetworkConfig = field(default_factory=NetworkConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    share_l2: float = 0.45
    share_native: float = 0.3
    share_synthetic: float = 0.25
    share_unlabelled: float = 0.25
    teacher: str | None = None
    teacher_audio: tuple[Path, ...] = ()
    teacher_weight: float = 1.0
    doubts_below: float = 0.5
    ctc_weight: float = 0.6
    inter_weight: float = 0.2
    frame_weight: float = 0.5
    batch_s: float = 20.0
    longest_s: float = 16.0
    evaluated_utterances: int = 260
    peak_rate: float = 2e-3
    warmup_steps: int = 400
    weight_decay: float = 0.01
    clip: float = 1.0
    ema_decay: float = 0.9995
    realign_at: tuple[float, ...] = (0.12, 0.3, 0.55)
    evaluate_every_s: float = 300.0
    checkpoint_every_s: float = 300.0
    device: str = "auto"
    precision: str = "auto"
    threads: int = 0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class TrainSummary:
    """How a run ended: phone error rates (0..1) on the development speakers, and what it took."""

    run: Path
    steps: int
    hours_heard: float
    minutes: float
    l2_error_rate: float | None
    native_error_rate: float | None


@dataclass(slots=True)
class _Progress:
    """What a checkpoint remembers beside weights."""

    step: int = 0
    heard_s: float = 0.0
    trained_s: float = 0.0
    realignments: int = 0


def train(config: TrainConfig, *, resume: bool = False) -> TrainSummary:
    """Train until the schedule ends.

    Parameters
    ----------
    config : TrainConfig
    resume : bool
        Go on from the last checkpoint in `config.run`.

    Returns
    -------
    TrainSummary
    """
    run = _Run(config)
    if resume:
        run.resume()
    return run.train()


@dataclass(frozen=True, slots=True)
class _Material:
    """Lessons to learn from, by source, and development lessons by name."""

    sources: tuple[list[Lesson], ...]
    development: dict[str, list[Lesson]]

    @property
    def real(self) -> list[Lesson]:
        """Real speech, in a fixed order."""
        return [lesson for source in self.sources for lesson in source if lesson.columns and not lesson.is_exact]


def _read_material(config: TrainConfig) -> _Material:
    packed = Packed((), ())
    for path in config.features:
        packed += load(path)
    folds = read_folds(config.folds)
    heard = _listen(config, packed.where(lambda one: folds.get(one.who) not in config.held_out_folds))

    def part(*, is_held_out: bool, kind: str) -> list[Lesson]:
        held_out = config.held_out_folds[:1] if is_held_out else config.held_out_folds
        chosen = packed.where(lambda one: (folds.get(one.who) in held_out) is is_held_out and _kind(one) == kind)
        return lessons_of(chosen, doubts_below=config.doubts_below, longest_s=config.longest_s, heard=heard)

    return _Material(
        tuple(part(is_held_out=False, kind=kind) for kind in _KINDS),
        {kind: _thin(part(is_held_out=True, kind=kind), config.evaluated_utterances) for kind in ("l2", "native")},
    )


def _listen(config: TrainConfig, learnt: Packed) -> dict[str, np.ndarray]:
    """Posteriors of the teacher, where there is one."""
    if config.teacher is None:
        return {}
    folder = config.run / "teacher"
    return listen(
        config.teacher,
        config.teacher_audio,
        folder,
        utterances=learnt.utterances,
        device=config.device,
        threads=config.threads or torch.get_num_threads(),
    )


def _kind(utterance: Utterance) -> str:
    own = {"speechocean762": "l2", SYNTHETIC: SYNTHETIC, UNLABELLED: UNLABELLED}
    return own.get(utterance.corpus, "native")


def _thin(lessons: list[Lesson], count: int) -> list[Lesson]:
    return lessons[:: max(1, len(lessons) // count)]


class _Run:
    """One run: network, optimiser, averaged weights, and where it stands."""

    def __init__(self, config: TrainConfig) -> None:
        config.run.mkdir(parents=True, exist_ok=True)
        if config.threads:
            torch.set_num_threads(config.threads)
        torch.manual_seed(config.seed)
        self.config = config
        self.device = choose_device(config.device)
        self.network = self._new_network().to(self.device)
        self.average = [weight.detach().clone() for weight in self.network.parameters()]
        self.optimiser = torch.optim.AdamW(
            _weight_groups(self.network, config.weight_decay), lr=config.peak_rate, betas=(0.9, 0.98), fused=True
        )
        self.progress = _Progress()
        self.material = _read_material(config)
        self.error_rates: dict[str, float] = {}
        self.recent: list[dict[str, float]] = []

    def _new_network(self) -> Network:
        if self.config.start is None:
            return Network(self.config.network)
        network = checkpoint.load_network(self.config.start)
        if network.config != self.config.network:
            raise ValueError(f"{self.config.start} holds another network: {network.config}")
        return network

    def resume(self) -> None:
        """Go back to the last checkpoint."""
        path = self.config.run / checkpoint.NAME
        facts, labels = checkpoint.restore(path, self.network, self.optimiser, self.average)
        for name, start in asdict(self.progress).items():
            setattr(self.progress, name, type(start)(facts[name]))
        for lesson, known in zip(self.material.real, labels, strict=False):
            lesson.labels = known

    @property
    def done(self) -> float:
        """Part of the run that is over, 0..1."""
        if self.config.steps is not None:
            return self.progress.step / self.config.steps
        return self.progress.trained_s / (60 * self.config.minutes)

    def train(self) -> TrainSummary:
        """Step until done, looking up now and then."""
        from rich.progress import Progress

        config, progress = self.config, self.progress
        shares = (config.share_l2, config.share_native, config.share_synthetic, config.share_unlabelled)
        batches = plan(self.material.sources, shares, batch_s=config.batch_s, seed=config.seed, start=progress.step)
        with Progress() as bar:
            task = bar.add_task("training", total=1.0)
            while self.done < 1:
                started_s = time.monotonic()
                self.recent.append(self._step(next(batches)))
                before_s, progress.trained_s = progress.trained_s, progress.trained_s + time.monotonic() - started_s
                self._look_up(before_s)
                bar.update(task, completed=self.done, description=f"step {progress.step}")
        self._evaluate()
        self._save()
        return self._summary()

    def _look_up(self, before_s: float) -> None:
        """Realign, evaluate and save where the last step crossed the moment to do so."""
        config, progress = self.config, self.progress
        if progress.realignments < len(config.realign_at) and self.done >= config.realign_at[progress.realignments]:
            with self._averaged():
                realign(self.network, self.material.real, precision=config.precision)
            progress.realignments += 1
        if _crossed(before_s, progress.trained_s, config.evaluate_every_s):
            self._evaluate()
        if _crossed(before_s, progress.trained_s, config.checkpoint_every_s):
            self._save()

    def _step(self, lessons: Sequence[Lesson]) -> dict[str, float]:
        config, progress = self.config, self.progress
        seed = config.seed * 1_000_003 + progress.step
        torch.manual_seed(seed)
        generator = torch.Generator(self.device).manual_seed(seed)
        batch = collate(lessons, config.augment, generator, device=self.device)
        self.network.train()
        with autocast(self.device, config.precision):
            output = self.network(batch.energies, batch.lengths)
        losses = batch_losses(output, batch)
        weights = {"ctc": config.ctc_weight, "inter": config.inter_weight, "frame": config.frame_weight}
        weights["teacher"] = config.teacher_weight
        rate = config.peak_rate * rate_share(progress.step, self.done, warmup_steps=config.warmup_steps)
        self._update(torch.stack([weights[name] * loss for name, loss in losses.items()]).sum(), rate)
        progress.step += 1
        progress.heard_s += batch.seconds
        return {name: float(loss.detach()) for name, loss in losses.items()}

    def _update(self, loss: Tensor, rate: float) -> None:
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.config.clip)
        self.optimiser.step()
        decay = min(self.config.ema_decay, (1 + self.progress.step) / (10 + self.progress.step))
        with torch.no_grad():
            for mean, weight in zip(self.average, self.network.parameters(), strict=True):
                mean.lerp_(weight, 1 - decay)

    @contextmanager
    def _averaged(self) -> Generator[None]:
        """Let the network hold the averaged weights for a while."""
        own = [weight.detach().clone() for weight in self.network.parameters()]
        self._hold(self.average)
        yield
        self._hold(own)

    def _hold(self, values: Sequence[Tensor]) -> None:
        with torch.no_grad():
            for weight, value in zip(self.network.parameters(), values, strict=True):
                weight.copy_(value)

    def _evaluate(self) -> None:
        with self._averaged():
            self.error_rates = {
                name: phone_error_rate(self.network, lessons, precision=self.config.precision)
                for name, lessons in self.material.development.items()
                if lessons
            }
        names = self.recent[0] if self.recent else {}
        losses = {name: sum(row[name] for row in self.recent) / len(self.recent) for name in names}
        self._log(losses | {f"per_{name}": rate for name, rate in self.error_rates.items()})
        self.recent.clear()

    def _log(self, figures: Mapping[str, float]) -> None:
        row = {
            "step": self.progress.step,
            "hours_heard": round(self.progress.heard_s / 3600, 3),
            "minutes": round(self.progress.trained_s / 60, 2),
            "done": round(self.done, 4),
            **{name: round(value, 4) for name, value in figures.items()},
        }
        with (self.config.run / LOG_NAME).open("a", encoding="utf-8") as log:
            log.write(json.dumps(row) + "\n")

    def _save(self) -> None:
        checkpoint.save(
            self.config.run / checkpoint.NAME,
            self.network,
            self.optimiser,
            self.average,
            labels=[lesson.labels for lesson in self.material.real],
            facts=asdict(self.progress),
        )

    def _summary(self) -> TrainSummary:
        progress = self.progress
        return TrainSummary(
            run=self.config.run,
            steps=progress.step,
            hours_heard=progress.heard_s / 3600,
            minutes=progress.trained_s / 60,
            l2_error_rate=self.error_rates.get("l2"),
            native_error_rate=self.error_rates.get("native"),
        )


def _crossed(before_s: float, after_s: float, every_s: float) -> bool:
    return before_s // every_s != after_s // every_s


def _weight_groups(network: Network, decay: float) -> list[dict[str, object]]:
    """Decay matrices only; gains, biases and norms keep their size."""
    matrices = [weight for weight in network.parameters() if weight.ndim > 1]
    vectors = [weight for weight in network.parameters() if weight.ndim <= 1]
    return [{"params": matrices, "weight_decay": decay}, {"params": vectors, "weight_decay": 0.0}]


def rate_share(step: int, done: float, *, warmup_steps: int) -> float:
    """Learning rate as a share of its peak: linear warm-up, then half a cosine over the run."""
    warmed = min(1.0, (step + 1) / warmup_steps)
    falling = 0.5 * (1 + math.cos(math.pi * min(done, 1.0)))
    return warmed * (_FINAL_RATE + (1 - _FINAL_RATE) * falling)
