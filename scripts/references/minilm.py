"""Embeddings by all-MiniLM-L6-v2 as its model card computes them, for test/diversity.

Run: python scripts/references/minilm.py FOLDER > test/diversity/fixtures/minilm.json   (needs transformers;
FOLDER as `soarlab models get minilm` prints it)
"""

import json
import sys

import torch
import torch.nn.functional as F
import transformers
from transformers import AutoModel, AutoTokenizer

TEXTS = [
    "What is the sum of all positive integers less than 20?",
    "Find the area of a circle with radius \\(3\\).",
    "Find the area of a circle whose radius is three.",
    "x " * 400,
]

tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
model = AutoModel.from_pretrained(sys.argv[1])
vectors = []
for text in TEXTS:
    encoded = tokenizer([text], padding=True, truncation=True, max_length=256, return_tensors="pt")
    with torch.no_grad():
        hidden = model(**encoded)[0]
    mask = encoded["attention_mask"].unsqueeze(-1).expand(hidden.size()).float()
    pooled = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
    vectors.append([round(x, 6) for x in F.normalize(pooled, p=2, dim=1)[0].tolist()])
print(json.dumps({"madeWith": {"transformers": transformers.__version__}, "texts": TEXTS, "vectors": vectors}))
