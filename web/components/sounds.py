"""One expected or added sound as the page shows it: its verdict, what was heard, how sure we are."""

from dataclasses import dataclass

from phonemes.articulation import sound
from phonemes.inventory import phone
from speech.feedback import FixCard
from speech.results import Insertion, PhoneResult, Verdict, WordResult
from web.catalogue import Catalogue

EXTRA = "extra"
"""Verdict shown for a sound the text does not ask for."""

_SURE = 0.8
_FAIRLY_SURE = 0.55
_CONTEXT_S = 0.12
_MOST_CERTAIN = 99  # nobody is ever entirely sure of a sound


@dataclass(frozen=True, slots=True)
class SoundView:
    """A sound's button and the detail it opens.

    Parameters
    ----------
    key : str
        Stable name within one result, such as "w2p0".
    ipa, verdict, label : str
        What the button shows: the sound, the shape to draw and its name in words.
    spoken : str
        What a screen reader says for the button.
    headline, sureness : str
        What happened, and how sure we are of it.
    expected, heard : str or None
        ARPAbet of what was expected and heard, for the drawings; None when nothing was.
    expected_as, heard_ipa, heard_as : str or None
        Plain respelling of what was expected; what was heard, None when nothing was.
    position : int or None
        Which of the word's expected sounds it is; None for an added one.
    score : int or None
        0..100.
    start_s, end_s : float
        Where to play: the sound with a little of its neighbours, since alone nobody recognises it.
    card : FixCard or None
        How to fix it, when it is among the most useful things to fix.
    """

    key: str
    ipa: str
    verdict: str
    label: str
    spoken: str
    headline: str
    sureness: str | None
    expected: str | None
    heard: str | None
    expected_as: str | None
    heard_ipa: str | None
    heard_as: str | None
    score: int | None
    start_s: float
    end_s: float
    position: int | None = None
    card: FixCard | None = None

    @property
    def needs_work(self) -> bool:
        """Whether the learner should look at it."""
        return self.verdict in {Verdict.NEARLY, Verdict.WRONG, Verdict.MISSING, EXTRA}


def view_phone(
    result: PhoneResult, word: WordResult, catalogue: Catalogue, *, key: str, position: int, card: FixCard | None
) -> SoundView:
    """Describe one expected sound."""
    heard = result.said if result.verdict is not Verdict.UNCLEAR else None
    heard_ipa = phone(heard).ipa if heard else None
    facts = {"expected": result.ipa, "heard": heard_ipa or "", "word": word.text}
    same = heard == result.expected and result.verdict is not Verdict.GOOD
    headline = catalogue.say(f"sound.headline.{result.verdict}{'.same' if same else ''}", **facts)
    label = catalogue.say(f"verdict.{result.verdict}")
    return SoundView(
        key=key,
        ipa=result.ipa,
        verdict=str(result.verdict),
        label=label,
        spoken=_spoken(result.ipa, label, heard_ipa if heard != result.expected else None, catalogue),
        headline=headline,
        sureness=None if result.verdict is Verdict.UNCLEAR else _sureness(result.said_probability, catalogue),
        expected=result.expected,
        heard=heard,
        expected_as=sound(result.expected, language=catalogue.language).respelling,
        heard_ipa=heard_ipa,
        heard_as=sound(heard, language=catalogue.language).respelling if heard else None,
        score=None if result.score is None else round(result.score),
        start_s=max(0.0, result.start_s - _CONTEXT_S),
        end_s=result.end_s + _CONTEXT_S,
        position=position,
        card=card,
    )


def view_insertion(
    result: Insertion, word: WordResult, catalogue: Catalogue, *, key: str, card: FixCard | None
) -> SoundView:
    """Describe a sound that was added."""
    ipa = phone(result.phone).ipa
    label = catalogue.say("verdict.extra")
    return SoundView(
        key=key,
        ipa=ipa,
        verdict=EXTRA,
        label=label,
        spoken=_spoken(ipa, label, None, catalogue),
        headline=catalogue.say("sound.headline.extra", heard=ipa, word=word.text),
        sureness=_sureness(result.probability, catalogue),
        expected=None,
        heard=result.phone,
        expected_as=None,
        heard_ipa=ipa,
        heard_as=sound(result.phone, language=catalogue.language).respelling,
        score=None,
        start_s=max(0.0, result.start_s - _CONTEXT_S),
        end_s=result.end_s + _CONTEXT_S,
        card=card,
    )


def _spoken(ipa: str, label: str, heard_ipa: str | None, catalogue: Catalogue) -> str:
    if heard_ipa is None:
        return catalogue.say("sound.button", ipa=ipa, verdict=label)
    return catalogue.say("sound.button_heard", ipa=ipa, verdict=label, heard=heard_ipa)


def _sureness(probability: float, catalogue: Catalogue) -> str:
    level = "high" if probability >= _SURE else "fair" if probability >= _FAIRLY_SURE else "low"
    return catalogue.say(f"sound.sure.{level}", percent=min(_MOST_CERTAIN, round(100 * probability)))
