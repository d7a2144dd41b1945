from pathlib import Path

import numpy as np

from benchmarks.readings import MANIFEST, read_manifest
from speech.train.measuring import Task, evidence_of, measure_all


def test_processes_give_the_same_in_the_same_order_and_leave_out_what_cannot_be_judged(tmp_path: Path) -> None:
    readings = [one for one in read_manifest(MANIFEST) if one.kind == "clean"][:8]
    tasks = [Task(one.path, tuple(phone for word in one.words for phone in word), "default") for one in readings]
    tasks.insert(3, Task(tmp_path / "missing.wav", ("AH",), "default"))
    found = measure_all(tasks, name="test", workers=2)
    assert found[3] is None
    for task, evidence in zip(tasks, found, strict=True):
        if evidence is not None:
            assert len(evidence.columns) == len(task.phones)
    alone = evidence_of(tasks[0])
    assert alone is not None
    assert found[0] is not None
    np.testing.assert_allclose(alone.features, found[0].features, atol=1e-4)
