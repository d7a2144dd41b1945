import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import jiwer
import numpy as np
import pytest
import soundfile
from sklearn.metrics import f1_score, precision_score, recall_score, roc_auc_score
from typer import BadParameter
from typer.testing import CliRunner

from benchmarks import accuracy as benchmark
from benchmarks import plots
from benchmarks.accuracy import AccuracyOptions, Outcome, measure, table
from benchmarks.agreement import Bootstrap, best_threshold
from benchmarks.comparison import compare, crossed_thresholds, halves, pool
from benchmarks.listening import Judged
from benchmarks.speechocean import Rated, read_official, read_rows
from phonemes.inventory import COLUMN, PHONES, phone
from speech.acoustic import hear, load_acoustic
from speech.audio import load_audio
from speech.errors import ExtraNotInstalled, FileMissing
from speech.reading import heard_in
from speech.reading import measure as evidence_of
from speech.scoring import load_scorer

PLANTED = Path(__file__).resolve().parent.parent / "fixtures" / "planted"
SPEAKERS = {"0001": ("test", 8, "f"), "0002": ("test", 30, "m"), "0003": ("test", 16, "f"),
            "0004": ("train", 12, "m"), "0005": ("train", 40, "f"), "0006": ("train", 9, "f")}  # fmt: skip
PER_SPEAKER = 2
TUNING_FOLD = 0


def planted(count: int) -> list[dict[str, str]]:
    """Recordings in pairs, one clean and one with an error."""
    with (PLANTED / "manifest.tsv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))[:count]


def with_stress(symbols: list[str]) -> list[str]:
    return [f"{symbol}1" if phone(symbol).is_vowel else symbol for symbol in symbols]


def scored(row: dict[str, str], rng: np.random.Generator) -> dict[str, object]:
    """Made-up scores: high, and low where an error is planted."""
    words = []
    for index, (text, phones) in enumerate(zip(row["text"].split(), row["words"].split("|"), strict=True)):
        symbols = phones.split()
        scores = rng.choice([1.6, 1.8, 2.0], len(symbols)).tolist()
        if row["word"] and int(row["word"]) == index and row["kind"] != "insertion":
            scores[int(row["phone"])] = float(rng.choice([0.0, 0.2, 0.4]))
        marks = {"accuracy": int(rng.integers(5, 11)), "total": int(rng.integers(5, 11)), "stress": 10}
        words.append({"text": text.upper(), "phones": with_stress(symbols), "phones-accuracy": scores, **marks})
    total, right = (int(mark) for mark in rng.integers(3, 11, 2))
    marks = {"accuracy": right, "completeness": 10.0, "fluency": 8, "prosodic": 7, "total": total}
    return {"text": row["text"].upper().strip("."), "words": words, **marks}


@dataclass
class Corpus:
    root: Path
    folds: Path
    scores: dict[str, dict]


def write_corpus(root: Path) -> Corpus:
    rng = np.random.default_rng(3)
    rows = iter(planted(PER_SPEAKER * len(SPEAKERS)))
    scores: dict[str, dict] = {}
    lists: dict[tuple[str, str], list[str]] = {}
    for speaker, (split, age, gender) in SPEAKERS.items():
        lists.setdefault((split, "spk2age"), []).append(f"{speaker}\t{age}")
        lists.setdefault((split, "spk2gender"), []).append(f"{speaker} {gender}")
        for number in range(PER_SPEAKER):
            row, name = next(rows), f"{speaker}{number:05d}"
            path = Path("WAVE") / f"SPEAKER{speaker}" / f"{name}.WAV"
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(root / path, load_audio(PLANTED / row["path"]).samples, 16_000, format="WAV")
            scores[name] = scored(row, rng)
            lists.setdefault((split, "text"), []).append(f"{name}\t{scores[name]['text']}")
            lists.setdefault((split, "utt2spk"), []).append(f"{name}\t{speaker}")
            lists.setdefault((split, "wav.scp"), []).append(f"{name}\t{path}")
    odd = scores["000100001"]["words"][-1]  # a symbol that is no phone, as the corpus has a few
    odd["phones"] = [*odd["phones"][:-1], "<unk>"]
    joined = scores["000200000"]["words"][0]  # older copies write phones as one string
    joined["phones"] = " ".join(joined["phones"])
    for (split, name), lines in lists.items():
        (root / split).mkdir(exist_ok=True)
        (root / split / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    (root / "resource").mkdir()
    (root / "resource" / "scores.json").write_text(json.dumps(scores), encoding="utf-8")
    folds = root / "folds.tsv"
    dealt = [f"speechocean762\t{speaker}\t{int(speaker == '0006')}" for speaker in SPEAKERS]
    folds.write_text("corpus\tspeaker\tfold\n" + "\n".join(dealt) + "\n", encoding="utf-8")
    return Corpus(root, folds, scores)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return write_corpus(tmp_path_factory.mktemp("speechocean762"))


@pytest.fixture(scope="module")
def outcome(corpus: Corpus) -> Outcome:
    return measure(AccuracyOptions(corpus="speechocean762", root=corpus.root, folds=corpus.folds))


def independent(rated: Rated) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Scores 0..2, chances of errors and phones heard, from the product's own parts."""
    acoustic = load_acoustic("default")
    posteriors = hear(acoustic, load_audio(rated.path))
    evidence = evidence_of(posteriors, [[COLUMN[symbol]] for symbol in rated.phones])
    scores = load_scorer(f"{acoustic.name} {acoustic.version}", has_frame_head=True).score(evidence)
    return scores.values / 50, scores.error_probabilities, heard_in(posteriors, 0, len(posteriors.ctc))


def test_the_official_layout_is_read_and_odd_words_are_dropped(corpus: Corpus) -> None:
    test = {rated.name: rated for rated in read_official(corpus.root, "test")}
    assert len(test) == 6 and len(read_official(corpus.root, "train")) == 6
    assert {rated.age for rated in test.values()} == {8, 30, 16}
    assert all(symbol in PHONES for rated in test.values() for symbol in rated.phones)
    odd = test["000100001"]
    dropped = len(corpus.scores[odd.name]["words"][-1]["phones"]) - 1
    assert odd.words_left_out == 1 and sum(rated.words_left_out for rated in test.values()) == 1
    assert dropped == 3 and odd.phones[-3:] == ("D", "EY", "L")
    assert np.isnan(odd.human[-3:]).all() and np.isfinite(odd.human[:-3]).all()
    assert odd.words[-1].end - odd.words[-1].start == 3
    assert odd.words[-1].accuracy is None and odd.words[-1].total is None and odd.words[0].accuracy is not None
    joined = test["000200000"]
    spelled = corpus.scores[joined.name]["words"][0]
    assert joined.phones[: joined.words[0].end] == tuple(s.rstrip("1") for s in spelled["phones"].split())
    assert joined.human[: joined.words[0].end] == tuple(spelled["phones-accuracy"])


def test_figures_agree_with_independent_computations(corpus: Corpus, outcome: Outcome) -> None:
    everybody = outcome.accuracy.groups[0]
    human, predicted, chances, means, references, hypotheses = [], [], [], [], [], []
    for rated in read_official(corpus.root, "test"):
        values, errors, heard = independent(rated)
        known = np.isfinite(rated.human)
        human.append(np.array(rated.human)[known])
        predicted.append(values[known])
        chances.append(errors[known])
        means.append((values[known].mean(), human[-1].mean(), rated.total, rated.accuracy))
        if not rated.words_left_out:
            references.append(" ".join(rated.phones))
            hypotheses.append(" ".join(heard))
    scores, guesses, ranking = np.concatenate(human), np.concatenate(predicted), np.concatenate(chances)
    columns = np.array(means).T
    assert everybody.phones == len(scores) and everybody.errors == (scores < 0.5).sum() > 1
    assert everybody.phone_pcc.value == pytest.approx(np.corrcoef(guesses, scores)[0, 1])
    assert everybody.phone_mse.value == pytest.approx(np.mean((guesses - scores) ** 2))
    assert everybody.error_auc.value == pytest.approx(roc_auc_score(scores < 0.5, ranking))
    assert everybody.phone_error_rate.value == pytest.approx(jiwer.wer(references, hypotheses))
    assert everybody.utterance_pcc.value == pytest.approx(np.corrcoef(columns[0], columns[1])[0, 1])
    assert everybody.utterance_total_pcc.value == pytest.approx(np.corrcoef(columns[0], columns[2])[0, 1])
    assert everybody.utterance_accuracy_pcc.value == pytest.approx(np.corrcoef(columns[0], columns[3])[0, 1])
    flagged = ranking >= outcome.accuracy.thresholds[0]
    assert everybody.error_f1.value == pytest.approx(f1_score(scores < 0.5, flagged))
    assert everybody.error_recall.value == pytest.approx(recall_score(scores < 0.5, flagged))
    assert everybody.error_precision.value == pytest.approx(precision_score(scores < 0.5, flagged))


def test_words_are_pooled_as_the_product_does(corpus: Corpus, outcome: Outcome) -> None:
    from speech.assess import Assessor

    assessor = Assessor()
    pairs, human = [], []
    for one in outcome.judged:
        counted = [
            (pooled, word) for pooled, word in zip(one.words, one.rated.words, strict=True) if pooled is not None
        ]
        human += [(pooled, word.accuracy, word.total) for pooled, word in counted if word.accuracy is not None]
        assessed = assessor.assess(one.rated.path, one.rated.text.lower())
        if len(assessed.words) == len(one.words) and not one.rated.words_left_out:
            pairs += [
                (pooled, word.score)
                for pooled, word, rated in zip(one.words, assessed.words, one.rated.words, strict=True)
                if [result.expected for result in word.phones] == list(one.rated.phones[rated.start : rated.end])
                and pooled is not None and word.score is not None
            ]  # fmt: skip
    assert len(pairs) > 15
    assert np.median([abs(ours - theirs) for ours, theirs in pairs]) < 2  # the product cuts silence off first
    columns = np.array(human, float).T
    everybody = outcome.accuracy.groups[0]
    assert everybody.word_accuracy_pcc.value == pytest.approx(np.corrcoef(columns[0], columns[1])[0, 1])
    assert everybody.word_total_pcc.value == pytest.approx(np.corrcoef(columns[0], columns[2])[0, 1])


def test_the_corpus_threshold_is_that_of_the_fold_of_training_speakers(corpus: Corpus, outcome: Outcome) -> None:
    tuning = [rated for rated in read_official(corpus.root, "train") if rated.who[1] in ("0004", "0005")]
    chances = np.concatenate([independent(rated)[1] for rated in tuning])
    is_error = np.concatenate([rated.human for rated in tuning]) < 0.5
    candidates = {float(chance): f1_score(is_error, chances >= chance) for chance in chances}
    (chosen,) = outcome.accuracy.thresholds
    assert candidates[chosen] == max(candidates.values())


def test_groups_hold_the_right_speakers(outcome: Outcome) -> None:
    found = {group.name: (group.speakers, group.recordings) for group in outcome.accuracy.groups}
    assert found == {"all": (3, 6), "children": (1, 2), "adults": (2, 4), "female": (2, 4), "male": (1, 2)}
    parts = {group.name: group.phones for group in outcome.accuracy.groups}
    assert parts["children"] + parts["adults"] == parts["all"] == parts["female"] + parts["male"]


def test_intervals_are_over_speakers(outcome: Outcome) -> None:
    one_speaker = next(group for group in outcome.accuracy.groups if group.name == "male")
    pcc = one_speaker.phone_pcc
    assert pcc.value is not None
    assert pcc.low == pytest.approx(pcc.value) and pcc.high == pytest.approx(pcc.value)
    everybody = outcome.accuracy.groups[0].phone_mse
    assert everybody.low < everybody.value < everybody.high


def draws_by_hand(speakers: int, seed: int) -> Iterator[np.ndarray]:
    rng = np.random.default_rng(seed)
    for counts in rng.multinomial(speakers, np.full(speakers, 1 / speakers), size=1000):
        yield np.repeat(np.arange(speakers), counts)


def auc_by_hand(positive: np.ndarray, ranking: np.ndarray) -> float:
    above = ranking[positive][:, None] - ranking[~positive][None]
    return float((above > 0).mean() + (above == 0).mean() / 2)


def test_the_bootstrap_equals_drawing_speakers_by_hand() -> None:
    rng = np.random.default_rng(0)
    who = rng.integers(0, 6, 200)
    human = rng.normal(size=200) + who / 3
    guess = np.round(human + rng.normal(size=200), 1)
    wrong = human < 0.2
    drawn = [np.concatenate([np.flatnonzero(who == one) for one in draw]) for draw in draws_by_hand(6, 5)]
    draws = Bootstrap(6, 5)
    for figure, by_hand in (
        (draws.correlation(guess, human, who), [np.corrcoef(guess[rows], human[rows])[0, 1] for rows in drawn]),
        (draws.mean(guess, who), [guess[rows].mean() for rows in drawn]),
        (draws.area(wrong, -guess, who), [auc_by_hand(wrong[rows], -guess[rows]) for rows in drawn]),
    ):
        assert (figure.low, figure.high) == pytest.approx(tuple(np.quantile(by_hand, [0.025, 0.975])))


def test_figures_without_sense_are_undefined() -> None:
    nobody = np.zeros(0)
    assert Bootstrap(0).mean(nobody, nobody.astype(int)).value is None
    who = np.array([0, 0, 1])
    assert Bootstrap(2).correlation(np.ones(3), np.arange(3.0), who).value is None
    assert Bootstrap(2).area(np.zeros(3, bool), np.arange(3.0), who).value is None
    assert best_threshold(np.zeros(3, bool), np.arange(3.0)) == 1.0


def test_a_threshold_never_parts_equal_chances() -> None:
    chances = np.array([0.9, 0.5, 0.5, 0.5, 0.1])
    is_error = np.array([True, True, False, False, False])
    assert best_threshold(is_error, chances) == 0.9  # 0.5 flags four phones for two errors: the same F1, 2/3
    assert best_threshold(np.array([True, True, True, False, False]), chances) == 0.5


def made_up(speaker: int, rng: np.random.Generator) -> Judged:
    human = rng.choice([0.0, 1.0, 2.0], 40)
    chances = np.clip(0.5 - human / 5 + rng.normal(0, 0.2, 40), 0, 1)
    rated = Rated(("made", str(speaker)), "a", Path("a"), "a", ("AA",) * 40, tuple(human.tolist()))
    return Judged(rated, 2 - chances, chances, (), 4, refused=False)


def test_a_threshold_never_sees_the_half_it_is_used_on() -> None:
    rng = np.random.default_rng(1)
    judged = [made_up(speaker, rng) for speaker in range(9)]
    sides = halves({one.rated.who for one in judged})
    assert sorted(sides.values()) == [0] * 5 + [1] * 4
    before = crossed_thresholds(judged)
    changed = [
        replace(one, error_probabilities=1 - one.error_probabilities) if sides[one.rated.who] == 0 else one
        for one in judged
    ]
    after = crossed_thresholds(changed)
    assert all(after[who] == before[who] for who, side in sides.items() if side == 0)
    assert all(after[who] != before[who] for who, side in sides.items() if side == 1)
    other = pool([one for one in judged if sides[one.rated.who] == 1])
    tested = next(who for who, side in sides.items() if side == 0)
    assert before[tested] == best_threshold(other.is_error, other.error_probabilities)
    strict = compare("none", judged, dict.fromkeys(sides, 2.0))
    assert strict.error_recall.value == 0 and strict.error_precision.value is None


def write_manifest(corpus: Corpus, folder: Path) -> Path:
    header = ("corpus", "utterance", "speaker", "gender", "age", "seconds", "path", "text", "phones", "phone_scores")
    rated = [one for split in ("train", "test") for one in read_official(corpus.root, split) if not one.words_left_out]
    rows = [
        (*one.who[:1], one.name, one.who[1], one.gender, str(one.age), "2", str(one.path), one.text,
         " ".join(one.phones), " ".join(map(str, one.human)))
        for one in rated
    ]  # fmt: skip
    native = planted(16)[12:]
    rows += [
        ("an4", str(n), r["voice"], "", "", "2", str(PLANTED / r["path"]), r["text"], r["expected"], "")
        for n, r in enumerate(native)
    ]
    damaged = folder / "damaged.wav"
    damaged.write_bytes(b"no sound")
    rows.append(("speechocean762", "x", "0002", "m", "30", "2", str(damaged), "A", "AH", "2"))
    manifest = folder / "manifest.tsv"
    manifest.write_text("\n".join("\t".join(row) for row in (header, *rows)) + "\n", encoding="utf-8")
    voices = sorted({row["voice"] for row in native})
    folds = corpus.folds.read_text(encoding="utf-8") + "".join(f"an4\t{voice}\t0\n" for voice in voices)
    (folder / "folds.tsv").write_text(folds, encoding="utf-8")
    return manifest


def test_a_manifest_is_measured_by_fold_through_the_command(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from speech.commands.bench import app

    manifest, recorded = write_manifest(corpus, tmp_path), []
    assert {one.gender for one in read_rows(manifest)} == {"f", "m", ""}
    monkeypatch.setattr(benchmark, "record", lambda name, figures: recorded.append(figures))
    arguments = ["accuracy", "--manifest", str(manifest), "--folds", str(tmp_path / "folds.tsv"), "--record"]
    result = CliRunner().invoke(app, [*arguments, "--plots", str(tmp_path / "plots")], catch_exceptions=False)
    assert result.exit_code == 0
    assert "phone PCC" in result.output and "native error rate" in result.output
    (figures,) = recorded
    assert (figures.recordings, figures.not_judged, figures.limit) == (10, 1, None)
    assert figures.groups[0].speakers == 5 and figures.groups[0].word_total_pcc.value is None
    assert figures.native.recordings == 4 and 0 < figures.native.phone_error_rate.value < 1
    drawn = sorted(path.name for path in (tmp_path / "plots").iterdir())
    assert drawn == ["accuracy-errors.png", "accuracy-phones.png", "accuracy-scores.png"]


def test_a_limit_is_kept_and_told(corpus: Corpus) -> None:
    options = AccuracyOptions(corpus="speechocean762", root=corpus.root, folds=corpus.folds, limit=2)
    figures = measure(options).accuracy
    assert (figures.limit, figures.recordings) == (2, 2)
    assert "only 2 recordings" in str(table(figures).caption)


def test_wrong_requests_are_refused(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(BadParameter, match="--manifest"):
        measure(AccuracyOptions(folds=corpus.folds))
    with pytest.raises(BadParameter, match="fold 4"):
        measure(AccuracyOptions(corpus="speechocean762", root=corpus.root, folds=corpus.folds, fold=4))
    with pytest.raises(FileMissing):
        measure(AccuracyOptions(corpus="speechocean762", root=tmp_path, folds=corpus.folds))


def test_plotted_figures_are_those_of_the_phones(outcome: Outcome) -> None:
    phones = pool(outcome.judged)
    flagged, found = plots.roc(phones.is_error, phones.error_probabilities)
    area = np.diff(flagged) @ (found[1:] + found[:-1]) / 2
    assert area == pytest.approx(roc_auc_score(phones.is_error, phones.error_probabilities))
    assert plots.by_phone(phones) == []  # too few of each
    many = pool([made_up(speaker, np.random.default_rng(speaker)) for speaker in range(3)])
    assert plots.by_phone(many) == [("AA", 120, pytest.approx(np.corrcoef(many.human, many.predicted)[0, 1]))]


def test_plots_without_matplotlib_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plots, "find_spec", lambda name: None)
    with pytest.raises(ExtraNotInstalled, match="lafal\\[train\\]"):
        benchmark.main(["--plots", "somewhere", "--manifest", "none.tsv"])
