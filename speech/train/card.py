"""The model card: what a model is, how it was trained, and how good it is, out of files and never by hand."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from phonemes.resources import folder
from speech.train.checkpoint import load_network

_CURVE_ROWS = 10
_MISSING = "Not measured yet."


@dataclass(frozen=True, slots=True, kw_only=True)
class CardConfig:
    """What the card is made from.

    Parameters
    ----------
    checkpoint : Path
        Checkpoint that the model was exported from.
    logs : tuple of Path
        Logs of its training, in order.
    device : str
        What it was trained on, in words.
    history : Path
        Folder of measurements, as `lafal bench` records them; those of this model and version count.
    model : Path
        Folder of the exported model; gets the card.
    """

    checkpoint: Path
    logs: tuple[Path, ...]
    device: str
    history: Path = Path("benchmarks/history")
    model: Path = Path("models/default")


def write_card(config: CardConfig) -> Path:
    """Write `README.md` beside the model."""
    facts = json.loads((config.model / "config.json").read_text(encoding="utf-8"))
    network = load_network(config.checkpoint)
    shape = network.config
    rows = _rows(config.logs)
    model = f"default {facts['version']}"
    values: dict[str, object] = {
        "name": facts["name"],
        "version": facts["version"],
        "shortest_ms": round(1000 * facts["shortest_s"]),
        "period_ms": round(1000 * facts["period_s"]),
        "offset_ms": round(1000 * facts["offset_s"], 1),
        "state_ms": round(1000 * facts["period_s"] * shape.pace),
        "width": shape.width,
        "inner": shape.width * shape.expansion,
        "blocks": shape.blocks,
        "kernel": shape.kernel,
        "pace": shape.pace,
        "parameters": f"{sum(weight.numel() for weight in network.parameters()) / 1e6:.1f}",
        "megabytes": f"{(config.model / 'model.onnx').stat().st_size / 1e6:.1f}",
        "steps": f"{sum(log[-1]['step'] for log in rows):,}",
        "hours": f"{sum(log[-1]['hours_heard'] for log in rows):.0f}",
        "minutes": f"{sum(log[-1]['minutes'] for log in rows):.0f}",
        "device": config.device,
        "curve": _curve(rows),
        "accuracy": _accuracy(_latest(config.history, "accuracy", model)),
        "others": _others(config.history, model),
    }
    template = Template((folder("models") / "card.template.md").read_text(encoding="utf-8"))
    path = config.model / "README.md"
    path.write_text(template.substitute(values), encoding="utf-8")
    return path


def _rows(logs: Sequence[Path]) -> list[list[dict[str, float]]]:
    return [[json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] for path in logs]


def _curve(logs: Sequence[Sequence[Mapping[str, float]]]) -> str:
    """Table of some ten moments of the training: hours heard and error rates."""
    points: list[tuple[float, float, float]] = []
    before = 0.0
    for log in logs:
        points += [(before + row["hours_heard"], row["per_l2"], row["per_native"]) for row in log if "per_l2" in row]
        before += log[-1]["hours_heard"]
    step = max(1, len(points) // _CURVE_ROWS)
    kept = points[::-step][::-1]
    lines = [f"| {hours:.1f} | {100 * l2:.1f} % | {100 * native:.1f} % |" for hours, l2, native in kept]
    return "\n".join(["| hours heard | PER, learners | PER, native |", "|---|---|---|", *lines])


def _latest(history: Path, name: str, model: str) -> dict[str, Any] | None:
    """The last recorded line of a benchmark for this model."""
    path = history / f"{name}.jsonl"
    if not path.exists():
        return None
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    own = [line for line in lines if line.get("model") == model]
    return own[-1] if own else None


def _accuracy(line: Mapping[str, Any] | None) -> str:
    if line is None:
        return _MISSING
    columns = (
        ("phone correlation", "phone_pcc", 1.0),
        ("squared error", "phone_mse", 1.0),
        ("error AUC", "error_auc", 1.0),
        ("error F1", "error_f1", 1.0),
        ("PER %", "phone_error_rate", 100.0),
        ("utterance correlation", "utterance_pcc", 1.0),
    )
    table = [
        "| `lafal bench accuracy` | speakers | phones | " + " | ".join(name for name, _, _ in columns) + " |",
        "|---" * (len(columns) + 3) + "|",
    ]
    for group in line["groups"]:
        cells = [_interval(group[key], scale) for _, key, scale in columns]
        table.append(f"| {group['name']} | {group['speakers']} | {group['phones']:,} | " + " | ".join(cells) + " |")
    native = line["native"]
    if native:
        rate = _interval(native["phone_error_rate"], 100.0)
        who = f"{native['speakers']} held out, {native['recordings']} recordings"
        table += ["", f"Native speakers ({who}): PER {rate} %."]
    return "\n".join(table)


def _interval(figure: Mapping[str, float | None], scale: float) -> str:
    value, low, high = (figure[key] for key in ("value", "low", "high"))
    if value is None:
        return "-"
    digits = 1 if scale > 1 else 3
    span = "" if low is None or high is None else f" [{scale * low:.{digits}f}, {scale * high:.{digits}f}]"
    return f"{scale * value:.{digits}f}{span}"


def _others(history: Path, model: str) -> str:
    """What the other benchmarks say, a line each."""
    rows: list[str] = []
    if diagnosis := _latest(history, "diagnosis", model):
        total = diagnosis["total"]
        planted, found, named = total["planted"], total["found"], total["named"]
        alarms = 100 * total["false_alarms"] / total["clean_phones"]
        rows.append(
            f"| `lafal bench diagnosis` | of {planted} planted errors {found} found, {named} rightly named; "
            f"{alarms:.1f} false alarms in 100 phones of clean synthetic speech |"
        )
    if alignment := _latest(history, "alignment", model):
        first = alignment["groups"][0]
        rows.append(
            f"| `lafal bench alignment` | boundaries of the held-out voice {alignment['voice']}: median error "
            f"{first['median_ms']:.0f} ms, {100 * first['within_20']:.0f} % within 20 ms |"
        )
    if robustness := _latest(history, "robustness", model):
        rows.append(
            f"| `lafal bench robustness` | the score drifts by {robustness['worst_drift']:.1f} points on average in "
            f"the worst case of normal use ({robustness['worst']}) |"
        )
    if latency := _latest(history, "latency", model):
        clip_s, warm_s, cold_s = (latency[key] for key in ("clip_s", "warm_median_s", "cold_median_s"))
        times = f"a clip of {clip_s:.0f} s takes {warm_s:.2f} s, in a fresh process {cold_s:.2f} s"
        rows.append(f"| `lafal bench latency` | {times} |")
    return "\n".join(["| command | figures |", "|---|---|", *rows]) if rows else _MISSING
