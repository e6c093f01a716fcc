import { expect, it } from "vitest";
import { gymDomain } from "../../src/gym/gym-domain.js";
import { parseTeacherCompletions } from "../../src/lab/parse-teacher-completion.js";

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
  expect(await parseTeacherCompletions(gymDomain, texts)).toEqual([
    { pair: { question: "add a 3 +b 4", answer: "a 3 +b 4 0" } },
    { rejected: "question tags" },
    { rejected: "answer tags" },
    { rejected: "boxed answer" },
    { rejected: "answer does not parse" },
    { rejected: "question tags" },
    { rejected: "question tags" },
  ]);
});
