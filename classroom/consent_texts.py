"""What people agree to, in both languages. Changed words get a higher version, and everybody is asked again."""

from collections.abc import Mapping
from typing import Literal

Purpose = Literal["practice", "teacher_listens", "research_export", "speaker_check"]

VERSIONS: Mapping[Purpose, int] = {"practice": 1, "teacher_listens": 1, "research_export": 1, "speaker_check": 1}
"""The version of each purpose's words today."""

TEXTS: Mapping[tuple[Purpose, str], str] = {
    ("practice", "en"): (
        "Lafal may keep my recordings and results on my school's server so that I can practise. Recordings are deleted "
        "after the time my school has set. I can delete everything at any time."
    ),
    ("practice", "id"): (
        "Lafal boleh menyimpan rekaman dan hasilku di server sekolahku supaya aku bisa berlatih. Rekaman dihapus "
        "setelah waktu yang ditentukan sekolah. Aku bisa menghapus semuanya kapan saja."
    ),
    ("teacher_listens", "en"): (
        "My teachers may listen to the recordings that I hand in to them. Each time is written down."
    ),
    ("teacher_listens", "id"): (
        "Guruku boleh mendengarkan rekaman yang aku kumpulkan. Setiap kali didengarkan, itu dicatat."
    ),
    ("research_export", "en"): (
        "My recordings and results may be given to researchers under my made-up name, never with my real one."
    ),
    ("research_export", "id"): (
        "Rekaman dan hasilku boleh diberikan kepada peneliti dengan nama samaranku, tidak pernah dengan nama asliku."
    ),
    ("speaker_check", "en"): (
        "Lafal may compare my voice with my earlier recordings and tell my teacher when they do not sound like the "
        "same person. It decides nothing by itself."
    ),
    ("speaker_check", "id"): (
        "Lafal boleh membandingkan suaraku dengan rekamanku sebelumnya dan memberi tahu guruku kalau tidak terdengar "
        "seperti orang yang sama. Lafal tidak memutuskan apa pun sendiri."
    ),
}
"""Purpose and language -> the words."""
