"""A small recurrent network, run by numpy, that reads a whole word and weighs the graphones of each letter."""

from collections.abc import Mapping, Sequence

import numpy as np


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return 0.5 * (1.0 + np.tanh(0.5 * values))


class LetterTagger:
    """A bidirectional LSTM over letters.

    Parameters
    ----------
    arrays : mapping of str to array
        Weights under the names that training gives them, float16 or float32.
    """

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        weights = {name: values.astype(np.float32) for name, values in arrays.items()}
        self._embed = weights["embed.weight"]
        self._tag = weights["tag.weight"].T
        self._tag_bias = weights["tag.bias"]
        self._layers: list[tuple[tuple[np.ndarray, np.ndarray, np.ndarray], ...]] = []
        while f"recurrent.weight_ih_l{len(self._layers)}" in weights:
            depth = len(self._layers)
            self._layers.append(
                tuple(
                    (
                        weights[f"recurrent.weight_ih_l{depth}{way}"].T,
                        weights[f"recurrent.weight_hh_l{depth}{way}"].T.copy(),
                        weights[f"recurrent.bias_ih_l{depth}{way}"] + weights[f"recurrent.bias_hh_l{depth}{way}"],
                    )
                    for way in ("", "_reverse")
                )
            )

    def log_probs(self, letters: Sequence[int]) -> np.ndarray:
        """Return natural-log probabilities of all tags for each letter, shape (letters, tags)."""
        states = self._embed[np.asarray(letters, dtype=np.intp)]
        for forward, backward in self._layers:
            ahead = _run(states, *forward)
            behind = _run(states[::-1], *backward)[::-1]
            states = np.concatenate([ahead, behind], axis=1)
        logits = states @ self._tag + self._tag_bias
        logits -= logits.max(axis=1, keepdims=True)
        return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


def _run(inputs: np.ndarray, into: np.ndarray, across: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Run one direction of one layer; gates are input, forget, cell, output, as torch orders them."""
    driven = inputs @ into + bias
    width = across.shape[0]
    state = np.zeros(width, dtype=np.float32)
    cell = np.zeros(width, dtype=np.float32)
    out = np.empty((len(inputs), width), dtype=np.float32)
    for step, drive in enumerate(driven):
        gates = drive + state @ across
        opened = _sigmoid(gates)
        cell = opened[width : 2 * width] * cell + opened[:width] * np.tanh(gates[2 * width : 3 * width])
        state = opened[3 * width :] * np.tanh(cell)
        out[step] = state
    return out
