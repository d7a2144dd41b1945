"""Recordings that Lafal cannot judge, as assessments without words or scores: a teacher's marks need a place to stand.

Beside the fields of an `Assessment` such a document has ``"refusal"``: the code and the facts of the error, so that
why there is no score can be said in each reader's language.
"""

import json

from speech.errors import SpeechError
from speech.export import to_json
from speech.results import Assessment, Quality
from speech.sentence import abstaining
from web.catalogue import Catalogue

_REFUSAL = "refusal"


def unscored(text: str, error: SpeechError, *, seconds: float) -> str:
    """Write the document.

    Parameters
    ----------
    text : str
        What was to be said; empty for free speech.
    error : SpeechError
        Why it cannot be judged.
    seconds : float
        How long the recording is.
    """
    assessment = Assessment(
        text=text,
        words=(),
        scores=abstaining(error.code),
        rhythm=None,
        quality=Quality(0.0, 0.0, 0.0, 0.0, seconds, ()),
        off_script=None,
        abstained=True,
        model="",
        versions={},
        timings_ms={},
    )
    refusal = {"code": error.code, "facts": error.facts}
    return json.dumps({**json.loads(to_json(assessment)), _REFUSAL: refusal}, ensure_ascii=False)


def explain_unscored(document: str, catalogue: Catalogue) -> str:
    """Say why a recording could not be judged; empty where it was."""
    refusal = json.loads(document).get(_REFUSAL)
    if refusal is None:
        return ""
    key = f"error.{refusal['code']}"
    if f"{key}.sentence" not in catalogue:
        return catalogue.say("abstained.sentence")
    return catalogue.say(f"{key}.sentence", **refusal["facts"])
