"""Which letters of a word stand for which of its phones, learnt by expectation-maximisation."""

import math
from collections import defaultdict
from collections.abc import Sequence

LONGEST_CHUNK = 2
"""A letter stands for at most this many phones: X is K S, U is Y UW."""

Entry = tuple[str, tuple[str, ...]]
Chunk = tuple[str, ...]
_FLOOR = 1e-9


class Aligner:
    """Aligns letters with phones, each letter with none, one or two of them.

    Parameters
    ----------
    probabilities : mapping of (letter, chunk) to float
        How likely a letter stands for a chunk of phones.
    """

    def __init__(self, probabilities: dict[tuple[str, Chunk], float]) -> None:
        self._cost = {pair: -math.log(value) for pair, value in probabilities.items() if value > 0}

    def align(self, spelling: str, phones: Sequence[str]) -> list[Chunk] | None:
        """Return the chunk of phones that each letter stands for, or None where there are too many phones."""
        phones = tuple(phones)
        best = [{0: (0.0, 0)}]
        for letter in spelling:
            reached: dict[int, tuple[float, int]] = {}
            for start, (cost, _) in best[-1].items():
                for end in range(start, min(start + LONGEST_CHUNK, len(phones)) + 1):
                    total = cost + self._cost.get((letter, phones[start:end]), -math.log(_FLOOR))
                    if end not in reached or total < reached[end][0]:
                        reached[end] = (total, start)
            best.append(reached)
        if len(phones) not in best[-1]:
            return None
        chunks: list[Chunk] = []
        end = len(phones)
        for column in reversed(best[1:]):
            start = column[end][1]
            chunks.append(phones[start:end])
            end = start
        return chunks[::-1]


def learn_alignment(entries: Sequence[Entry], *, rounds: int = 8) -> Aligner:
    """Learn which phones each letter tends to stand for.

    Parameters
    ----------
    entries : sequence of (spelling, phones)
        Some tens of thousands suffice.
    rounds : int
        Passes of expectation-maximisation.
    """
    probabilities: dict[tuple[str, Chunk], float] = {}
    for _ in range(rounds):
        counts: dict[tuple[str, Chunk], float] = defaultdict(float)
        for spelling, phones in entries:
            _add_expected_counts(spelling, phones, probabilities, counts)
        totals: dict[str, float] = defaultdict(float)
        for (letter, _chunk), count in counts.items():
            totals[letter] += count
        probabilities = {pair: count / totals[pair[0]] for pair, count in counts.items()}
    return Aligner(probabilities)


def _add_expected_counts(
    spelling: str,
    phones: tuple[str, ...],
    probabilities: dict[tuple[str, Chunk], float],
    counts: dict[tuple[str, Chunk], float],
) -> None:
    """Add how often each letter stands for each chunk in one word, over all its alignments."""
    n_phones = len(phones)
    # Reachable from both ends: letters still to come must be able to use up the remaining phones.
    forward = [[0.0] * (n_phones + 1) for _ in range(len(spelling) + 1)]
    forward[0][0] = 1.0
    arcs: list[tuple[int, int, int, tuple[str, Chunk], float]] = []
    for index, letter in enumerate(spelling):
        left = len(spelling) - index - 1
        for start in range(n_phones + 1):
            if forward[index][start] <= 0.0:
                continue
            for end in range(max(start, n_phones - LONGEST_CHUNK * left), min(start + LONGEST_CHUNK, n_phones) + 1):
                pair = (letter, phones[start:end])
                weight = max(probabilities.get(pair, 0.0), _FLOOR) if probabilities else 1.0
                forward[index + 1][end] += forward[index][start] * weight
                arcs.append((index, start, end, pair, weight))
    total = forward[-1][n_phones]
    if total <= 0.0:
        return
    backward = [[0.0] * (n_phones + 1) for _ in range(len(spelling) + 1)]
    backward[-1][n_phones] = 1.0
    for index, start, end, pair, weight in reversed(arcs):
        onward = weight * backward[index + 1][end]
        backward[index][start] += onward
        counts[pair] += forward[index][start] * onward / total
