"""The half of vendi.mjs that runs the package vendi-score: reads the vectors, times it, prints JSON."""

import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import numpy as np
from vendi_score import vendi

vectors_file, draws_file, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
X = np.fromfile(vectors_file).reshape(-1, 4096)
pool = X[:384]
draws = np.fromfile(draws_file, dtype=np.uint32).reshape(100, 128)


def once():
    return vendi.score_X(X)


def per_draw():
    return [vendi.score_X(pool[draw]) for draw in draws]


def one_kernel():
    unit = vendi.preprocessing.normalize(pool, axis=1)
    K = unit @ unit.T
    return [vendi.score_K(K[np.ix_(draw, draw)]) for draw in draws]


for name, work in {"once": once, "perDraw": per_draw, "oneKernel": one_kernel}.items():
    times, cpu = [], []
    for _ in range(rounds):
        start, cpu_start = time.perf_counter(), time.process_time()
        result = work()
        times.append((time.perf_counter() - start) * 1000)
        cpu.append((time.process_time() - cpu_start) * 1000)
    print(json.dumps({"name": name, "times": times, "cpu": cpu, "result": np.asarray(result).reshape(-1).tolist()}))
