"""Shell: groups the words of the news into classes by the company they keep.

    python -m training.word_classes ARCHIVE.jsonl.gz... [--out FILE]

Each line of an archive is an article (`title`, `body?`); no labels are needed. A word's company are the words up to two
places before and behind it, weighed by positive pointwise mutual information (Church and Hanks 1990; context
distribution smoothed by 0.75, Levy et al. 2015), reduced by a truncated singular value decomposition and grouped by
k-means, once coarsely and once finely. What is written is a list of single words, each with its two classes. The same
archives give the same list. scikit-learn does the work (the `train` group of pyproject.toml).
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.cluster import MiniBatchKMeans
from sklearn.utils.extmath import randomized_svd

from training.labels import archived

WORD = re.compile(r"[a-z][a-z'’&.-]*[a-z]|[a-z]|\$|\d[\d.,]*|[,:;.!?]")
SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
BODY_CHARACTERS_MAX = 2000
SEEN_MIN = 25
"""A word of fewer places has no company to speak of."""
CONTEXT_WORDS = 6000
PLACES = (-2, -1, 1, 2)
SMOOTHING = 0.75
DIMENSIONS = 100
COARSE, FINE = 120, 600
SEED = 0
NUMBER = "#"


def sentences_of(archives: Iterable[Path]) -> Iterator[list[str]]:
    """The words of each title and body sentence, in lower case, numbers as one."""
    for path in archives:
        for article in archived(path):
            body = (article.get("body") or "")[:BODY_CHARACTERS_MAX]
            for text in (article["title"], *SENTENCE_END.split(body)):
                yield [NUMBER if w[0].isdigit() else w for w in WORD.findall(text.lower())]


def vectors_of(sentences: Sequence[Sequence[str]], vocabulary: Sequence[str]) -> npt.NDArray[np.float64]:
    """One unit vector of DIMENSIONS a word."""
    index = {word: i for i, word in enumerate(vocabulary)}
    contexts = min(CONTEXT_WORDS, len(vocabulary))
    counts: Counter[tuple[int, int]] = Counter()
    for sentence in sentences:
        ids = [index.get(word, -1) for word in sentence]
        for i, word in enumerate(ids):
            if word < 0:
                continue
            for place, offset in enumerate(PLACES):
                j = i + offset
                if 0 <= j < len(ids) and 0 <= ids[j] < contexts:
                    counts[word, place * contexts + ids[j]] += 1
    rows = np.fromiter((row for row, _ in counts), dtype=np.int64, count=len(counts))
    columns = np.fromiter((column for _, column in counts), dtype=np.int64, count=len(counts))
    values = np.fromiter(counts.values(), dtype=np.float64, count=len(counts))
    total = values.sum()
    of_rows = np.bincount(rows, values, minlength=len(vocabulary))
    of_columns = np.bincount(columns, values, minlength=contexts * len(PLACES)) ** SMOOTHING
    of_columns *= total / of_columns.sum()
    information = np.log(values * total / (of_rows[rows] * of_columns[columns]))
    kept = information > 0
    matrix = sparse.csr_matrix(
        (information[kept], (rows[kept], columns[kept])), shape=(len(vocabulary), contexts * len(PLACES))
    )
    left, strengths, _ = randomized_svd(matrix, min(DIMENSIONS, len(vocabulary) - 1), random_state=SEED)
    vectors: npt.NDArray[np.float64] = left * np.sqrt(strengths)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-12
    return vectors


def classes_of(sentences: Sequence[Sequence[str]], *, seen_min: int = SEEN_MIN) -> dict[str, tuple[int, int]]:
    """The coarse and the fine class of each word that is seen often enough."""
    seen = Counter(word for sentence in sentences for word in sentence)
    vocabulary = [word for word, count in sorted(seen.items(), key=lambda s: (-s[1], s[0])) if count >= seen_min]
    vectors = vectors_of(sentences, vocabulary)
    labels = [
        MiniBatchKMeans(min(count, len(vocabulary)), random_state=SEED, n_init=3, batch_size=4096).fit(vectors).labels_
        for count in (COARSE, FINE)
    ]
    return {word: (int(labels[0][i]), int(labels[1][i])) for i, word in enumerate(vocabulary)}


def main() -> None:
    """Group the words and write the list."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("archives", nargs="+", type=Path)
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parents[1] / "streams" / "understand" / "data" / "word_classes.txt"
    )
    arguments = parser.parse_args()
    sentences = [words for words in sentences_of(arguments.archives) if len(words) > len(PLACES) // 2]
    classes = classes_of(sentences)
    head = (
        f"# word, coarse class, fine class: made by `python -m training.word_classes` from {len(sentences)} sentences\n"
    )
    arguments.out.write_text(
        head + "".join(f"{word} {coarse} {fine}\n" for word, (coarse, fine) in sorted(classes.items())),
        encoding="utf-8",
    )
    sys.stderr.write(f"{len(sentences)} sentences, {len(classes)} words\n")


if __name__ == "__main__":
    main()
