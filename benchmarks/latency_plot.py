"""The time to a verdict against the length of the clip, for every system; needs matplotlib."""

import math
from pathlib import Path

from benchmarks.latency import Latency
from benchmarks.plots import need_matplotlib

_COLOURS = ("#2b6cb0", "#c05621", "#2f855a", "#805ad5", "#b83280", "#718096", "#b7791f", "#319795")
_FAINT = "#9aa5b1"
_DPI = 150


def write(latency: Latency, path: Path) -> Path:
    """Draw medians, logarithmic both ways; dashed with more threads, dotted for the floor and for real time.

    Raises
    ------
    ExtraNotInstalled
        There is no matplotlib.
    """
    need_matplotlib()
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.5, 4.5), layout="constrained")
    axes = figure.subplots()
    names = list(dict.fromkeys(timing.system for timing in latency.timings))
    for key in dict.fromkeys((timing.system, timing.threads) for timing in latency.timings):
        points = [
            (timing.clip_s, timing.p50_s)
            for timing in latency.timings
            if (timing.system, timing.threads) == key and not math.isnan(timing.p50_s)
        ]
        if not points:
            continue
        name, threads = key
        colour = _COLOURS[names.index(name) % len(_COLOURS)]
        label = name if threads == 1 else f"{name}, {threads} threads"
        style = "-" if threads == 1 else "--"
        axes.plot(*zip(*points, strict=True), style, marker="o", markersize=4, color=colour, label=label)
    threads = min((floor.threads for floor in latency.floors), default=0)
    lowest = [(floor.clip_s, floor.seconds) for floor in latency.floors if floor.threads == threads]
    if lowest:
        axes.plot(*zip(*lowest, strict=True), ":", color=_COLOURS[0], label="floor of our networks")
    lengths_s = sorted({timing.clip_s for timing in latency.timings})
    axes.plot(lengths_s, lengths_s, ":", color=_FAINT, label="real time")
    axes.set(xscale="log", yscale="log", xlabel="length of the clip, s", ylabel="file to verdict, median, s")
    axes.set_xticks(lengths_s, [f"{length:g}" for length in lengths_s])
    axes.minorticks_off()
    axes.grid(visible=True, color=_FAINT, linewidth=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))  # no line runs there
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=_DPI)
    return path
