"""What the recording says about each expected phone: the evidence that scores are made of."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from speech.gop import Goodness
from speech.results import Posteriors

FEATURES = (
    "ctc_ratio",
    "ctc_expected",
    "ctc_deleted",
    "log_occupancy",
    "inserted_before",
    "inserted_after",
    "typical_ratio",
    "log_duration",
    "frame_expected",
    "frame_margin",
    "frame_silence",
    "typical_frame",
)
"""Columns of `Evidence.features`; the last four only where the model has a frame head."""

CTC_FEATURES = 8
"""The first so many features need no frame head."""

_FLOOR_NATS = -12.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything known about n expected phones.

    Parameters
    ----------
    columns : int array, shape (n,)
        Posterior columns of the expected phones.
    features : float array, shape (n, 12), or (n, 8) without a frame head
        Columns as in `FEATURES`. "typical" features are medians over the reading, so that one wrong sound cannot
        pull its neighbours down.
    said : float array, shape (n, 40)
        Log probability of each phone, and last of nothing, in each place; from the CTC head.
    frame : float array, shape (n, 40), or None
        Mean frame log-posteriors over the span of each phone.
    hidden : float array, shape (n, width)
        Mean encoder state over the span of each phone.
    """

    columns: np.ndarray
    features: np.ndarray
    said: np.ndarray
    frame: np.ndarray | None
    hidden: np.ndarray


def gather(
    posteriors: Posteriors, goodness: Goodness, columns: Sequence[int], spans: Sequence[tuple[int, int]]
) -> Evidence:
    """Put together what is known about expected phones.

    Parameters
    ----------
    posteriors : Posteriors
        Of the whole recording.
    goodness : Goodness
        Of the n expected phones.
    columns : sequence of int, length n
        Their posterior columns.
    spans : sequence of (int, int), length n
        Frames `[start, end)` of each phone.
    """
    labels = np.asarray(columns, np.intp)
    frame = None if posteriors.frame is None else np.maximum(span_means(posteriors.frame, spans), _FLOOR_NATS)
    frames = np.array([end - start for start, end in spans])
    return Evidence(
        columns=labels,
        features=phone_features(goodness, labels, frames=frames, means=frame),
        said=np.maximum(np.log(goodness.said() + 1e-30), _FLOOR_NATS),
        frame=frame,
        hidden=span_means(posteriors.hidden, spans),
    )


def phone_features(
    goodness: Goodness, columns: Sequence[int] | np.ndarray, *, frames: np.ndarray, means: np.ndarray | None
) -> np.ndarray:
    """Describe how each expected phone was said, in the columns of `FEATURES`.

    Parameters
    ----------
    goodness : Goodness
        Of the n expected phones.
    columns : sequence of int, length n
        Their posterior columns.
    frames : int array, shape (n,)
        Length of each phone's span.
    means : float array, shape (n, vocabulary), or None
        Mean frame log-posteriors over each span, from `span_means`; None without a frame head.

    Returns
    -------
    float64 array, shape (n, 12), or (n, 8) without a frame head
    """
    labels = np.asarray(columns, np.intp)
    places = np.arange(len(labels))
    said = goodness.said()
    inserted = goodness.inserted().sum(axis=1)
    ratio = np.maximum(goodness.ratio(), -15.0)
    features = [
        ratio,
        np.log(said[places, labels - 1] + 1e-6),
        np.log(said[:, -1] + 1e-4),
        np.log(goodness.occupancy + 1e-2),
        inserted[:-1],
        inserted[1:],
        np.full(len(labels), np.median(ratio)),
        np.log(np.maximum(frames, 1)),
    ]
    if means is not None:
        own = np.maximum(means[places, labels], _FLOOR_NATS)
        rivals = means[:, 1:].copy()
        rivals[places, labels - 1] = -np.inf
        margin = np.clip(own - rivals.max(axis=1), -10.0, 10.0)
        silence = np.maximum(means[:, 0], _FLOOR_NATS)
        features += [own, margin, silence, np.full(len(labels), np.median(own))]
    return np.column_stack(features)


def span_means(table: np.ndarray, spans: Sequence[tuple[int, int]]) -> np.ndarray:
    """Mean row of a table, shape (frames, columns), over each span `[start, end)` of frames; shape (spans, columns)."""
    return np.array([table[start:end].mean(axis=0) for start, end in spans]).reshape(len(spans), table.shape[1])
