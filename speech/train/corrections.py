"""Recalibrate the scorer on what a school's teachers corrected: a curve from the machine's score to the teachers'.

There is no recording here, so nothing of what the scorer hears can be taught anew. What can be learnt is how its
scores lie to those of these teachers: too low, too high, too far apart. The curve is logistic in shape, has two
parameters and rises everywhere; 0 stays 0 and 100 stays 100, and the order of two sounds never changes.

- Teachers mark what they disagree with. The sounds they left as they were, which `classroom.corrections` exports too,
  count as agreement; without them every curve would go too far.
- The curve goes ``n / (n + 100)`` of the way for n corrections: few hardly move anything.
- It is judged on readings it was not fitted to, learner by learner where there are several, and written only where it
  comes closer to the teachers there than the scores do as they are.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from phonemes.resources import folder
from speech.scoring import FACTS, RECALIBRATION, Recalibration, read_recalibration
from speech.settings import Settings

FEWEST = 30
"""Corrections below which nothing is fitted."""

FEWEST_READINGS = 5
"""Readings that they must come from."""

HALF_WAY = 100
"""Corrections with which the curve goes half of the way."""

_FOLDS = 5
_FORMAT = 1
_NEEDED = {"level", "corrected", "machine_score", "teacher_score"}
_EDGE = 0.005
_SPREAD = 0.2  # Two people's scores of one sound are taken to differ by a fifth of the scale.
_GRID = np.arange(101.0)


class CorrectionsError(ValueError):
    """The corrections cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionsConfig:
    """What to recalibrate on.

    Parameters
    ----------
    corrections : Path
        JSON lines, as the page of a class's marks saves them.
    out : Path, optional
        Folder that gets `recalibration.json`; the data folder by default, which outlives an upgrade.
    """

    corrections: Path
    out: Path | None = None


@dataclass(frozen=True, slots=True)
class Sounds:
    """n sounds of readings that a teacher went through.

    Parameters
    ----------
    machine, teacher : float array, shape (n,)
        Scores 0..1; where the teacher left a sound as it was, both are the same.
    corrected : bool array, shape (n,)
        Where the teacher gave a score.
    learners, readings : str array, shape (n,)
        Whose sound it is, and of which recording.
    """

    machine: np.ndarray
    teacher: np.ndarray
    corrected: np.ndarray
    learners: np.ndarray
    readings: np.ndarray

    def where(self, chosen: np.ndarray) -> "Sounds":
        """Take some of them."""
        return Sounds(
            self.machine[chosen],
            self.teacher[chosen],
            self.corrected[chosen],
            self.learners[chosen],
            self.readings[chosen],
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a recalibration was fitted to, and how close it comes to teachers on readings it was not fitted to.

    `error_before` and `error_after` are root mean squared differences from the teachers, in points of 100, over all
    sounds; `set_aside` counts lines that could not be used: words, sounds without a score, and other scorers' work.
    """

    corrections: int
    agreed: int
    set_aside: int
    readings: int
    learners: int
    share: float
    error_before: float
    error_after: float


def recalibrate(config: CorrectionsConfig) -> Outcome:
    """Fit the curve to the scores of the shipped scorer, or of the one in the folder, judge it and write it there.

    Raises
    ------
    CorrectionsError
        A line cannot be read, there are too few corrections, or the curve does not come closer to the teachers; what
        was written before stays.
    """
    place = config.out or Settings.from_environment().data_place()
    scorer = place if (place / FACTS).exists() else folder("models") / "scorer"
    facts: dict[str, Any] = json.loads((scorer / FACTS).read_text(encoding="utf-8"))
    lines = read_lines(config.corrections)
    present = read_recalibration(place) or read_recalibration(scorer)
    sounds = usable(lines, model=facts["acoustic_model"], scorer=facts["version"], present=present)
    _require_enough(sounds)
    before, after = compare(sounds)
    if after >= before:
        raise CorrectionsError(
            f"On readings it was not fitted to, the curve differs from the teachers by {after:.1f} points, and the "
            f"scores as they are by {before:.1f}. Nothing was written; collect more corrections."
        )
    points, corrections = curve(sounds), int(sounds.corrected.sum())
    outcome = Outcome(
        corrections=corrections,
        agreed=len(sounds.machine) - corrections,
        set_aside=len(lines) - len(sounds.machine),
        readings=len(set(sounds.readings.tolist())),
        learners=len(set(sounds.learners.tolist())),
        share=_share(corrections),
        error_before=before,
        error_after=after,
    )
    _write(place, facts, points, outcome)
    return outcome


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Read what a class's page saved.

    Raises
    ------
    CorrectionsError
        A line is none of ours; it is named.
    """
    lines: list[dict[str, Any]] = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not text.strip():
            continue
        try:
            line: dict[str, Any] = json.loads(text)
            known = (
                line["format"] == _FORMAT and {"level", "corrected", "machine_score", "teacher_score"} <= line.keys()
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            known, line = False, {}
        if not known or not all(_is_score(line[name]) for name in ("machine_score", "teacher_score")):
            raise CorrectionsError(f"Line {number} of {path} is no correction that Lafal wrote.")
        lines.append(line)
    return lines


def usable(
    lines: Sequence[Mapping[str, Any]], *, model: str, scorer: str, present: Recalibration | None = None
) -> Sounds:
    """Take the sounds that this scorer scored; what an earlier curve did to them is undone.

    Parameters
    ----------
    lines : sequence of mapping
        As `read_lines` gives them.
    model, scorer : str
        Name and version of the acoustic model, and version of the scorer without any recalibration.
    present : Recalibration, optional
        The one that has been in use.
    """
    rows: list[tuple[float, float, bool, str, str]] = []
    for line in lines:
        machine, given, by = line["machine_score"], line["teacher_score"], line.get("scorer")
        recalibrated = present is not None and by == present.version_of(scorer)
        is_ours = line.get("model") == model and (by == scorer or recalibrated)
        if line["level"] != "sound" or machine is None or not is_ours or (line["corrected"] and given is None):
            continue
        raw = present.undo(machine) if present is not None and recalibrated else machine
        teacher = given if line["corrected"] else raw
        rows.append((raw / 100, teacher / 100, line["corrected"], str(line.get("learner")), str(line.get("recording"))))
    columns = list(zip(*rows, strict=True)) or [()] * 5
    kinds = (float, float, bool, str, str)
    return Sounds(*(np.array(column, kind) for column, kind in zip(columns, kinds, strict=True)))


def curve(sounds: Sounds) -> np.ndarray:
    """Fit the curve and go as far along as the number of corrections allows.

    Returns
    -------
    float array, shape (101,)
        The score that each of 0, 1, ... 100 becomes; rises everywhere, from 0 to 100.
    """
    from scipy.optimize import least_squares

    slope, shift = least_squares(_residuals, (0.0, 0.0), args=(sounds.machine, sounds.teacher)).x
    fitted = 100 * _logistic(_GRID / 100, slope, shift)
    fitted[0], fitted[-1] = 0.0, 100.0
    return _GRID + _share(int(sounds.corrected.sum())) * (fitted - _GRID)


def compare(sounds: Sounds) -> tuple[float, float]:
    """Differ from teachers without and with a curve, in points, on parts that the curve was not fitted to."""
    learners = sorted(set(sounds.learners.tolist()))
    groups = sounds.learners if len(learners) >= _FOLDS else sounds.readings
    number = {name: place % _FOLDS for place, name in enumerate(sorted(set(groups.tolist())))}
    folds = np.array([number[name] for name in groups.tolist()])
    given = np.zeros(len(folds))
    for fold in range(_FOLDS):
        held_out = folds == fold
        points = curve(sounds.where(~held_out))
        given[held_out] = np.interp(100 * sounds.machine[held_out], _GRID, points)
    teacher = 100 * sounds.teacher
    return _root_mean_square(100 * sounds.machine - teacher), _root_mean_square(given - teacher)


def _residuals(parameters: np.ndarray, machine: np.ndarray, teacher: np.ndarray) -> np.ndarray:
    # The last two are a prior: without any evidence the curve is the identity.
    return np.append((_logistic(machine, *parameters) - teacher) / _SPREAD, parameters)


def _logistic(score: np.ndarray, slope: float, shift: float) -> np.ndarray:
    inner = np.clip(score, _EDGE, 1 - _EDGE)
    return 1 / (1 + np.exp(-np.exp(slope) * np.log(inner / (1 - inner)) - shift))


def _share(corrections: int) -> float:
    return corrections / (corrections + HALF_WAY)


def _root_mean_square(differences: np.ndarray) -> float:
    return float(np.sqrt(np.mean(differences**2)))


def _require_enough(sounds: Sounds) -> None:
    corrections = int(sounds.corrected.sum())
    readings = len(set(sounds.readings[sounds.corrected].tolist()))
    if corrections < FEWEST or readings < FEWEST_READINGS:
        raise CorrectionsError(
            f"There are {corrections} corrected sounds of this scorer from {readings} readings; it takes at least "
            f"{FEWEST} from {FEWEST_READINGS}. Nothing was written."
        )


def _write(place: Path, facts: Mapping[str, Any], points: np.ndarray, outcome: Outcome) -> None:
    shown = [round(point, 3) for point in points.tolist()]
    name = hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:8]
    content = {"version": name, "acoustic_model": facts["acoustic_model"], "base": facts["version"], "points": shown}
    text = json.dumps({**content, "fitted_to": asdict(outcome)}, separators=(",", ":"))
    place.mkdir(parents=True, exist_ok=True)
    (place / RECALIBRATION).write_text(text + "\n", encoding="utf-8")


def _is_score(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and 0 <= value <= 100)
