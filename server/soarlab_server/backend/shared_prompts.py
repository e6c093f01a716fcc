"""Sequences that begin alike, computed once: the rollouts of a group share their prompt.

A batch is one row of tokens: of each group the common start, then what each member adds to it. All
that works on single tokens (projections, norms) runs over that row; only attention knows which
tokens belong together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

MIN_SHARED = 8
"""A shorter common start is not worth sharing."""


@dataclass(frozen=True, slots=True)
class Group:
    """Sequences with a common start."""

    members: list[int]
    """Indices of the sequences"""
    shared: int
    """Tokens of the common start; of a single sequence, all of it"""


def find_groups(sequences: list[np.ndarray], most_tokens: int) -> list[Group]:
    """Neighbours that begin alike, at most `most_tokens` distinct tokens in a group of several. A
    member may share a little less than those before it: two completions may happen to begin with
    the same words."""
    groups: list[Group] = []
    for i, sequence in enumerate(sequences):
        if groups:
            members = [*groups[-1].members, i]
            first = sequences[members[0]]
            # At least one token of each member is not shared.
            shared = min(
                _common(first, sequence), len(first) - 1, len(sequence) - 1, groups[-1].shared
            )
            least = MIN_SHARED if len(members) == 2 else max(MIN_SHARED, groups[-1].shared / 2)
            total = shared + sum(len(sequences[m]) - shared for m in members)
            if shared >= least and total <= most_tokens:
                groups[-1] = Group(members, shared)
                continue
        groups.append(Group([i], len(sequence)))
    return groups


def _common(a: np.ndarray, b: np.ndarray) -> int:
    most = min(len(a), len(b))
    different = np.nonzero(a[:most] != b[:most])[0]
    return int(different[0]) if len(different) else most


class PackedGroups:
    """Groups of sequences as one row of tokens."""

    def __init__(self, sequences: list[np.ndarray], groups: list[Group], device: torch.device):
        starts: list[np.ndarray] = []
        ends: list[np.ndarray] = []
        owner: list[int] = []
        """Per member that adds tokens, its group"""
        tokens: list[np.ndarray] = []
        positions: list[np.ndarray] = []
        self.places: list[np.ndarray] = [np.empty(0, np.int64)] * len(sequences)
        """Per sequence, where in the row each of its tokens is"""
        self.sizes: list[int] = []
        """Tokens of each group"""
        at = 0

        def place(part: np.ndarray, first_position: int) -> np.ndarray:
            nonlocal at
            tokens.append(part)
            positions.append(np.arange(first_position, first_position + len(part)))
            at += len(part)
            return np.arange(at - len(part), at)

        for g, group in enumerate(groups):
            before = at
            start = place(sequences[group.members[0]][: group.shared], 0)
            starts.append(start)
            for i in group.members:
                end = place(sequences[i][group.shared :], group.shared)
                self.places[i] = np.concatenate([start, end])
                if len(end):
                    ends.append(end)
                    owner.append(g)
            self.sizes.append(at - before)

        self.tokens = torch.from_numpy(np.concatenate(tokens).astype(np.int64)).to(device)
        self.positions = torch.from_numpy(np.concatenate(positions)).to(device)
        self._start, _ = _padded(starts, device)
        """[groups, longest start]"""
        self._end, _ = _padded(ends, device)
        """[members, longest end]"""
        shared, in_start = _padded([starts[g] for g in owner], device)
        self._read = torch.cat([shared, self._end], dim=1)
        """[members, longest shared start + longest end] the tokens that a member's keys are of"""
        longest = self._end.shape[1]
        causal = torch.ones(longest, longest, dtype=torch.bool, device=device).tril()
        seen = in_start[:, None].expand(-1, longest, -1), causal.expand(len(ends), -1, -1)
        self._mask = torch.cat(seen, dim=2)[:, None]
        """[members, 1, longest end, longest shared start + longest end] what each token may see"""
        # Where each token's result is, among those of the starts and then those of the ends.
        results = [np.arange(len(s)) + g * self._start.shape[1] for g, s in enumerate(starts)]
        results += [
            np.arange(len(e)) + self._start.numel() + m * longest for m, e in enumerate(ends)
        ]
        order = np.argsort(np.concatenate([*starts, *ends]))
        self._result = torch.from_numpy(np.concatenate(results)[order]).to(device)

    def attend(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """As `decoder.Attend`, each token of the row as a row of one."""
        q, k, v = q[:, 0], k[:, 0], v[:, 0]
        parts = [_attention(*(_take(t, self._start) for t in (q, k, v)), is_causal=True)]
        if len(self._end):
            keys, values = _take(k, self._read), _take(v, self._read)
            parts.append(_attention(_take(q, self._end), keys, values, attn_mask=self._mask))
        return torch.cat(parts).index_select(0, self._result)[:, None]


def _attention(q: Tensor, k: Tensor, v: Tensor, **options) -> Tensor:
    """[rows, T, heads, head_dim] -> [rows * T, heads * head_dim]"""
    grouped = q.shape[2] != k.shape[2]
    q, k, v = (t.transpose(1, 2) for t in (q, k, v))
    a = F.scaled_dot_product_attention(q, k, v, enable_gqa=grouped, **options)
    return a.transpose(1, 2).flatten(2).flatten(0, 1)


def _take(values: Tensor, index: Tensor) -> Tensor:
    """[N, heads, head_dim] by [rows, T] -> [rows, T, heads, head_dim]"""
    return values.index_select(0, index.flatten()).unflatten(0, index.shape)


def _padded(parts: list[np.ndarray], device: torch.device) -> tuple[Tensor, Tensor]:
    """[parts, longest], padded with token 0, whose results nobody reads; and which are real."""
    longest = max(map(len, parts), default=0)
    table = np.zeros((len(parts), longest), np.int64)
    for row, part in zip(table, parts, strict=True):
        row[: len(part)] = part
    real = np.arange(longest) < np.array([len(p) for p in parts])[:, None]
    return torch.from_numpy(table).to(device), torch.from_numpy(real).to(device)
