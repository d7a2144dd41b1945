"""From an assessment to at most three fix cards, the most useful first, and one truthful sentence."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from phonemes.articulation import contrast, phrases, sound
from phonemes.inventory import phone
from speech.problems import Kind, Problem, beats, likeliest_rival, pairs_kept_apart, problems
from speech.results import Assessment, Verdict, WordError

_LEAST_GAIN = 0.05  # below lie single sounds that were nearly right
_SHOWN_WORDS = 3
_SHOWN_PAIRS = 2
_BANDS = ((0.9, "excellent"), (0.75, "good"), (0.5, "fair"), (0.0, "start"))
_LEVER_MARGIN = 20.0  # an aspect this far below the sounds is worth naming before any sound


@dataclass(frozen=True, slots=True)
class FixCard:
    """One thing to practise.

    Parameters
    ----------
    phone, ipa, respelling : str
        The sound to make; of kind "insertion" the sound to leave out; of kind "stress" the vowel that should be
        strong; empty for "omission".
    said, said_ipa : str or None
        What was heard in its place; None where nothing was, or where we are not sure enough to name it.
    kind : {"substitution", "polish", "deletion", "insertion", "stress", "omission"}
        What went wrong; "polish" is the right sound, or one we cannot name, said unclearly.
    places : tuple of (word index, phone index)
        Where, in reading order. For "insertion" the phone before it, -1 at the start; for "omission" always -1.
    words : tuple of str
        The words at those places as the learner wrote them, each once.
    title : str
        What to do, in a few words.
    how : tuple of str
        What was heard and how it differs, then the steps.
    feel_check : str
        How the learner notices success without us.
    minimal_pairs : tuple of (str, str)
        At most two pairs, the word with the sound first.
    gain : float
        Expected use of practising this, for ordering only; see `fix_cards`.
    """

    phone: str
    ipa: str
    respelling: str
    said: str | None
    said_ipa: str | None
    kind: Kind
    places: tuple[tuple[int, int], ...]
    words: tuple[str, ...]
    title: str
    how: tuple[str, ...]
    feel_check: str
    minimal_pairs: tuple[tuple[str, str], ...]
    gain: float


def fix_cards(
    assessment: Assessment, *, language: str = "en", limit: int = 3, first_language: str | None = "id"
) -> tuple[FixCard, ...]:
    """Choose what to practise, most useful first.

    The same confusion in several words makes one card. Cards are ordered by their gain, the sum over the card's
    places of ``severity * certainty * load * habit``:

    - severity: ``(100 - score) / 100``; 1 for a word left out, 0.4 for a sound added, 0.3 for a strong syllable in the
      wrong place, which have no score of their own.
    - certainty: probability of what was said times ``1 - uncertainty / 50``, so that a score whose standard
      deviation reaches 50 counts for nothing; "polish", where no rival is named, uses the second factor alone.
    - load: for a substitution 0.5, plus up to 0.5 in proportion to the minimal pairs of frequent words it confuses
      (30 or more count fully); a constant for the other kinds. How frequent the phone is needs no factor of its own,
      since a frequent phone has more places.
    - habit: 1, plus the weight of this very confusion among speakers of the first language.

    Unclear phones are never blamed, and sounds that were nearly right make no card when their gain is below 0.05.

    Parameters
    ----------
    assessment : Assessment
        A judged reading; one that is off script or abstained gives no cards.
    language : {"en", "id"}
        Language of the texts.
    limit : int
        Most cards wanted.
    first_language : {"id", "zh"} or None
        Whose habits to expect; others are treated as None.

    Returns
    -------
    tuple of FixCard
        At most `limit`.

    Raises
    ------
    ValueError
        There are no texts in `language`.
    """
    texts = phrases(language)
    groups: dict[tuple[str, ...], list[Problem]] = {}
    for problem in problems(assessment, first_language):
        groups.setdefault(problem.key, []).append(problem)
    worth = [group for group in groups.values() if _gain(group) >= _LEAST_GAIN or _is_blamed(group, assessment)]
    chosen = sorted(worth, key=lambda group: (-_gain(group), group[0].place))[: max(limit, 0)]
    return tuple(_card(group, assessment, texts=texts, first_language=first_language) for group in chosen)


def summary(assessment: Assessment, *, language: str = "en", first_language: str | None = "id") -> str:
    """Say in one line how the reading went and what would raise the score most.

    Parameters
    ----------
    assessment : Assessment
        Any assessment; one without scores is told why.
    language : {"en", "id"}
        Language of the sentence.
    first_language : {"id", "zh"} or None
        As in `fix_cards`.

    Raises
    ------
    ValueError
        There are no texts in `language`.
    """
    texts = phrases(language)
    lines: Mapping[str, str] = texts["summary"]
    if assessment.off_script is not None:
        return lines["not_speech" if assessment.off_script == "not_speech" else "other_text"]
    if assessment.abstained:
        return lines["abstained"]
    good, judged = _count_clear(assessment)
    if judged == 0:
        return lines["nothing_judged"]
    lever = _lever(assessment, texts, language=language, first_language=first_language)
    overall = assessment.scores.overall.value
    share = min(good / judged, 1.0 if overall is None else overall / 100)
    band = next(name for least, name in _BANDS if share >= least)
    praise = lines["perfect" if good == judged and not lever else band].format(good=good, judged=judged)
    return f"{praise} {lever}".rstrip()


def _is_blamed(group: Sequence[Problem], assessment: Assessment) -> bool:
    """Whether any of these sounds has a verdict that the learner sees as a mistake."""
    places = [one.place for one in group if one.place[1] >= 0 and one.kind != "insertion"]
    phones = [assessment.words[word].phones[index] for word, index in places]
    return any(result.verdict in (Verdict.WRONG, Verdict.MISSING) for result in phones)


def _gain(group: Sequence[Problem]) -> float:
    return sum(one.gain for one in group)


def _card(
    group: Sequence[Problem], assessment: Assessment, *, texts: Mapping[str, Any], first_language: str | None
) -> FixCard:
    """Write the card of one group of problems."""
    kind, expected = group[0].kind, _most_common([one.expected for one in group])
    said = expected if kind == "insertion" else group[0].said
    words = _written_words(group, assessment)
    title_key, how, feel = _advice(group, expected, assessment, texts)
    names = {"expected": _ipa(expected), "said": _ipa(said), "word": words[0] if words else ""}
    return FixCard(
        phone=expected,
        ipa=_ipa(expected) or "",
        respelling=sound(expected, language=texts["language"]).respelling if expected else "",
        said=said,
        said_ipa=_ipa(said),
        kind=kind,
        places=tuple(one.place for one in group),
        words=words,
        title=texts["titles"][title_key].format_map(names),
        how=how,
        feel_check=feel,
        minimal_pairs=_pairs_to_try(group[0], first_language),
        gain=_gain(group),
    )


def _ipa(symbol: str | None) -> str | None:
    return phone(symbol).ipa if symbol else None


def _most_common(values: Sequence[str]) -> str:
    return Counter(values).most_common(1)[0][0]


def _advice(
    group: Sequence[Problem], expected: str, assessment: Assessment, texts: Mapping[str, Any]
) -> tuple[str, tuple[str, ...], str]:
    """Give the name of the title, the contrast with the steps, and the feel-check."""
    first = group[0]
    if first.kind == "omission":
        part = texts["omission"]
        line = part["contrast"].format(words=_listed(_written_words(group, assessment), texts))
        return "omission", (line, *part["how"]), part["feel"]
    if first.kind == "stress":
        part = texts["stress"]
        line = part["contrast"].format_map(_beat_names(first, assessment))
        return "stress", (line, *part["how"]), part["feel"]
    if first.kind == "insertion":
        family = "vowel" if phone(expected).is_vowel else "consonant"
        line = texts["insertion"][f"vowel_{first.position}" if family == "vowel" else family]
        how = (line.format(said=_ipa(expected)), *texts["insertion_how"][family])
        return f"insertion_{family}", how, texts["insertion_feel"][family]
    made = sound(expected, language=texts["language"])
    finals = sum(one.position == "final" for one in group)
    is_final = 2 * finals > len(group)
    if first.kind == "deletion":
        line = texts["deletion"][_gap(first, assessment)].format(expected=_ipa(expected))
        ends_words = finals == len(group) and not phone(expected).is_vowel
        return "deletion_final" if ends_words else "deletion", (line, *made.how), made.feel
    line = contrast(expected, first.said or expected, language=texts["language"], is_final=is_final)
    return first.kind, (line, *made.how), made.feel


def _gap(problem: Problem, assessment: Assessment) -> str:
    """Name the surroundings of a phone that was left out."""
    if phone(problem.expected).is_vowel:
        return "vowel"
    word_index, index = problem.place
    phones = assessment.words[word_index].phones
    beside = [phones[other].expected for other in (index - 1, index + 1) if 0 <= other < len(phones)]
    return "cluster" if any(not phone(other).is_vowel for other in beside) else problem.position or "medial"


def _beat_names(problem: Problem, assessment: Assessment) -> dict[str, str]:
    word = assessment.words[problem.place[0]]
    names = {"word": word.text}
    for name, index in zip(("wanted", "heard"), beats(word), strict=True):
        syllable = word.syllables[index or 0]
        names[name] = "".join(one.ipa for one in word.phones[syllable.first : syllable.last])
    return names


def _pairs_to_try(problem: Problem, first_language: str | None) -> tuple[tuple[str, str], ...]:
    """Pick pairs with the sound in the same position first; an unnamed rival is the likeliest one."""
    rival = problem.said if problem.kind == "substitution" else None
    if problem.kind == "polish" and problem.position:
        rival = likeliest_rival(problem.expected, problem.position, first_language)
    if rival is None or rival == problem.expected:
        return ()
    pairs = sorted(pairs_kept_apart(problem.expected, rival), key=lambda pair: pair.position != problem.position)
    return tuple((pair.word_a, pair.word_b) for pair in pairs[:_SHOWN_PAIRS])


def _written_words(group: Sequence[Problem], assessment: Assessment) -> tuple[str, ...]:
    """Give the words of a group as the learner wrote them, each once."""
    words = [assessment.words[one.place[0]] for one in group]
    written = [assessment.text[word.char_start : word.char_end] or word.text for word in words]
    return tuple(dict.fromkeys(written))


def _listed(words: Sequence[str], texts: Mapping[str, Any]) -> str:
    """Quote and join the first few words."""
    quoted = [f"“{word}”" for word in words[:_SHOWN_WORDS]]
    if len(words) > _SHOWN_WORDS:
        return ", ".join(quoted) + ", …"
    return texts["list_and"].join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def _count_clear(assessment: Assessment) -> tuple[int, int]:
    """Count clear sounds and all sounds judged; the sounds of a word left out count as judged."""
    good = judged = 0
    for word in assessment.words:
        if word.error is WordError.INSERTION:
            continue
        is_omitted = word.error is WordError.OMISSION
        for result in word.phones:
            judged += is_omitted or result.verdict is not Verdict.UNCLEAR
            good += not is_omitted and result.verdict is Verdict.GOOD
    return good, judged


def _lever(assessment: Assessment, texts: Mapping[str, Any], *, language: str, first_language: str | None) -> str:
    """Say what would raise the score most; empty where nothing stands out."""
    lines: Mapping[str, str] = texts["summary"]
    scores = assessment.scores
    if scores.accuracy.value is not None:
        for name, score in (("fluency", scores.fluency), ("prosody", scores.prosody)):
            if score.value is not None and score.value + _LEVER_MARGIN < scores.accuracy.value:
                return lines[f"lever_{name}"]
    cards = fix_cards(assessment, language=language, limit=1, first_language=first_language)
    if not cards:
        return ""
    kind = "sound" if cards[0].kind in ("substitution", "polish") else cards[0].kind
    names = {"ipa": cards[0].ipa, "respelling": cards[0].respelling, "words": _listed(cards[0].words, texts)}
    return lines[f"lever_{kind}"].format_map(names)
