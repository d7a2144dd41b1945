"""Plots of scores against those of people; needs matplotlib."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.comparison import ERROR_BELOW, Phones, pool
from benchmarks.listening import Judged
from phonemes.inventory import PHONES
from speech.errors import ExtraNotInstalled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FEWEST = 30
"""Phones with fewer scored examples have no bar."""

_STEP = 0.2  # the mean of five raters who give 0, 1 or 2 moves in such steps
_INK, _FAINT = "#2b6cb0", "#9aa5b1"
_DPI = 150


def need_matplotlib() -> None:
    """Make sure that plots can be drawn.

    Raises
    ------
    ExtraNotInstalled
        There is no matplotlib.
    """
    if find_spec("matplotlib") is None:
        raise ExtraNotInstalled({"package": "matplotlib", "extra": "train"})


def write(judged: Sequence[Judged], folder: Path) -> tuple[Path, ...]:
    """Write scores against human scores, the ROC curve of errors, and the correlation of each phone, as PNG.

    Raises
    ------
    ExtraNotInstalled
        There is no matplotlib.
    """
    need_matplotlib()
    phones = pool(judged)
    folder.mkdir(parents=True, exist_ok=True)
    figures = {"scores": _scores(phones), "errors": _errors(phones), "phones": _phones(phones)}
    paths = tuple(folder / f"accuracy-{name}.png" for name in figures)
    for path, figure in zip(paths, figures.values(), strict=True):
        figure.savefig(path, dpi=_DPI)
    return paths


def roc(is_error: np.ndarray, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share of good phones flagged and share of errors found, at every threshold from the highest, shape (k + 1,)."""
    order = np.argsort(-probabilities, kind="stable")
    ranked, hits = probabilities[order], is_error[order]
    last = np.append(ranked[1:] != ranked[:-1], True)
    found, flagged = np.cumsum(hits)[last], np.cumsum(~hits)[last]
    return np.append(0, flagged) / max(1, (~is_error).sum()), np.append(0, found) / max(1, is_error.sum())


def by_phone(phones: Phones) -> list[tuple[str, int, float]]:
    """Symbol, number of examples and correlation with people of each phone that has enough examples, best first."""
    rows: list[tuple[str, int, float]] = []
    for column, symbol in enumerate(PHONES, start=1):
        human, predicted = phones.human[phones.columns == column], phones.predicted[phones.columns == column]
        if len(human) >= FEWEST and np.ptp(human) > 0 and np.ptp(predicted) > 0:
            rows.append((symbol, len(human), float(np.corrcoef(human, predicted)[0, 1])))
    return sorted(rows, key=lambda row: -row[2])


def _axes(width: float, height: float, *, x: str, y: str) -> "tuple[Figure, Axes]":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    return figure, axes


def _scores(phones: Phones) -> "Figure":
    figure, axes = _axes(7, 4.5, x="human score (mean of the raters, to 0.2); below: phones", y="predicted score")
    bins = np.round(phones.human / _STEP).astype(int)
    present = np.unique(bins)
    boxes = axes.boxplot(
        [phones.predicted[bins == one] for one in present],
        positions=present * _STEP,
        widths=_STEP / 2,
        showfliers=False,
        medianprops={"color": _INK, "linewidth": 2},
        manage_ticks=False,
    )
    for part in (*boxes["boxes"], *boxes["whiskers"], *boxes["caps"]):
        part.set_color(_FAINT)
    axes.plot([0, 2], [0, 2], color=_FAINT, linewidth=0.8, linestyle=":")
    labels = [f"{one * _STEP:.1f}\n{(bins == one).sum()}" for one in present]
    axes.set_xticks(present * _STEP, labels, fontsize=8)
    axes.set_xlim(-_STEP, 2 + _STEP)
    axes.set_ylim(-0.05, 2.05)
    return figure


def _errors(phones: Phones) -> "Figure":
    figure, axes = _axes(4.5, 4.5, x="good phones flagged", y=f"errors found (human score below {ERROR_BELOW})")
    flagged, found = roc(phones.is_error, phones.error_probabilities)
    axes.plot(flagged, found, color=_INK, linewidth=2)
    axes.plot([0, 1], [0, 1], color=_FAINT, linewidth=0.8, linestyle=":")
    area = float(np.diff(flagged) @ (found[1:] + found[:-1])) / 2
    axes.text(0.95, 0.05, f"area {area:.3f}\n{phones.is_error.sum()} errors of {len(phones.human)}", ha="right")
    axes.set_aspect("equal")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    return figure


def _phones(phones: Phones) -> "Figure":
    rows = by_phone(phones)
    figure, axes = _axes(8, 3.8, x="phone, and how many were scored", y="correlation with people")
    places = range(len(rows))
    axes.bar(places, [value for _, _, value in rows], color=_INK, width=0.7)
    axes.set_xticks(places, [f"{symbol}\n{count}" for symbol, count, _ in rows], fontsize=5.5)
    axes.axhline(0, color=_FAINT, linewidth=0.8)
    axes.set_xlim(-0.6, max(len(rows), 1) - 0.4)
    return figure
