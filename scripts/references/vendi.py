"""Reference values for test/diversity, by the package vendi-score (with NumPy, SciPy and scikit-learn).

Run: python scripts/references/vendi.py > test/diversity/fixtures/references.json
"""

import json
from importlib.metadata import version

import numpy as np
import scipy
import sklearn
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize
from vendi_score import vendi

ORDERS = [0.1, 0.5, 1, 2, "inf"]


def vectors(n, d):
    """The same exact numbers that the tests make."""
    i, j = np.arange(n)[:, None], np.arange(d)[None, :]
    return ((i * 7919 + j * 104729 + i * i * j * 31 + i * j * j * 17) % 1009) / 1009 - 0.4


def from_vectors(n, d):
    X = normalize(vectors(n, d))
    weights = 1 + np.arange(n) % 5
    p = weights / weights.sum()
    # score_X ignores its q, so other orders go through the kernel, or its dual where that has full rank.
    scores = {str(q): float(vendi.score_K(X @ X.T, q=q) if n <= d else vendi.score_dual(X, q=q)) for q in ORDERS}
    return {
        "n": n,
        "d": d,
        "scoreX": float(vendi.score_X(vectors(n, d))),
        "scores": scores,
        # At orders under 1 rounding errors of zero eigenvalues count, where there are any.
        "weighted": {str(q): float(vendi.score_K(X @ X.T, q=q, p=p)) for q in (ORDERS if n <= d else ORDERS[2:])},
        "meanDistance": float(vendi.intdiv_K(X @ X.T) * n / (n - 1)) if n > 1 else None,
    }


def jaccard(a, b):
    a, b = set(a.split()), set(b.split())
    return len(a & b) / len(a | b)


TEXTS = [
    "Find the sum of all positive integers less than 20 .",
    "Find the sum of all positive even integers less than 20 .",
    "What is the area of a circle with radius 3 ?",
    "What is the area of a square with side 3 ?",
    "A bag holds 5 red and 7 blue balls . What is the probability of two red ?",
    "Solve x + 3 = 7 .",
    "Solve x + 3 = 7 .",
    "How many ways are there to arrange the letters of the word BOOK ?",
]


def ngram_kernel(texts, lengths):
    """As vendi_score.text_utils.ngram_vendi_score, whose module needs packages that this does not."""
    kernels = []
    for n in lengths:
        counts = CountVectorizer(tokenizer=str.split, token_pattern=None, ngram_range=(n, n), lowercase=False)
        X = normalize(counts.fit_transform(texts))
        kernels.append((X @ X.T).toarray())
    return np.stack(kernels).mean(axis=0)


def spectrum(n):
    A = vectors(n, n)
    A = np.tril(A) + np.tril(A, -1).T
    return {"n": n, "eigenvalues": scipy.linalg.eigvalsh(A).tolist()}


FIVE = normalize(vectors(5, 40))

print(json.dumps({
    "madeWith": {
        "vendi-score": version("vendi-score"),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
    },
    "vectors": [from_vectors(n, d) for n, d in [(1, 4), (2, 3), (12, 30), (40, 7), (128, 600), (130, 20), (200, 200)]],
    # Five vectors, each three times. At q = 0.1 rounding errors of the ten zero eigenvalues would count here.
    "duplicates": {str(q): float(vendi.score_K(np.repeat(np.repeat(FIVE @ FIVE.T, 3, 0), 3, 1), q=q)) for q in (1, 2, "inf")},
    "texts": TEXTS,
    "jaccard": {str(q): float(vendi.score(sorted(set(TEXTS)), jaccard, q=q)) for q in ORDERS},
    "ngram": {"1,2,3,4": float(vendi.score_K(ngram_kernel(TEXTS, [1, 2, 3, 4]))),
              "1,2": float(vendi.score_K(ngram_kernel(TEXTS, [1, 2]), q=2))},
    "spectra": [spectrum(n) for n in [1, 2, 3, 8, 33, 64]],
}, indent=1))
