"""A small recurrent network that reads a whole word and names the graphone of each letter."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from phonemes.making.graphones import SpeltWord

if TYPE_CHECKING:
    import torch

PADDING = 0


@dataclass(frozen=True, slots=True)
class TaggerOptions:
    """Size and training of the network; the values were chosen to train within ten minutes on one slow core."""

    embedding: int = 32
    hidden: int = 128
    layers: int = 2
    dropout: float = 0.2
    batch_words: int = 128
    epochs: int = 5
    learning_rate: float = 4e-3
    seed: int = 0
    threads: int = 1


def _batches(
    words: Sequence[tuple[np.ndarray, np.ndarray]], *, size: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Go once through all words in random batches of words of equal length, so that nothing is padded."""
    by_length: dict[int, list[int]] = {}
    for index in rng.permutation(len(words)):
        by_length.setdefault(len(words[index][0]), []).append(int(index))
    batches = [group[at : at + size] for group in by_length.values() for at in range(0, len(group), size)]
    for position in rng.permutation(len(batches)):
        chosen = [words[index] for index in batches[position]]
        yield np.stack([letters for letters, _ in chosen]), np.stack([tags for _, tags in chosen])


def _network(n_letters: int, n_tags: int, options: TaggerOptions) -> "torch.nn.ModuleDict":
    import torch

    recurrent = torch.nn.LSTM(
        options.embedding,
        options.hidden,
        options.layers,
        batch_first=True,
        bidirectional=True,
        dropout=options.dropout,
    )
    return torch.nn.ModuleDict(
        {
            "embed": torch.nn.Embedding(n_letters, options.embedding),
            "recurrent": recurrent,
            "drop": torch.nn.Dropout(options.dropout),
            "tag": torch.nn.Linear(2 * options.hidden, n_tags),
        }
    )


def _logits(network: Any, letters: "torch.Tensor") -> "torch.Tensor":
    states, _ = network["recurrent"](network["embed"](letters))
    return network["tag"](network["drop"](states))


def train_tagger(
    words: Sequence[SpeltWord],
    *,
    letters: dict[str, int],
    tags: dict[tuple[str, tuple[str, ...]], int],
    options: TaggerOptions | None = None,
    report: Callable[[str], None] = print,
) -> dict[str, np.ndarray]:
    """Train the network and return its weights under torch's names, as float32 arrays.

    Parameters
    ----------
    words : sequence of spelt words
        Each letter with its phones; words with a graphone outside `tags` are left out.
    letters, tags : dict
        Numbers of letters (from 1) and of graphones (from 0).
    options : TaggerOptions, optional
        Size and training.
    report : callable
        Told the loss as it goes.
    """
    import torch

    options = options or TaggerOptions()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    encoded = [
        (np.array([letters[letter] for letter, _ in word]), np.array([tags[graphone] for graphone in word]))
        for word in words
        if word and all(graphone in tags for graphone in word)
    ]
    network = _network(max(letters.values()) + 1, len(tags), options)
    steps = options.epochs * sum(1 for _ in _batches(encoded, size=options.batch_words, rng=rng))
    optimiser = torch.optim.AdamW(network.parameters(), lr=options.learning_rate, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=options.learning_rate, total_steps=steps + options.epochs, pct_start=0.1
    )
    network.train()
    recent: list[float] = []
    for epoch in range(options.epochs):
        for spelt, wanted in _batches(encoded, size=options.batch_words, rng=rng):
            logits = _logits(network, torch.from_numpy(spelt))
            loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), torch.from_numpy(wanted).flatten())
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            recent.append(float(loss.detach()))
            if len(recent) % 100 == 0:
                report(f"epoch {epoch + 1}, step {len(recent)} of {steps}: loss {np.mean(recent[-100:]):.3f}")
    return {name: value.detach().numpy() for name, value in network.state_dict().items()}
