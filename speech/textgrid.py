"""An assessment as a Praat TextGrid."""

from collections.abc import Iterator, Sequence

from speech.results import Assessment, Verdict

_TIME_DIGITS = 6
_SHORTEST_S = 10**-_TIME_DIGITS

_Interval = tuple[float, float, str]


def to_textgrid(assessment: Assessment) -> str:
    """Write a Praat TextGrid (long text format) with the tiers words, phones and said.

    "phones" has what was expected, as ARPAbet with stress; "said" what was heard, with sounds that were added; in it
    "-" is a phone that was left out and "?" one that could not be heard. Words and phones without any duration have
    no interval. Intervals without a label fill the rest, so that each tier covers the recording.

    Returns
    -------
    str
        To be saved as UTF-8.
    """
    tiers = {"words": list(_word_intervals(assessment))}
    tiers["phones"] = [
        (result.start_s, result.end_s, result.expected + ("" if result.stress is None else str(result.stress)))
        for word in assessment.words
        for result in word.phones
    ]
    tiers["said"] = list(_said_intervals(assessment))
    ends_s = [interval[1] for intervals in tiers.values() for interval in intervals]
    end_s = round(max([assessment.quality.duration_s, _SHORTEST_S, *ends_s]), _TIME_DIGITS)
    lines = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        "xmin = 0 ",
        f"xmax = {_time(end_s)} ",
        "tiers? <exists> ",
        f"size = {len(tiers)} ",
        "item []: ",
    ]
    for number, (name, intervals) in enumerate(tiers.items(), start=1):
        lines += _tier_lines(number, name, _contiguous(intervals, end_s), end_s)
    return "\n".join(lines) + "\n"


def _word_intervals(assessment: Assessment) -> Iterator[_Interval]:
    for word in assessment.words:
        yield word.start_s, word.end_s, word.text


def _said_intervals(assessment: Assessment) -> Iterator[_Interval]:
    for word in assessment.words:
        for result in word.phones:
            unheard = "-" if result.verdict is Verdict.MISSING else "?"
            yield result.start_s, result.end_s, unheard if result.said is None else result.said
        for extra in word.insertions:
            yield extra.start_s, extra.end_s, extra.phone


def _contiguous(intervals: Sequence[_Interval], end_s: float) -> list[_Interval]:
    """Fill the gaps with empty intervals; where two overlap the later ends the earlier, and two at once share."""
    rounded = sorted((max(round(a, _TIME_DIGITS), 0.0), round(b, _TIME_DIGITS), label) for a, b, label in intervals)
    ordered = [interval for interval in rounded if interval[1] > interval[0]]
    filled: list[_Interval] = []
    cursor = 0.0
    for index, (start_s, stop_s, label) in enumerate(ordered):
        start_s = max(start_s, cursor)
        if index + 1 < len(ordered):
            next_start_s, next_stop_s, _ = ordered[index + 1]
            if next_start_s <= start_s:
                next_start_s = round((start_s + min(stop_s, next_stop_s)) / 2, _TIME_DIGITS)
            stop_s = min(stop_s, next_start_s)
        if stop_s <= start_s:
            continue
        if start_s > cursor:
            filled.append((cursor, start_s, ""))
        filled.append((start_s, stop_s, label))
        cursor = stop_s
    if cursor < end_s:
        filled.append((cursor, end_s, ""))
    return filled


def _time(time_s: float) -> str:
    return f"{time_s:.{_TIME_DIGITS}f}".rstrip("0").rstrip(".")


def _quoted(label: str) -> str:
    """Quote as Praat does, on one line and without control characters."""
    shown = "".join(letter if letter.isprintable() else " " for letter in label)
    return '"' + " ".join(shown.split()).replace('"', '""') + '"'


def _tier_lines(number: int, name: str, intervals: Sequence[_Interval], end_s: float) -> list[str]:
    lines = [
        f"    item [{number}]:",
        '        class = "IntervalTier" ',
        f"        name = {_quoted(name)} ",
        "        xmin = 0 ",
        f"        xmax = {_time(end_s)} ",
        f"        intervals: size = {len(intervals)} ",
    ]
    for index, (start_s, stop_s, label) in enumerate(intervals, start=1):
        lines += [
            f"        intervals [{index}]:",
            f"            xmin = {_time(start_s)} ",
            f"            xmax = {_time(stop_s)} ",
            f"            text = {_quoted(label)} ",
        ]
    return lines
