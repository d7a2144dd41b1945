"""The import table: who may know whom. Parses every source; an import that is not listed fails."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("phonemes", "speech", "classroom", "web", "benchmarks", "app")

PLAIN = {"speech.errors", "speech.results", "speech.settings"}
JUDGING = {"speech.align", "speech.evidence", "speech.gop", "speech.prosody", "speech.reading", "speech.recognise",
           "speech.scoring", "speech.sentence", "speech.trie", "speech.verdicts", "speech.wording"}  # fmt: skip
HEARING = {
    "speech.audio",
    "speech.decoding",
    "speech.confinement",
    "speech.containers",
    "speech.completeness",
    "speech.isolation",
    "speech.quality",
    "speech.riff",
    "speech.samples",
}
MODELS = {"speech.acoustic", "speech.batching", "speech.checkpoints", "speech.model_folder", "speech.vocabulary"}
MODELS |= {"speech.torch_network"}
PRESENTING = {"speech.feedback", "speech.voice", "speech.figures", "speech.export"}
EXAMPLES = {"speech.clips", "speech.example", "speech.voice_set", "speech.examples"}
COMMANDS = {"speech.cli", "speech.commands"}

ALLOWED: dict[str, set[str]] = {
    "phonemes": {"phonemes"},
    "speech.errors": {"phonemes"},
    "speech.results": {"phonemes"},
    "speech.settings": {"phonemes"},
    **dict.fromkeys(HEARING, PLAIN | HEARING),
    **dict.fromkeys(MODELS, PLAIN | HEARING | MODELS | {"phonemes"}),
    # In torch the embedded network is the module that was trained.
    "speech.torch_network": PLAIN | HEARING | MODELS | {"phonemes", "speech.train.network"},
    **dict.fromkeys(JUDGING, {"speech.results", "speech.errors", "phonemes"} | JUDGING),
    "speech.quality": {"phonemes.resources", "speech.results"},
    "speech.assess": PLAIN | HEARING | MODELS | JUDGING | {"phonemes"},
    "speech.clips": set(),
    "speech.memory": set(),
    "speech.example": PLAIN | HEARING | {"speech.prosody", "speech.clips"},
    "speech.voice_set": {"phonemes", "speech.results", "speech.clips", "speech.example"},
    "speech.examples": PLAIN | HEARING | EXAMPLES | {"speech.voice"},
    "speech.train": {"speech", "phonemes"},
    "benchmarks": {"speech", "phonemes", "benchmarks"},
    # To see what a school loses when its plug is pulled there has to be one.
    **{f"benchmarks.{key}": {"speech", "classroom", "benchmarks"} for key in ("schooldays", "scenes", "golden")},
    **{f"benchmarks.{key}": {"speech", "classroom", "web", "benchmarks"} for key in ("homework", "uploads")},
    "classroom": PLAIN | {"phonemes", "classroom"},
    "web": {"classroom", "speech", "phonemes", "web"},
    "app": {"web", "speech.memory", "speech.settings"},
}
PRESENTING_MAY = {"speech.results", "phonemes"}
ONLY_INSIDE_COMMANDS = {"speech.train", "benchmarks"}


def sources() -> list[Path]:
    """Every Python file of the product."""
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return [*files, ROOT / "app.py"]


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path) -> set[str]:
    """The product's own modules that a file imports anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return {name for name in found if name.split(".")[0] in PACKAGES}


def within(name: str, places: set[str]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


def rule_for(module: str) -> set[str] | None:
    """The longest entry of the table that covers a module."""
    covering = [entry for entry in ALLOWED if within(module, {entry})]
    return ALLOWED[max(covering, key=len)] if covering else None


def test_every_module_imports_only_what_the_table_allows() -> None:
    broken = []
    for path in sources():
        module = module_name(path)
        allowed = rule_for(module)
        if allowed is None:
            continue
        broken += [f"{module} imports {name}" for name in sorted(imported(path)) if not within(name, allowed)]
    assert broken == []
    assert len(sources()) > 20


def test_every_module_of_speech_is_in_the_table() -> None:
    known = set(ALLOWED) | PRESENTING | COMMANDS | {"speech", "speech.train"}
    modules = {module_name(path) for path in (ROOT / "speech").rglob("*.py")}
    helpers = {"speech.azure", "speech.textgrid", "speech.problems"}
    assert {module for module in modules if not within(module, known | helpers)} == set()


def test_only_the_command_line_reaches_training_and_benchmarks() -> None:
    for path in sources():
        module = module_name(path)
        if within(module, ONLY_INSIDE_COMMANDS | COMMANDS):
            continue
        may = {"speech.train.network"} if module == "speech.torch_network" else set()
        reached = [name for name in imported(path) if within(name, ONLY_INSIDE_COMMANDS) and not within(name, may)]
        assert not reached, module


def test_only_one_file_imports_transformers() -> None:
    users = {module_name(path) for path in sources() if "transformers" in third_party(path)}
    # Fine-tuning starts from networks that write no phones yet, which listening refuses to load; a benchmark makes
    # untrained ones.
    assert users <= {"speech.checkpoints", "speech.train.pretrained", "benchmarks.untrained"}


def test_the_text_side_needs_nothing_but_numpy() -> None:
    ours = set(PACKAGES) | set(sys.stdlib_module_names)
    for path in sources():
        module = module_name(path)
        if within(module, {"phonemes"}) and not within(module, {"phonemes.build", "phonemes.making"}):
            allowed = {"numpy", "num2words"} if module == "phonemes.numerals" else {"numpy"}
            assert third_party(path) - ours <= allowed, module


def test_the_product_never_imports_the_makers_of_its_data() -> None:
    for path in sources():
        if not within(module_name(path), {"phonemes.build", "phonemes.making"}):
            assert not [name for name in imported(path) if within(name, {"phonemes.build", "phonemes.making"})], path


def third_party(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    plain = {name.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    return plain | {
        node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module
    }


def test_within_speech_only_the_command_that_makes_the_voice_knows_the_exercises() -> None:
    files = (ROOT / "speech").rglob("*.py")
    users = {module_name(path) for path in files if any(within(name, {"classroom"}) for name in imported(path))}
    assert users == {"speech.commands.voice"}


def test_packages_form_no_cycle() -> None:
    edges: dict[str, set[str]] = {package: set() for package in PACKAGES}
    for path in sources():
        if within(module_name(path), COMMANDS):  # they stand on top of everything
            continue
        package = module_name(path).split(".")[0]
        edges[package] |= {name.split(".")[0] for name in imported(path)} - {package}
    order: list[str] = []
    while edges:
        free = [package for package, uses in edges.items() if not uses & set(edges)]
        assert free, f"cycle among {sorted(edges)}"
        order += free
        edges = {package: uses for package, uses in edges.items() if package not in free}
    assert order[0] == "phonemes"


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_over_400_lines(path: Path) -> None:
    assert path.read_text(encoding="utf-8").count("\n") <= 400


def test_app_is_thin() -> None:
    assert (ROOT / "app.py").read_text(encoding="utf-8").count("\n") <= 20


def test_data_folders_hold_no_python() -> None:
    assert [path for name in ("datasets", "models") for path in (ROOT / name).rglob("*.py")] == []
