import { expect, it } from "vitest";
import { gymDomain } from "../../src/gym/gym-domain.js";
import { studentRewards } from "../../src/lab/student-rewards.js";

it("pays 120, 20, 10 and 0 as App. B.3 says", async () => {
  const reference = "a 3 +b 4 0";
  const completions = [
    "a 3 +b 4 0 \\boxed{ a 3 +b 4 0 }",
    "a 3 +b 4 0 \\boxed{ a 3 +b 4 1 }",
    "\\boxed{ a 3 +b 4 1 }",
    "a 3 +b 4 0",
    "",
    "\\boxed{ a 3 +b 4 1 } \\boxed{ a 3 +b 4 0 }",
    "\\boxed{ a 3 +b 4 0 } \\boxed{ a 3",
  ];
  const items = completions.map(completion => ({ completion, reference }));
  expect(await studentRewards(gymDomain, items)).toEqual([120, 20, 10, 0, 0, 120, 120]);
  expect(await studentRewards(gymDomain, [])).toEqual([]);
  // What a multi-turn teacher without an answer leaves is mentioned nowhere.
  expect(await studentRewards(gymDomain, [{ completion: "\\boxed{ a 3 +b 4 0 }", reference: "" }])).toEqual([
    10,
  ]);
});
