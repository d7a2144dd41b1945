import numpy as np
import pytest

from phonemes.letter_tagger import LetterTagger
from phonemes.making.tagger import TaggerOptions, train_tagger

torch = pytest.importorskip("torch")

WORDS = [[(letter, (letter.upper(),)) for letter in word] for word in ["abc", "cab", "bca", "ab", "ba", "cc"] * 8]
LETTERS = {"a": 1, "b": 2, "c": 3}
TAGS = {(letter, (letter.upper(),)): number for number, letter in enumerate("abc")}
SMALL = TaggerOptions(embedding=4, hidden=8, layers=2, batch_words=8, epochs=10, learning_rate=3e-2, dropout=0.0)


@pytest.fixture(scope="module")
def weights() -> dict[str, np.ndarray]:
    return train_tagger(WORDS, letters=LETTERS, tags=TAGS, options=SMALL, report=lambda line: None)


def test_the_network_learns_a_plain_code(weights: dict[str, np.ndarray]):
    tagger = LetterTagger(weights)
    assert tagger.log_probs([1, 2, 3, 1]).argmax(axis=1).tolist() == [0, 1, 2, 0]


def test_numpy_computes_what_torch_computes(weights: dict[str, np.ndarray]):
    from phonemes.making import tagger as training

    network = training._network(4, 3, SMALL)
    network.load_state_dict({name: torch.from_numpy(values) for name, values in weights.items()})
    network.eval()
    letters = [1, 3, 2, 2, 1]
    with torch.no_grad():
        expected = training._logits(network, torch.tensor([letters])).log_softmax(-1)[0].numpy()
    assert np.allclose(LetterTagger(weights).log_probs(letters), expected, atol=1e-5)


def test_the_same_seed_gives_the_same_weights(weights: dict[str, np.ndarray]):
    again = train_tagger(WORDS, letters=LETTERS, tags=TAGS, options=SMALL, report=lambda line: None)
    assert all(np.array_equal(again[name], values) for name, values in weights.items())
