"""Fine-tuning of a wav2vec2, HuBERT or WavLM checkpoint into a phone recogniser; resumable at any step."""

import json
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from speech.samples import clean
from speech.train.acoustic import LOG_NAME, rate_share
from speech.train.corpus import HELD_OUT_FOLD, read_folds
from speech.train.evaluation import autocast, choose_device, greedy
from speech.train.losses import wildcard_ctc
from speech.train.pretrained import frames_of, hide, load_pretrained, logits_of, write_folder
from speech.train.sounds import Preparation, Sounds, as_heard, prepared
from speech.train.waveforms import Clip, WaveformAugmentConfig, clips_of, divide, plan, read_samples, recordings

CHECKPOINT = "finetuning.safetensors"
MODEL = "model"
"""Folder of the fine-tuned checkpoint, in that of the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinetuneConfig:
    """Everything one fine-tuning run depends on.

    Parameters
    ----------
    init : str
        wav2vec2, HuBERT or WavLM checkpoint to start from: a folder, or a name on the hub.
    audio : tuple of Path
        Lists of labelled recordings, and folders of synthetic speech.
    folds : Path
        Speaker folds as `lafal train folds` writes them.
    run : Path
        Folder for checkpoints, the log, and the fine-tuned model (`model` in it).
    held_out_folds : tuple of int
        Speakers of these folds are not trained on; those of the first are the development speakers.
    minutes, steps : float, int or None
        The learning rate falls to its end over so many minutes of training, or over so many steps where given.
    augment : WaveformAugmentConfig
    share_synthetic : float
        Share of synthetic clips in training.
    doubts_below : float
        Phones people scored lower may be any phone in the CTC target; 0 trusts all.
    longest_s : float
        Longer recordings are left out.
    batch_s, accumulate : float, int
        Seconds of audio in a batch with its padding; batches a step.
    freeze_feature_encoder : bool
        Leave the convolutions as they are.
    hidden_share, hidden_frames : float, int
        Share of the frames hidden from the transformer in training, and how many in a row (20 ms each; shorter than a
        phone, so that nobody learns to guess what was not heard).
    peak_rate, warmup_steps, weight_decay, clip : float
        AdamW and its schedule; largest gradient norm.
    evaluated_clips : int
        Development clips of each corpus that an evaluation decodes, at most about so many.
    evaluate_every_s, checkpoint_every_s : float
        Pause between evaluations (each writes the model) and between checkpoints, in seconds of training.
    device : str
        "auto", "cpu", "cuda", "mps".
    precision : {"auto", "bf16", "fp32"}
        bf16 autocast where the processor has it.
    readers : int
        Threads that read and change recordings.
    threads : int
        Threads of the processor; 0 leaves torch's choice.
    seed : int
    """

    init: str
    audio: tuple[Path, ...]
    folds: Path
    run: Path
    held_out_folds: tuple[int, ...] = (HELD_OUT_FOLD,)
    minutes: float = 60.0
    steps: int | None = None
    augment: WaveformAugmentConfig = field(default_factory=WaveformAugmentConfig)
    share_synthetic: float = 0.25
    doubts_below: float = 0.5
    longest_s: float = 16.0
    batch_s: float = 40.0
    accumulate: int = 1
    freeze_feature_encoder: bool = True
    hidden_share: float = 0.05
    hidden_frames: int = 3
    peak_rate: float = 5e-5
    warmup_steps: int = 200
    weight_decay: float = 0.01
    clip: float = 1.0
    evaluated_clips: int = 260
    evaluate_every_s: float = 600.0
    checkpoint_every_s: float = 600.0
    device: str = "auto"
    precision: str = "auto"
    readers: int = 4
    threads: int = 0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class FinetuneSummary:
    """How a run ended: the model's folder, what it took, and phone error rates (0..1) by corpus of unheard speakers."""

    model: Path
    steps: int
    hours_heard: float
    minutes: float
    error_rates: Mapping[str, float]


@dataclass(slots=True)
class _Progress:
    """What a checkpoint remembers beside weights."""

    step: int = 0
    heard_s: float = 0.0
    trained_s: float = 0.0


def finetune(config: FinetuneConfig, *, resume: bool = False) -> FinetuneSummary:
    """Fine-tune until the schedule ends.

    Parameters
    ----------
    config : FinetuneConfig
    resume : bool
        Go on from the last checkpoint in `config.run`.

    Returns
    -------
    FinetuneSummary

    Raises
    ------
    ModelNotFound, BrokenModel, ExtraNotInstalled
        `config.init` cannot be had.
    """
    run = _Run(config)
    if resume:
        run.resume()
    return run.train()


class _Run:
    """One run: network, optimiser, clips, and where it stands."""

    def __init__(self, config: FinetuneConfig) -> None:
        config.run.mkdir(parents=True, exist_ok=True)
        if config.threads:
            torch.set_num_threads(config.threads)
        torch.manual_seed(config.seed)
        self.config = config
        self.device = _device(config.device)
        self.model, self.extractor = load_pretrained(config.init)
        hide(self.model, config.hidden_share)
        if config.freeze_feature_encoder:
            self.model.freeze_feature_encoder()
        self.model.to(self.device)
        self.learning = {name: weight for name, weight in self.model.named_parameters() if weight.requires_grad}
        self.optimiser = torch.optim.AdamW(
            _weight_groups(list(self.learning.values()), config.weight_decay),
            lr=config.peak_rate,
            betas=(0.9, 0.98),
            fused=self.device.type != "mps",
        )
        self.progress = _Progress()
        clips = clips_of(recordings(config.audio), doubts_below=config.doubts_below, longest_s=config.longest_s)
        self.clips, development = divide(clips, read_folds(config.folds), config.held_out_folds)
        self.development = _thin(development, config.evaluated_clips)
        self.error_rates: dict[str, float] = {}
        self.recent: list[float] = []

    @property
    def done(self) -> float:
        """Part of the run that is over, 0..1."""
        if self.config.steps is not None:
            return self.progress.step / self.config.steps
        return self.progress.trained_s / (60 * self.config.minutes)

    def train(self) -> FinetuneSummary:
        """Step until done, looking up now and then."""
        from rich.progress import Progress

        progress = self.progress
        with Progress() as bar, closing(self._batches()) as batches:
            task = bar.add_task("fine-tuning", total=1.0)
            while self.done < 1:
                started_s = time.monotonic()
                self.recent.append(self._step([next(batches) for _ in range(self.config.accumulate)]))
                before_s, progress.trained_s = progress.trained_s, progress.trained_s + time.monotonic() - started_s
                self._look_up(before_s)
                bar.update(task, completed=self.done, description=f"step {progress.step}")
        self._evaluate()
        self._save()
        hours, minutes = progress.heard_s / 3600, progress.trained_s / 60
        return FinetuneSummary(self.config.run / MODEL, progress.step, hours, minutes, self.error_rates)

    def _look_up(self, before_s: float) -> None:
        """Evaluate and save where the last step crossed the moment to do so."""
        config, after_s = self.config, self.progress.trained_s
        if before_s // config.evaluate_every_s != after_s // config.evaluate_every_s:
            self._evaluate()
        if before_s // config.checkpoint_every_s != after_s // config.checkpoint_every_s:
            self._save()

    def _batches(self) -> Generator[Sounds]:
        config = self.config
        start = self.progress.step * config.accumulate
        drawn = plan(
            self.clips, share_synthetic=config.share_synthetic, batch_s=config.batch_s, seed=config.seed, start=start
        )
        preparation = Preparation(
            self.extractor,
            partial(frames_of, self.model),
            config.augment,
            hidden_share=config.hidden_share,
            hidden_frames=config.hidden_frames,
            seed=config.seed,
        )
        return prepared(drawn, preparation, start=start, readers=config.readers)

    def _step(self, batches: Sequence[Sounds]) -> float:
        config, progress = self.config, self.progress
        torch.manual_seed(config.seed * 1_000_003 + progress.step)
        self.model.train()
        self.optimiser.zero_grad(set_to_none=True)
        losses: list[Tensor] = []
        for sounds in batches:
            loss = self._loss(sounds)
            (loss / len(batches)).backward()
            losses.append(loss.detach())
            progress.heard_s += sounds.seconds
        norm = torch.nn.utils.clip_grad_norm_(self.learning.values(), config.clip)
        for group in self.optimiser.param_groups:
            group["lr"] = config.peak_rate * rate_share(progress.step, self.done, warmup_steps=config.warmup_steps)
        if bool(torch.isfinite(norm)):  # one bad batch must not spoil hours
            self.optimiser.step()
        progress.step += 1
        return float(torch.stack(losses).mean())

    def _loss(self, sounds: Sounds) -> Tensor:
        """CTC loss a phone."""
        hidden = None if sounds.hidden is None else sounds.hidden.to(self.device)
        with autocast(self.device, self.precision):
            logits = logits_of(self.model, sounds.waveforms.to(self.device), hidden)
        where = "cpu" if self.device.type == "mps" else self.device  # MPS has no CTC
        log_probs = logits.float().log_softmax(-1).to(where)
        frames = torch.full((len(log_probs),), log_probs.shape[1], device=where)
        counts = sounds.phone_counts.to(where)
        return wildcard_ctc(log_probs, sounds.phones.to(where), frames, counts) / counts.sum()

    @property
    def precision(self) -> str:
        """Precision to ask `autocast` for; it measures the processor, which says nothing about MPS."""
        is_open = self.config.precision == "auto" and self.device.type == "mps"
        return "fp32" if is_open else self.config.precision

    def _evaluate(self) -> None:
        """Decode development clips as `lafal score` will, and write the model."""
        import jiwer

        self.model.eval()
        said: dict[str, tuple[list[str], list[str]]] = {}
        for clip in self.development:
            references, hypotheses = said.setdefault(clip.utterance.corpus, ([], []))
            references.append(" ".join(map(str, clip.columns)))
            hypotheses.append(" ".join(map(str, self._decode(clip))))
        self.error_rates = {corpus: float(jiwer.wer(*texts)) for corpus, texts in said.items()}
        losses = {"ctc": sum(self.recent) / len(self.recent)} if self.recent else {}
        self._log(losses | {f"per_{corpus}": rate for corpus, rate in self.error_rates.items()})
        self.recent.clear()
        write_folder(self.config.run / MODEL, self.model, self.extractor)

    def _decode(self, clip: Clip) -> list[int]:
        waveform = as_heard(self.extractor, [clean(read_samples(clip.path), shortest_s=0.0)])
        with torch.inference_mode(), autocast(self.device, self.precision):
            logits = logits_of(self.model, waveform.to(self.device))
        return greedy(logits[0].float().cpu().numpy())

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
        """Write everything the run needs to go on exactly as if it had not stopped."""
        tensors: dict[str, Tensor] = {f"model.{name}": value for name, value in self.model.state_dict().items()}
        for name, weight in self.learning.items():
            moments: Mapping[str, Any] = self.optimiser.state.get(weight, {})
            tensors |= {f"moments.{kind}.{name}": value for kind, value in moments.items()}
        path = self.config.run / CHECKPOINT
        unfinished = path.with_suffix(".partial")
        kept = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
        save_file(kept, unfinished, metadata={name: str(value) for name, value in asdict(self.progress).items()})
        unfinished.replace(path)

    def resume(self) -> None:
        """Go back to the last checkpoint."""
        with safe_open(self.config.run / CHECKPOINT, framework="pt") as file:
            facts = file.metadata() or {}
            names = set(file.keys())
            own = [name for name in names if name.startswith("model.")]
            self.model.load_state_dict({name.removeprefix("model."): file.get_tensor(name) for name in own})
            for name, weight in self.learning.items():
                keys = {kind: f"moments.{kind}.{name}" for kind in ("step", "exp_avg", "exp_avg_sq")}
                if keys["exp_avg"] in names:
                    state = {kind: file.get_tensor(key).to(self.device) for kind, key in keys.items()}
                    self.optimiser.state[weight] = state
        for name, start in asdict(self.progress).items():
            setattr(self.progress, name, type(start)(facts[name]))


def _device(name: str) -> torch.device:
    has_mps = name == "auto" and not torch.cuda.is_available() and torch.backends.mps.is_available()
    return choose_device("mps" if has_mps else name)


def _thin(clips: Sequence[Clip], count: int) -> list[Clip]:
    """Keep about so many clips of each corpus."""
    kept: list[Clip] = []
    for corpus in sorted({clip.utterance.corpus for clip in clips}):
        own = [clip for clip in clips if clip.utterance.corpus == corpus]
        kept += own[:: max(1, len(own) // count)]
    return kept


def _weight_groups(weights: Sequence[Tensor], decay: float) -> list[dict[str, Any]]:
    """Decay matrices only; gains, biases and norms keep their size."""
    matrices = [weight for weight in weights if weight.ndim > 1]
    vectors = [weight for weight in weights if weight.ndim <= 1]
    return [{"params": matrices, "weight_decay": decay}, {"params": vectors, "weight_decay": 0.0}]
