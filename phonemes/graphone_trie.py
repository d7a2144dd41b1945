"""N-grams of graphones (a letter with the phones it stands for), stored as a trie and searched letter by letter."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

START, END = 0, 1
"""Numbers of the marks before and after a word; graphones count from 2, in the order of their letters."""

STEPS_PER_NAT = 16
"""Log probabilities are stored as whole numbers of sixteenths of a nat; finer steps gained nothing."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the trie remembers of the letters so far: the nodes of all n-grams that end here, longest first."""

    nodes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Expansion:
    """Probabilities of a range of graphones in one context.

    Parameters
    ----------
    first : int
        Number of the first graphone of the range.
    log_probs : float32 array
        Natural-log probability of each graphone of the range.
    spans : tuple of (int, int)
        For each node of the context, which of its children lie in the range.
    """

    first: int
    log_probs: np.ndarray
    spans: tuple[tuple[int, int], ...]


class GraphoneTrie:
    """An n-gram model with backing off.

    Parameters
    ----------
    arrays : mapping of str to array
        ``last`` (uint16, the last graphone of each n-gram), ``cost`` and ``backoff`` (uint8, sixteenths of a nat
        below zero) and ``children`` (how many longer n-grams begin with it), shorter n-grams before longer ones and
        those of one length in the order of their first graphones; ``order`` (the length of the longest).
    """

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        self._last = arrays["last"]
        self._log_probs = arrays["cost"].astype(np.float32) / -STEPS_PER_NAT
        self._backoff = arrays["backoff"].astype(np.float32) / -STEPS_PER_NAT
        children = arrays["children"].astype(np.int64)
        self._order = int(arrays["order"])
        n_graphones = len(self._last) - int(children.sum())
        self._begin = np.concatenate([[0], np.cumsum(children)]) + n_graphones

    @property
    def start(self) -> Context:
        """The context before the first letter."""
        return Context((START,))

    def expand(self, context: Context, first: int, stop: int) -> Expansion:
        """Weigh the graphones from `first` to `stop` after a context."""
        log_probs = self._log_probs[first:stop].copy()
        spans: list[tuple[int, int]] = []
        for node in reversed(context.nodes):
            log_probs += self._backoff[node]
            begin = int(self._begin[node])
            inside = self._last[begin : int(self._begin[node + 1])]
            low, high = (int(place) for place in inside.searchsorted((first, stop)))
            spans.append((begin + low, begin + high))
            if high > low:
                seen = slice(begin + low, begin + high)
                log_probs[self._last[seen].astype(np.intp) - first] = self._log_probs[seen]
        return Expansion(first, log_probs, tuple(reversed(spans)))

    def follow(self, expansion: Expansion, graphone: int) -> Context:
        """Return the context after one of the graphones of an expansion."""
        nodes: list[int] = []
        for low, high in expansion.spans:
            place = low + int(self._last[low:high].searchsorted(graphone))
            if place < high and self._last[place] == graphone:
                nodes.append(place)
        return Context((*nodes, graphone)[-(self._order - 1) :])
