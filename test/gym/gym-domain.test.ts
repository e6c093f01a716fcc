import { describe, expect, it } from "vitest";
import { gymDomain } from "../../src/gym/gym-domain.js";

describe("readQuestions", () => {
  it("applies the four filters of App. B.2 in order", async () => {
    const texts = [
      "thinking... <question> add a 3 +b 4 </question> <answer> so \\boxed{ a 3 +b 4 0 } </answer>",
      "<question> add a 3 +b 4 <answer> \\boxed{ a 3 +b 4 0 } </answer>",
      "<question> add a 3 </question> \\boxed{ a 3 +b 4 0 } </answer>",
      "<question> add a 3 </question> <answer> a 3 +b 4 0 </answer>",
      "<question> add a 3 </question> <answer> \\boxed{ a 3 +c 4 0 } </answer>",
      "<question> </question> <answer> \\boxed{ a 3 +b 4 0 } </answer>",
      "",
    ];
    expect(await gymDomain.readQuestions(texts)).toEqual([
      { question: "add a 3 +b 4", answer: "a 3 +b 4 0" },
      { rejected: "question tags" },
      { rejected: "answer tags" },
      { rejected: "boxed answer" },
      { rejected: "answer does not parse" },
      { rejected: "question tags" },
      { rejected: "question tags" },
    ]);
  });
});

describe("score", () => {
  const rewards = async (answer: string, ...completions: string[]) => {
    const problem = { question: "add a 3 +b 4", answer };
    const scores = await gymDomain.score(completions.map(completion => ({ problem, completion })));
    for (const { correct, reward } of scores) expect(correct).toBe(reward === 120);
    return scores.map(({ reward }) => reward);
  };

  it("pays 120, 20, 10 and 0 as App. B.3 says", async () => {
    const completions = [
      "a 3 +b 4 0 \\boxed{ a 3 +b 4 0 }",
      "a 3 +b 4 0 \\boxed{ a 3 +b 4 1 }",
      "\\boxed{ a 3 +b 4 1 }",
      "a 3 +b 4 0",
      "",
      "\\boxed{ a 3 +b 4 1 } \\boxed{ a 3 +b 4 0 }",
      "\\boxed{ a 3 +b 4 0 } \\boxed{ a 3",
    ];
    expect(await rewards("a 3 +b 4 0", ...completions)).toEqual([120, 20, 10, 0, 0, 120, 120]);
    expect(await rewards("a 3 +b 4 0")).toEqual([]);
  });

  it("neither gives nor mentions an empty answer, as a multi-turn teacher may leave", async () => {
    expect(await rewards("", "\\boxed{ a 3 +b 4 0 }", "\\boxed{}", "a")).toEqual([10, 10, 0]);
  });
});
