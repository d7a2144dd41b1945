import dataclasses
import os

import pytest

from speech.settings import Runtime, Settings, cores


def test_what_is_not_set_keeps_its_default() -> None:
    assert Settings.from_environment({}) == Settings()


@pytest.mark.parametrize(
    ("variable", "text", "field", "value"),
    [
        ("LAFAL_MODEL", "some/folder", "model", "some/folder"),
        ("LAFAL_THREADS", "2", "threads", 2),
        ("LAFAL_MAX_SPEECH_S", "12.5", "max_speech_s", 12.5),
        ("LAFAL_PORT", "8080", "port", 8080),
        ("LAFAL_RUNTIME", "torch", "runtime", Runtime.TORCH),
    ],
)
def test_a_variable_sets_its_field_in_its_type(variable: str, text: str, field: str, value: object) -> None:
    settings = Settings.from_environment({variable: text, "PATH": "/bin", "OTHER_PORT": "1"})
    assert getattr(settings, field) == value
    assert type(getattr(settings, field)) is type(value)


def test_every_field_can_be_set() -> None:
    environment = {f"LAFAL_{field.name.upper()}": str(field.default) for field in dataclasses.fields(Settings)}
    assert Settings.from_environment(environment) == Settings()


def test_a_value_of_the_wrong_type_names_the_variable() -> None:
    with pytest.raises(ValueError, match="LAFAL_PORT must be of type int, not 'eighty'"):
        Settings.from_environment({"LAFAL_PORT": "eighty"})


def test_a_choice_that_does_not_exist_names_those_that_do() -> None:
    with pytest.raises(ValueError, match="LAFAL_RUNTIME must be auto or onnx or torch, not 'openvino'"):
        Settings.from_environment({"LAFAL_RUNTIME": "openvino"})


def test_settings_cannot_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc]


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no way to take cores away")
def test_cores_are_those_this_process_may_use() -> None:
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert cores() == 1
    finally:
        os.sched_setaffinity(0, before)
    assert cores() == len(before)


@pytest.mark.parametrize("days", ["0", "-3"])
def test_recordings_are_kept_for_a_day_at_least(days: str) -> None:
    with pytest.raises(ValueError, match="LAFAL_RETENTION_DAYS must be at least 1"):
        Settings.from_environment({"LAFAL_RETENTION_DAYS": days})
