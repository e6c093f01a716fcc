import { expect, it } from "vitest";
import { policyDatum, supervisedDatum } from "../../../src/training/datum.js";
import { scaleAdvantages } from "../../../src/training/engine/scale-advantages.js";

const data = [policyDatum([1], [2, 3], [-1, -1], [0.5, -1]), policyDatum([1, 2], [3], [-1], [2])];
const advantages = (rows: typeof data) => rows.map(datum => datum.loss_fn_inputs.advantages!.data);

it.each([
  [
    "sum",
    [
      [0.5, -1],
      [0, 2],
    ],
  ],
  [
    "unknown",
    [
      [0.5, -1],
      [0, 2],
    ],
  ],
  [
    "mean-over-data",
    [
      [1, -2],
      [0, 4],
    ],
  ],
  [
    "mean-over-tokens",
    [
      [1, -2],
      [0, 4],
    ],
  ],
  [
    "mean-over-tokens-then-data",
    [
      [2, -4],
      [0, 8],
    ],
  ],
  [
    "mean-over-all-tokens",
    [
      [2, -4],
      [0, 8],
    ],
  ],
] as const)("undoes the %s", (reduction, expected) => {
  expect(advantages(scaleAdvantages(data, reduction))).toEqual(expected);
});

it("tells tokens of a datum from those of all, and leaves what has no advantages and the given data alone", () => {
  const uneven = [policyDatum([1], [2, 3, 4], [0, 0, 0], [0, 0, 1]), policyDatum([1], [2], [0], [1])];
  expect(advantages(scaleAdvantages(uneven, "mean-over-tokens"))).toEqual([[0, 0, 3], [1]]);
  expect(advantages(scaleAdvantages(uneven, "mean-over-all-tokens"))).toEqual([[0, 0, 4], [4]]);
  expect(advantages(uneven)).toEqual([[0, 0, 1], [1]]);
  const supervised = [supervisedDatum([1], [2])];
  expect(scaleAdvantages(supervised, "mean-over-data")).toEqual(supervised);
});
