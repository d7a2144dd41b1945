"""Checkpoints as safetensors: weights, averaged weights, optimiser moments, labels, and where a run stands."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from speech.train.network import Network, NetworkConfig
from speech.train.targets import Labels

NAME = "checkpoint.safetensors"


def save(
    path: Path,
    network: Network,
    optimiser: torch.optim.Optimizer,
    average: Sequence[Tensor],
    *,
    labels: Sequence[Labels | None] = (),
    facts: Mapping[str, float | str],
) -> None:
    """Write everything a run needs to go on exactly as if it had not stopped.

    Parameters
    ----------
    path : Path
        Replaced only once the new file is complete.
    network, optimiser, average
        State of the run; `average` in the order of the network's parameters.
    labels : sequence of Labels or None
        When each phone of the real speech sounds, as last aligned.
    facts : mapping
        Written as text beside the tensors.
    """
    tensors: dict[str, Tensor] = {}
    for (name, weight), mean in zip(network.named_parameters(), average, strict=True):
        moments = optimiser.state.get(weight, {})
        tensors[f"model.{name}"] = weight.detach()
        tensors[f"average.{name}"] = mean
        tensors |= {f"moments.{kind}.{name}": value for kind, value in moments.items()}
    if any(one is not None for one in labels):
        tensors |= _flatten(labels)
    _write(path, tensors, {**facts, **_shape(network.config)})


def shrink(source: Path, destination: Path) -> None:
    """Write a run's checkpoint small enough to publish: half its size, and a run can go on from it.

    Kept are the averaged weights, from which training goes on (a few hundred steps are lost at most), the optimiser's
    moments rounded to bf16, the labels, and where the run stands.
    """
    tensors: dict[str, Tensor] = {}
    with safe_open(source, framework="pt") as file:
        for name in file.keys():  # noqa: SIM118 - a file is no mapping
            if not name.startswith("model."):
                tensor = file.get_tensor(name)
                tensors[name] = tensor.bfloat16() if name.startswith("moments.exp_avg") else tensor
        _write(destination, tensors, file.metadata() or {})


def _write(path: Path, tensors: Mapping[str, Tensor], facts: Mapping[str, float | str]) -> None:
    partial = path.with_suffix(".partial")
    kept = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    save_file(kept, partial, metadata={name: str(value) for name, value in facts.items()})
    partial.replace(path)


def _shape(config: NetworkConfig) -> dict[str, float | str]:
    return {f"network.{name}": value for name, value in asdict(config).items()}


def _flatten(labels: Sequence[Labels | None]) -> dict[str, Tensor]:
    counts = [0 if one is None else len(one.columns) for one in labels]
    known = [one for one in labels if one is not None]
    return {
        "labels.counts": torch.tensor(counts, dtype=torch.int32),
        "labels.columns": torch.from_numpy(np.concatenate([one.columns for one in known]).astype(np.int16)),
        "labels.ends_s": torch.from_numpy(np.concatenate([one.ends_s for one in known])),
    }


def restore(
    path: Path, network: Network, optimiser: torch.optim.Optimizer, average: Sequence[Tensor]
) -> tuple[dict[str, str], list[Labels | None]]:
    """Put a checkpoint back into a run of the same shape.

    Returns
    -------
    facts : dict of str to str
    labels : list of Labels or None
        Empty where none were saved.
    """
    with safe_open(path, framework="pt") as file:
        names = set(file.keys())
        for (name, weight), mean in zip(network.named_parameters(), average, strict=True):
            own = f"model.{name}" if f"model.{name}" in names else f"average.{name}"
            weight.data.copy_(file.get_tensor(own))
            mean.copy_(file.get_tensor(f"average.{name}"))
            moments = {kind: f"moments.{kind}.{name}" for kind in ("step", "exp_avg", "exp_avg_sq")}
            if moments["exp_avg"] in names:
                device = weight.device
                state = {kind: file.get_tensor(key).float() for kind, key in moments.items()}
                optimiser.state[weight] = {kind: value.to(device) for kind, value in state.items()}
        labels = _unflatten({key: file.get_tensor(key).numpy() for key in names if key.startswith("labels.")})
        return dict(file.metadata() or {}), labels


def _unflatten(arrays: Mapping[str, np.ndarray]) -> list[Labels | None]:
    if not arrays:
        return []
    ends = np.cumsum(arrays["labels.counts"])
    columns, ends_s = arrays["labels.columns"].astype(np.int64), arrays["labels.ends_s"]
    spans = zip(ends - arrays["labels.counts"], ends, strict=True)
    return [Labels(columns[a:b], ends_s[a:b]) if b > a else None for a, b in spans]


def load_network(path: Path, *, averaged: bool = True) -> Network:
    """Build the network a checkpoint describes, ready to judge.

    Parameters
    ----------
    path : Path
    averaged : bool
        Take the running mean of the weights, which judges better than the last ones.
    """
    kind = "average" if averaged else "model"
    with safe_open(path, framework="pt") as file:
        facts = file.metadata() or {}
        shape = {
            name.removeprefix("network."): float(value) for name, value in facts.items() if name.startswith("network.")
        }
        network = Network(NetworkConfig(**{n: v if n == "dropout" else int(v) for n, v in shape.items()}))  # type: ignore[arg-type]
        network.load_state_dict({name: file.get_tensor(f"{kind}.{name}") for name, _ in network.named_parameters()})
    return network.eval()
