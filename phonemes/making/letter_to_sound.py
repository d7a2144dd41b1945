"""Training both letter-to-sound models on the dictionary and packing them into one file."""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from phonemes.graphone_trie import STEPS_PER_NAT
from phonemes.inventory import COLUMN
from phonemes.making.alignment import Aligner, Chunk, learn_alignment
from phonemes.making.families import held_out
from phonemes.making.graphones import Level, SpeltWord, as_text, count_levels, number_graphones, smooth
from phonemes.making.tagger import TaggerOptions, train_tagger

ALPHABET = "'abcdefghijklmnopqrstuvwxyz"
CUTOFFS = (1, 1, 1, 1, 2, 2, 2, 2)
"""The least count kept, by length: without long n-grams seen once, the file is half as large and as good."""

_ALIGNED_SAMPLE = 12_000
_RARE_GRAPHONE = 3
_SPELLABLE = re.compile(r"[a-z']+$")


@dataclass(frozen=True, slots=True)
class Aligned:
    """The training words, letter by letter, with and without stress digits; and the words kept for the test."""

    stressed: tuple[SpeltWord, ...]
    plain: tuple[SpeltWord, ...]
    test: tuple[str, ...]


def bare(transcription: Sequence[str]) -> tuple[str, ...]:
    """Strip the stress digits."""
    return tuple(symbol.rstrip("012") for symbol in transcription)


def learn_letters(words: Mapping[str, Sequence[str]], *, seed: int = 0) -> Aligner:
    """Learn from a sample of the dictionary which phones a letter stands for."""
    entries = [(word, bare(forms[0].split())) for word, forms in words.items() if _SPELLABLE.match(word)]
    return learn_alignment(random.Random(seed).sample(entries, min(_ALIGNED_SAMPLE, len(entries))))


def align_dictionary(words: Mapping[str, Sequence[str]]) -> Aligned:
    """Align the first pronunciation of every word outside the test families."""
    test, excluded = held_out(words)
    training = {word: forms for word, forms in words.items() if word not in excluded and _SPELLABLE.match(word)}
    aligner = learn_letters(training)
    stressed: list[SpeltWord] = []
    plain: list[SpeltWord] = []
    for word, forms in training.items():
        symbols = forms[0].split()
        chunks = aligner.align(word, bare(symbols))
        if chunks is not None:
            plain.append(list(zip(word, chunks, strict=True)))
            stressed.append(list(zip(word, _restress(chunks, symbols), strict=True)))
    return Aligned(tuple(stressed), tuple(plain), tuple(test))


def _restress(chunks: Sequence[Chunk], symbols: Sequence[str]) -> list[Chunk]:
    """Cut the stressed symbols where the plain ones were cut."""
    cut: list[Chunk] = []
    start = 0
    for chunk in chunks:
        cut.append(tuple(symbols[start : start + len(chunk)]))
        start += len(chunk)
    return cut


def pack_trie(levels: Sequence[Level], *, cutoffs: Sequence[int]) -> dict[str, np.ndarray]:
    """Smooth, prune and quantise n-gram counts into the arrays that `GraphoneTrie` reads."""
    probability, backoff = smooth(levels, cutoffs=cutoffs)
    kept = [level.count >= cutoff for level, cutoff in zip(levels, cutoffs, strict=True)]
    kept[0][:] = True
    last = [level.last[keep] for level, keep in zip(levels, kept, strict=True)]
    cost = [values[keep] for values, keep in zip(probability, kept, strict=True)]
    weight = [values[keep] for values, keep in zip(backoff, kept, strict=False)] + [np.ones(len(last[-1]))]
    children: list[np.ndarray] = []
    for keep, longer, keep_longer in zip(kept, levels[1:], kept[1:], strict=False):
        new_number = np.cumsum(keep) - 1
        children.append(np.bincount(new_number[longer.parent[keep_longer]], minlength=len(new_number[keep])))
    children.append(np.zeros(len(last[-1]), dtype=np.int64))
    return {
        "last": np.concatenate(last).astype(np.uint16),
        "cost": _quantise(np.concatenate(cost)),
        "backoff": _quantise(np.concatenate(weight)),
        "children": np.concatenate(children).astype(np.uint16),
        "order": np.array(len(levels)),
    }


def _quantise(probabilities: np.ndarray) -> np.ndarray:
    return np.clip(np.round(-np.log(probabilities) * STEPS_PER_NAT), 0, 255).astype(np.uint8)


def build_letter_to_sound(
    words: Mapping[str, Sequence[str]],
    target: Path,
    *,
    tagger: TaggerOptions | None = None,
    report: Callable[[str], None] = print,
) -> tuple[str, ...]:
    """Train on all but the test families, write the tables, and return the test words.

    Parameters
    ----------
    words : mapping of str to sequence of str
        The dictionary, stress digits included.
    target : Path
        The ``.npz`` file to write.
    tagger : TaggerOptions, optional
        Size and training of the network.
    report : callable
        Told how it goes.
    """
    aligned = align_dictionary(words)
    report(f"aligned {len(aligned.plain)} words; {len(aligned.test)} are kept for the test")
    graphones = number_graphones(aligned.plain, at_least=_RARE_GRAPHONE)
    levels = count_levels(as_text(aligned.plain, graphones), order=len(CUTOFFS))
    arrays = {f"trie/{name}": values for name, values in pack_trie(levels, cutoffs=CUTOFFS).items()}
    report(f"{len(graphones)} graphones, {len(arrays['trie/last'])} n-grams")
    tags = {pair: number - 2 for pair, number in number_graphones(aligned.stressed, at_least=_RARE_GRAPHONE).items()}
    letters = {letter: number for number, letter in enumerate(ALPHABET, start=1)}
    weights = train_tagger(aligned.stressed, letters=letters, tags=tags, options=tagger, report=report)
    arrays |= {f"tagger/{name}": values.astype(np.float16) for name, values in weights.items()}
    arrays |= _inventories(graphones, tags, letters)
    np.savez_compressed(target, **arrays)  # pyright: ignore[reportArgumentType]
    return aligned.test


def _inventories(
    graphones: Mapping[tuple[str, Chunk], int], tags: Mapping[tuple[str, Chunk], int], letters: Mapping[str, int]
) -> dict[str, np.ndarray]:
    """Describe the graphones and the tags as arrays; see `phonemes.g2p.LetterToSound`."""
    phones = [([COLUMN[symbol] for symbol in chunk] + [0, 0])[:2] for _, chunk in graphones]
    stress = [next((int(symbol[-1]) for symbol in chunk if symbol[-1] in "012"), -1) for _, chunk in tags]
    return {
        "alphabet": np.array(ALPHABET),
        "graphone_letter": np.array([letters[letter] for letter, _ in graphones], dtype=np.uint8),
        "graphone_phones": np.array(phones, dtype=np.uint8),
        # A tag whose graphone is too rare to be numbered falls to the mark before a word, which is never searched.
        "tag_graphone": np.array([graphones.get((letter, bare(chunk)), 0) for letter, chunk in tags], dtype=np.uint16),
        "tag_stress": np.array(stress, dtype=np.int8),
    }
