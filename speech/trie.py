"""A dictionary as a tree of phones, and the likeliest sequence of its words in a recording."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from phonemes.inventory import BLANK, COLUMN

_ROOT = 0


@dataclass(frozen=True, slots=True)
class Spelling:
    """A word, one way of saying it, and its prior in nats."""

    text: str
    phones: tuple[str, ...]
    log_prior: float


@dataclass(frozen=True, slots=True)
class PronunciationTrie:
    """Pronunciations that begin alike share their first nodes; node 0 is the gap between words.

    Parameters
    ----------
    parents, columns : int array, shape (nodes,)
        The node before, and the posterior column of the node's phone.
    ends : int array, shape (words,)
        The node each word ends at; of words said alike only the likeliest is kept.
    texts, log_priors : tuple of str, float array
        The words, and their priors.
    """

    parents: np.ndarray
    columns: np.ndarray
    ends: np.ndarray
    texts: tuple[str, ...]
    log_priors: np.ndarray

    @classmethod
    def build(cls, spellings: Iterable[Spelling]) -> "PronunciationTrie":
        """Grow the tree."""
        children: dict[tuple[int, int], int] = {}
        parents, columns = [_ROOT], [BLANK]
        best: dict[int, Spelling] = {}
        for spelling in spellings:
            node = _ROOT
            for symbol in spelling.phones:
                key = (node, COLUMN[symbol])
                if key not in children:
                    children[key] = len(parents)
                    parents.append(node)
                    columns.append(key[1])
                node = children[key]
            if node not in best or spelling.log_prior > best[node].log_prior:
                best[node] = spelling
        return cls(
            parents=np.array(parents, dtype=np.intp),
            columns=np.array(columns, dtype=np.intp),
            ends=np.array(list(best), dtype=np.intp),
            texts=tuple(word.text for word in best.values()),
            log_priors=np.array([word.log_prior for word in best.values()], dtype=np.float32),
        )


@dataclass(slots=True)
class _Gap:
    """Node 0, frame by frame: which words end best with each frame, and which word the silence after it follows.

    A path that enters a word in frame t comes from the word that ended best with frame t - 1, from the best one with
    another last phone, or from silence, so that 3 t, 3 t + 1 or 3 t + 2 tells all of its past; -1 is the beginning of
    the recording. `words` and `pasts` hold two values a frame, `silences` one.
    """

    words: list[tuple[int, int]]
    pasts: list[tuple[int, int]]
    silences: list[int]

    def trace(self, last: int) -> Iterator[tuple[int, int, int]]:
        """Go back from the word that ended with frame `last`: word, first frame, end frame; the last word first."""
        which = 0
        while last >= 0:
            entered, way = divmod(self.pasts[last][which], 3)
            yield self.words[last][which], entered, last + 1
            last, which = (self.silences[entered], 0) if way == 2 else (entered - 1, way)


@dataclass(frozen=True, slots=True)
class _Paths:
    """For every node, the score of the best path in it and when that path entered its word."""

    score: np.ndarray
    past: np.ndarray

    @classmethod
    def nowhere(cls, count: int) -> "_Paths":
        """No path is anywhere."""
        return cls(np.full(count, -np.inf, dtype=np.float32), np.zeros(count, dtype=np.int32))

    def at(self, nodes: np.ndarray) -> "_Paths":
        """Copy the paths of some nodes."""
        return _Paths(self.score[nodes], self.past[nodes])

    def better(self, other: "_Paths") -> "_Paths":
        """Keep the better path of each node."""
        wins = other.score > self.score
        return _Paths(np.where(wins, other.score, self.score), np.where(wins, other.past, self.past))


def walk(trie: PronunciationTrie, log_probs: np.ndarray) -> tuple[tuple[str, int, int], ...]:
    """Find the likeliest sequence of words by passing paths through the tree, frame by frame.

    Parameters
    ----------
    trie : PronunciationTrie
        The words.
    log_probs : float array, shape (frames, 40)
        CTC log-posteriors.

    Returns
    -------
    tuple of (text, first frame, end frame)
        Word by word; a word ends with the frame in which its last phone was last written.
    """
    if not len(trie.ends):
        return ()
    spoken = _Paths.nowhere(len(trie.parents))  # the node's phone was just written
    rested = _Paths.nowhere(len(trie.parents))  # blanks since
    repeats = np.flatnonzero(trie.columns == trie.columns[trie.parents])
    first = np.flatnonzero(trie.parents == _ROOT)[1:]
    gap = _Gap([], [], [])
    last_columns = trie.columns[trie.ends]
    silence, silence_follows, leaving, last_column, other = 0.0, -1, -np.inf, BLANK, -np.inf
    for t, frame in enumerate(log_probs.astype(np.float32)):
        inside = spoken.at(trie.parents)
        inside.score[repeats] = -np.inf  # the same phone twice needs a blank between
        inside = inside.better(rested.at(trie.parents))
        # A word may follow another at once, without a blank, unless its first phone would merge with the last one.
        merges = trie.columns[first] == last_column
        at_once = np.where(merges, other, leaving)
        inside.score[first] = np.maximum(at_once, silence)
        inside.past[first] = 3 * t + np.where(at_once > silence, merges, 2)
        gap.silences.append(silence_follows)
        if leaving > silence:
            silence, silence_follows = leaving, t - 1
        silence += frame[BLANK]
        rested = rested.better(spoken)
        rested.score[:] += frame[BLANK]
        spoken = spoken.better(inside)
        spoken.score[:] += frame[trie.columns]
        finished = spoken.score[trie.ends] + trie.log_priors
        word = int(finished.argmax())
        leaving, last_column = float(finished[word]), int(last_columns[word])
        rivals = np.where(last_columns == last_column, -np.inf, finished)
        rival = int(rivals.argmax())
        other = float(rivals[rival])
        gap.words.append((word, rival))
        gap.pasts.append((int(spoken.past[trie.ends[word]]), int(spoken.past[trie.ends[rival]])))
    found = gap.trace(len(log_probs) - 1 if leaving > silence else silence_follows)
    return tuple((trie.texts[word], start, end) for word, start, end in found)[::-1]
