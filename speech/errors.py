"""Every error a caller of `speech` can cause, each with a stable code, a sentence and a way out."""

from collections.abc import Mapping
from typing import ClassVar


class SpeechError(Exception):
    """Base of all errors whose cause lies with the input or the installation.

    Parameters
    ----------
    facts : mapping of str to object, optional
        Values that fill the sentence, such as ``{"seconds": 42.0, "limit": 30}``.

    Attributes
    ----------
    code : str
        Stable name that web pages and scripts translate.
    sentence, remedy : str
        What happened and what to do, in English, with the facts filled in.
    """

    code: ClassVar[str] = "speech_error"
    template: ClassVar[str] = "Something is wrong with this input."
    remedy_template: ClassVar[str] = "Try another recording."

    def __init__(self, facts: Mapping[str, object] | None = None) -> None:
        self.facts = dict(facts or {})
        self.sentence = self.template.format_map(self.facts)
        self.remedy = self.remedy_template.format_map(self.facts)
        super().__init__(f"{self.sentence} {self.remedy}")

    def __reduce__(self) -> tuple[type["SpeechError"], tuple[dict[str, object]]]:
        """Let it travel between processes: an exception would otherwise be made again from its text."""
        return type(self), (self.facts,)


class AudioError(SpeechError):
    """The recording cannot be read or judged."""

    code = "audio_error"


class FileMissing(AudioError):
    """No file of that name; facts: name."""

    code = "file_missing"
    template = "There is no file “{name}”."
    remedy_template = "Check the name and the folder."


class EmptyFile(AudioError):
    """The file holds no bytes."""

    code = "empty_file"
    template = "The file is empty."
    remedy_template = "Record again and wait a second before you stop."


class NotAudio(AudioError):
    """The bytes are no audio container we know."""

    code = "not_audio"
    template = "This file is not a sound recording."
    remedy_template = "Send a WAV, FLAC, MP3, Ogg, WebM or MP4/M4A recording."


class UnsupportedAudio(AudioError):
    """A media file whose codec or layout we do not decode."""

    code = "unsupported_audio"
    template = "This kind of recording ({detail}) cannot be read."
    remedy_template = "Save it as WAV, FLAC, MP3, Ogg, WebM or MP4/M4A and try again."


class DecoderLost(SpeechError):
    """Decoding was stopped from outside, or got no time; the file may be fine; facts: seconds to wait."""

    code = "decoder_lost"
    template = "The recording could not be read just now, for a reason that is ours."
    remedy_template = "It is still here. Try again in about {seconds:.0f} seconds."


class TruncatedAudio(AudioError):
    """The file ends before its audio does."""

    code = "truncated_audio"
    template = "The recording broke off: the file is damaged or was not sent completely."
    remedy_template = "Send the file again, or record once more."


class FileTooLarge(AudioError):
    """More bytes than the limit; facts: megabytes, limit."""

    code = "file_too_large"
    template = "The file is too large ({megabytes:.1f} MB; at most {limit:.0f} MB)."
    remedy_template = "Record one sentence at a time, or save it in a smaller format such as Ogg or MP3."


class TooLong(AudioError):
    """More seconds than the limit; facts: limit (seconds)."""

    code = "too_long"
    template = "The recording is longer than {limit:.0f} seconds."
    remedy_template = "Read a shorter passage, or split it into sentences."


class TooShort(AudioError):
    """Too little audio for the expected phones; facts: seconds."""

    code = "too_short"
    template = "The recording is too short ({seconds:.1f} s) for this sentence."
    remedy_template = "Press record, read the whole sentence, then stop."


class Silence(AudioError):
    """No speech in the recording."""

    code = "silence"
    template = "We heard no speech in this recording."
    remedy_template = "Check that the right microphone is chosen and not muted, move closer, and read again."


class TooNoisy(AudioError):
    """Speech cannot be told from the noise; facts: snr_db."""

    code = "too_noisy"
    template = "There is too much noise to judge the sounds (speech is {snr_db:.0f} dB above the noise)."
    remedy_template = "Move to a quieter place or hold the microphone closer, and read again."


class TextError(SpeechError):
    """The text to read cannot be used."""

    code = "text_error"


class EmptyText(TextError):
    """Nothing in the text can be spoken."""

    code = "empty_text"
    template = "The text has no words to read."
    remedy_template = "Type or pick a sentence."


class TextTooLong(TextError):
    """More words than the limit; facts: words, limit."""

    code = "text_too_long"
    template = "The text is too long ({words} words; at most {limit})."
    remedy_template = "Split it into shorter sentences."


class UnknownPhone(TextError):
    """A teacher's pronunciation cannot be read; facts: detail."""

    code = "unknown_phone"
    template = "A pronunciation cannot be read: {detail}."
    remedy_template = "Use ARPAbet symbols such as “SH IH P”, or IPA such as “ʃɪp”."


class UnsupportedLanguage(TextError):
    """Only English is judged today; facts: language."""

    code = "unsupported_language"
    template = "Lafal does not judge “{language}” yet."
    remedy_template = "Choose English (en)."


class InvalidExercises(SpeechError):
    """A teacher's file of exercises cannot be used; facts: file, line, problem."""

    code = "invalid_exercises"
    template = "Line {line} of the exercise file “{file}” cannot be used: {problem}."
    remedy_template = "Correct that line, save the file as CSV in UTF-8, and start Lafal again."


class ModelError(SpeechError):
    """The acoustic model cannot be loaded."""

    code = "model_error"


class ModelNotFound(ModelError):
    """No model of that name or path; facts: name."""

    code = "model_not_found"
    template = "There is no acoustic model called “{name}” on this computer."
    remedy_template = "Use “default”, a folder with a downloaded checkpoint, or connect once to fetch it."


class ExtraNotInstalled(ModelError):
    """A package of an optional extra is missing; facts: package, extra."""

    code = "extra_not_installed"
    template = "This needs the package “{package}”, which is not installed."
    remedy_template = "Install it with: pip install 'lafal[{extra}]'"


class WrongVocabulary(ModelError):
    """The checkpoint's outputs are not phones; facts: name."""

    code = "wrong_vocabulary"
    template = "The checkpoint “{name}” does not write phones, so sounds cannot be judged with it."
    remedy_template = "Choose a CTC checkpoint whose vocabulary is IPA or ARPAbet phones."


class BrokenModel(ModelError):
    """Files of the model are damaged or incomplete; facts: name, detail."""

    code = "broken_model"
    template = "The acoustic model “{name}” cannot be read: {detail}."
    remedy_template = "Copy or download it again."


class VoiceError(SpeechError):
    """The computer cannot speak."""

    code = "voice_error"


class SynthesiserMissing(VoiceError):
    """The program or voice that should speak is not installed; facts: program, package."""

    code = "synthesiser_missing"
    template = "The speech synthesiser “{program}” is not installed on this computer."
    remedy_template = "Install it with: apt-get install {package}"


class SynthesiserFailed(VoiceError):
    """The synthesiser gave no sound; facts: program, detail."""

    code = "synthesiser_failed"
    template = "The speech synthesiser “{program}” could not say this: {detail}."
    remedy_template = "Try another voice or a simpler text."


class UnknownVoice(VoiceError):
    """No voice of that name; facts: voice, known."""

    code = "unknown_voice"
    template = "There is no voice called “{voice}”."
    remedy_template = "Choose one of: {known}."


class NoExample(VoiceError):
    """Nothing on this computer can say the text: no recording, no shipped clip, no synthesiser."""

    code = "no_example"
    template = "There is no model voice for this text here: no speech synthesiser is installed."
    remedy_template = "Pick an exercise from the list, install flite, or let your teacher record the text."


class DeviceNotAvailable(ModelError):
    """The settings ask for a device this computer does not have; facts: device."""

    code = "device_not_available"
    template = "This computer has no device “{device}” that PyTorch can use."
    remedy_template = "Set LAFAL_DEVICE to auto or cpu, or install the driver and a PyTorch build for the device."


class WrongRuntime(ModelError):
    """The chosen runtime cannot run the model; facts: name, runtime, detail."""

    code = "wrong_runtime"
    template = "The acoustic model “{name}” cannot be run by {runtime}: {detail}."
    remedy_template = "Leave LAFAL_RUNTIME and --runtime at auto."
