"""Verdicts and times of Math-Verify on a JSONL of pairs, to compare ours with.

Usage: python math_verify_reference.py PAIRS.jsonl OUT.jsonl
Each line of PAIRS has "answer" (the right one) and either "given" (an answer without box) or "completion" (a text with one).
Each line of OUT: {"equal": bool, "ms": float, "error": str?}; the order is kept. Requires math-verify (0.9.0 was used).
Golds and answers are given in a box, as Math-Verify expects LaTeX in a math environment.
"""

import json
import logging
import sys
import time

from math_verify import parse, verify

logging.disable(logging.CRITICAL)


def boxed(text: str) -> str:
    return "$\\boxed{" + text + "}$"


def main(pairs: str, out: str) -> None:
    with open(pairs, encoding="utf8") as source, open(out, "w", encoding="utf8") as sink:
        for line in source:
            row = json.loads(line)
            text = row["completion"] if "completion" in row else boxed(row["given"])
            started = time.perf_counter()
            result: dict[str, object] = {}
            try:
                answer = parse(boxed(row["answer"]), parsing_timeout=5)
                result["equal"] = bool(verify(answer, parse(text, parsing_timeout=5), timeout_seconds=5))
            except Exception as error:  # noqa: BLE001 - whatever it throws is a result of this benchmark
                result["equal"] = False
                result["error"] = f"{type(error).__name__}: {error}"[:200]
            result["ms"] = (time.perf_counter() - started) * 1000
            sink.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
