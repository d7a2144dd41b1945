"""Says in the reader's language what is wrong with a field."""

from classroom.errors import InvalidDetail
from speech.errors import SpeechError
from web.catalogue import Catalogue


def in_words(error: SpeechError, catalogue: Catalogue) -> SpeechError:
    """Translate an error whose facts name a field and, by a code, a reason; any other stays as it is."""
    reason, field = error.facts.get("reason"), error.facts.get("field")
    if not isinstance(error, InvalidDetail) or f"assignments.problem.{reason}" not in catalogue:
        return error
    facts = {name: value for name, value in error.facts.items() if name not in {"field", "problem", "reason"}}
    named = catalogue.say(f"assignments.field.{field}", **facts)
    return InvalidDetail({"field": named, "problem": catalogue.say(f"assignments.problem.{reason}", **facts)})
