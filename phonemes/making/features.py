"""Building `features.tsv`: what the tongue, lips and voice do for each phone, from panphon."""

from pathlib import Path

from phonemes.inventory import PHONES, phone

# Phones that change while they last: how they begin and how they end, as segments panphon knows. American ER
# begins as a mid central vowel and ends with the tongue drawn up as in R.
_HALVES = {"CH": ("t͡ʃ", "t͡ʃ"), "JH": ("d͡ʒ", "d͡ʒ"), "ER": ("ɜ", "ɹ")}
_CONSTANT = frozenset({"velaric", "long", "hitone", "hireg"})
_HEADER = (
    "# Articulatory features of the 39 phones (-1 absent, 0 does not apply, 1 present): the first half of each row is\n"
    "# how the phone begins, the second how it ends. Values and weights: panphon {version}, MIT licence.\n"
)


def _halves(symbol: str) -> tuple[str, str]:
    if symbol in _HALVES:
        return _HALVES[symbol]
    ipa = phone(symbol).ipa
    return ipa[0], ipa[-1]


def build_features(target: Path) -> int:
    """Write the feature table.

    Parameters
    ----------
    target : Path
        File to write.

    Returns
    -------
    int
        Number of features in one half.
    """
    from importlib.metadata import version

    import panphon

    table = panphon.FeatureTable()
    weight = dict(zip(table.names, table.weights, strict=False))
    kept = [name for name in table.names if name not in _CONSTANT]
    columns = [f"{name}_{part}" for part in ("begin", "end") for name in kept]
    lines = ["# symbol\t" + "\t".join(columns)]
    # Each half counts half, and a change from absent to present is a step of two.
    lines.append("\t".join(["weight", *(f"{weight[name] / 4:g}" for _ in range(2) for name in kept)]))
    for symbol in PHONES:
        cells = [symbol]
        for half in _halves(symbol):
            (vector,) = table.word_to_vector_list(half, numeric=True)
            values = dict(zip(table.names, vector, strict=True))
            cells.extend(str(values[name]) for name in kept)
        lines.append("\t".join(cells))
    text = _HEADER.format(version=version("panphon")) + "\n".join(lines) + "\n"
    target.write_text(text, encoding="utf-8")
    return len(kept)
