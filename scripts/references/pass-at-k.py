"""Reference values for test/metrics: pass@k in exact rational arithmetic, Student's t quantiles, NumPy quantiles.

Run: python scripts/references/pass-at-k.py > test/metrics/fixtures/references.json   (needs numpy, scipy)
"""

import json
from fractions import Fraction
from math import comb

import numpy as np
import scipy
from scipy import stats

rng = np.random.default_rng(0)
pass_at_k = []
for n, c, k in [(32, 0, 1), (32, 1, 1), (32, 1, 32), (32, 31, 4), (32, 32, 32), (128, 1, 1), (128, 3, 16),
                (128, 64, 8), (128, 127, 1), (128, 128, 128), (1, 1, 1), (10_000, 7, 4_000), (10_000, 5_000, 7),
                (1_000_000, 1, 1), (1_000_000, 3, 2), (1_000, 990, 11)]:
    pass_at_k.append([n, c, k, float(1 - Fraction(comb(n - c, k), comb(n, k)))])
t = [[p, df, float(stats.t.ppf(p, df))] for p in (0.6, 0.9, 0.975, 0.995) for df in (1, 2, 3, 4, 7, 29, 100, 1427)]
sample = rng.normal(3, 2, 41)
quantiles = [[p, float(np.quantile(sample, p))] for p in (0, 0.025, 0.25, 0.5, 0.8, 0.975, 1)]
print(json.dumps({
    "madeWith": {"numpy": np.__version__, "scipy": scipy.__version__},
    "passAtK": pass_at_k,
    "studentT": t,
    "sample": sample.tolist(),
    "quantiles": quantiles,
    "sampleSd": float(np.std(sample, ddof=1)),
    "sampleInterval": [float(x) for x in stats.t.interval(0.95, 40, sample.mean(), stats.sem(sample))],
}, indent=1))
