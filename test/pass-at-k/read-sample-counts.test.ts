import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { strToU8, zipSync } from "fflate";
import { afterAll, describe, expect, it } from "vitest";
import { extractBoxed } from "../../src/grading/extract-boxed.js";
import { readSampleCounts } from "../../src/pass-at-k/read-sample-counts.js";
import type { Attempt } from "../../src/problems/domain.js";

const folder = mkdtempSync(join(tmpdir(), "samples-"));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const jsonl = (rows: unknown[]) => rows.map(row => `${JSON.stringify(row)}\n`).join("");
const twoProblems = [
  { problem: "a", samples: 3, correct: 2 },
  { problem: "b", samples: 1, correct: 0 },
];

describe("readSampleCounts: verdicts and counts", () => {
  it("reads the same from JSONL, JSON, CSV, TSV and zip files, rows in any order", async () => {
    const rows = [
      { problem: "a", correct: true },
      { problem: "b", correct: false },
      { problem: "a", correct: 0 },
      { problem: " a ", correct: "True" },
    ];
    const csv = "problem,correct\na,true\nb,False\na,0\na,1.0\n";
    const files = {
      "v.jsonl": jsonl(rows),
      "v.json": JSON.stringify(rows),
      "v.csv": csv,
      "v.tsv": `\ufeff${csv.replaceAll(",", "\t").replaceAll("\n", "\r\n")}`,
      "v.zip": zipSync({ "v.csv": strToU8(csv) }),
      "lists.jsonl": jsonl([
        { problem: "a", correct: [1, 0, true] },
        { problem: "b", correct: [false] },
      ]),
      "counts.jsonl": jsonl([
        { id: "a", n: 3, c: 2 },
        { id: "b", n: 1, c: 0 },
      ]),
      "counts.csv": "question,samples,correct\na,3,2\nb,1,0\n",
      "fail-at-k.jsonl": jsonl([
        { id: "a", tried: 3, solved: 2, k: 3 },
        { id: "b", tried: 1, solved: 0, k: 3 },
      ]),
      // `n` is no number of samples beside a flag.
      "flags.jsonl": jsonl(
        [true, true, false]
          .map((correct, n) => ({ id: "a", n, correct }))
          .concat({ id: "b", n: 0, correct: false }),
      ),
    };
    for (const [name, content] of Object.entries(files)) {
      expect([name, await readSampleCounts(write(name, content))]).toEqual([name, twoProblems]);
    }
  });

  it.each(["counts", "verdicts", "completions"])(
    "reads %s.parquet, with whole numbers of 64 bits",
    async name => {
      const path = fileURLToPath(new URL(`./fixtures/${name}.parquet`, import.meta.url));
      expect(await readSampleCounts(path)).toEqual([
        { problem: "1", samples: 3, correct: 2 },
        { problem: "2", samples: 1, correct: 0 },
      ]);
      await expect(readSampleCounts(path, { columns: { problem: "x" } })).rejects.toThrow(
        /parquet, row 1: no column "x"/,
      );
    },
  );

  it("takes named columns, and a named one before a usual one", async () => {
    const path = write("named.csv", "id,text,correct,ok\n1,a,0,1\n2,a,0,1\n3,a,0,0\n4,b,0,0\n");
    expect(await readSampleCounts(path, { columns: { problem: "text", correct: "ok" } })).toEqual(
      twoProblems,
    );
  });

  it("takes 0 and 1 beside an n that numbers the samples for verdicts, where the verdict's column is named", async () => {
    const path = write("numbered.csv", "id,n,correct\na,0,1\na,1,1\na,2,0\nb,0,0\n");
    await expect(readSampleCounts(path)).rejects.toThrow(/column "n": expected a number of samples, got "0"/);
    expect(await readSampleCounts(path, { columns: { correct: "correct" } })).toEqual(twoProblems);
  });

  it("calls problems by text, so that numbers in JSON and in CSV are the same problem", async () => {
    const counts = await readSampleCounts(write("numbers.jsonl", '{"id": 7, "correct": true}\n'));
    expect(counts).toEqual(await readSampleCounts(write("numbers.csv", "id,correct\n7,1\n")));
  });

  it("drops a torn last row with a notice, of JSONL and of CSV", async () => {
    const whole = { jsonl: jsonl([{ problem: "a", correct: true }]), csv: "problem,correct,note\na,1,x\n" };
    for (const [name, content, line] of [
      ["torn.jsonl", `${whole.jsonl}{"problem": "b", "corr`, 2],
      ["torn-field.csv", `${whole.csv}b`, 3],
      ["torn-quote.csv", `${whole.csv}b,1,"some te`, 3],
      ["torn-quote-long.csv", `${whole.csv}b,1,"some\ntext`, 3],
    ] as const) {
      const notices: string[] = [];
      const path = write(name, content);
      const counts = await readSampleCounts(path, { onNotice: notice => notices.push(notice) });
      expect([name, counts]).toEqual([name, [{ problem: "a", samples: 1, correct: 1 }]]);
      expect(notices).toEqual([
        `${path}, line ${line}: cut off in the middle, as by a writer that was killed; left out.`,
      ]);
    }
  });

  it("does not take damage elsewhere for a torn end", async () => {
    for (const [name, content, message] of [
      ["middle.jsonl", '{"problem": "a"\n{"problem": "a", "correct": 1}', /middle\.jsonl, line 1: not JSON/],
      ["short.csv", "problem,correct\na\nb,1", /short\.csv: not a CSV file.*Invalid Record Length.*line 2/],
      ["ended.csv", "problem,correct\na,1\nb\n", /ended\.csv: not a CSV file.*line 3/],
      ["quote.csv", 'problem,correct\na,1\n"b,1\nc,1\n', /quote\.csv: not a CSV file.*Quote Not Closed/],
      ["inner.csv", 'problem,correct\na,"x"y\nb,1\n', /inner\.csv: not a CSV file.*Invalid Closing Quote/],
    ] as const) {
      const onNotice = (notice: string) => {
        throw new Error(`no notice was expected: ${notice}`);
      };
      await expect(readSampleCounts(write(name, content), { onNotice }), name).rejects.toThrow(message);
    }
  });

  it.each([
    ["empty.jsonl", "", /empty\.jsonl: no rows; expected at least one, e\.g\. \{"problem"/],
    ["header.csv", "problem,correct\n", /header\.csv: no rows/],
    [
      "verdict.jsonl",
      '{"id":1,"correct":true}\n\n{"id":1,"correct":"maybe"}\n',
      /line 3: column "correct": expected true.*got "maybe"/,
    ],
    ["null.csv", "id,correct\n1,1\n1,\n", /null\.csv, line 3: column "correct": expected .* got ""/],
    [
      "number.jsonl",
      '{"id":1,"correct":5}',
      /line 1: column "correct".*needs a number of samples beside it.*got 5/,
    ],
    [
      "over.jsonl",
      '{"id":1,"n":4,"c":5}',
      /line 1: column "c": expected a whole number from 0 to 4, the samples, got 5/,
    ],
    ["none.csv", "id,n,c\n1,0,0\n", /line 2: column "n": expected a number of samples, got "0"/],
    [
      "twice.jsonl",
      '{"id":1,"n":4,"c":1}\n{"id":1,"n":4,"c":2}',
      /line 2: problem "1" is counted a second time; the first is .*line 1/,
    ],
    [
      "no-problem.jsonl",
      '{"correct":true,"text":"x"}',
      /line 1: no column for the problem \(problem, problem_id, id, .*, prompt\); it has: correct, text\. Name the right one: columns: \{ problem: "\.\.\." \}/,
    ],
    [
      "unnamed.jsonl",
      '{"id":null,"correct":true}',
      /line 1: column "id": expected the problem's id or text, got null/,
    ],
    [
      "two.jsonl",
      '{"id":1,"correct":true,"passed":true}',
      /line 1: both "correct" and "passed" could be the verdict/,
    ],
    [
      "nothing.jsonl",
      '{"id":1,"x":true}',
      /line 1: no column for the verdict \(correct.*\) nor completions with a reference to grade/,
    ],
    ["array.jsonl", "[1]", /line 1: expected an object/],
    ["kind.txt", "x", /kind\.txt: expected a file named \.jsonl/],
    [
      "rows.json",
      '[{"id":1,"correct":true},{"id":1}]',
      /rows\.json, row 2: column "correct": .* got nothing/,
    ],
  ])("%s: says what is wrong and where", async (name, content, message) => {
    await expect(readSampleCounts(write(name, content))).rejects.toThrow(message);
  });

  it("says that a named column is not there, or a role unknown", async () => {
    const path = write("there.jsonl", '{"id":1,"correct":true}');
    const ask = (columns: object) => readSampleCounts(path, { columns });
    await expect(ask({ correct: "ok" })).rejects.toThrow(/line 1: no column "ok"; it has: id, correct/);
    await expect(ask({ verdict: "correct" })).rejects.toThrow(
      /"verdict" is unknown; expected problem, correct/,
    );
    await expect(ask({ samples: "id" })).rejects.toThrow(
      /"correct": expected a whole number from 0 to 1.*got true/,
    );
    await expect(readSampleCounts(join(folder, "absent.jsonl"))).rejects.toThrow(/ENOENT.*absent\.jsonl/);
  });

  it("notices columns that disagree on what a problem is", async () => {
    const perSample = write(
      "ids.jsonl",
      '{"id":1,"question":"2+2?","correct":true}\n{"id":2,"question":"2+2?","correct":false}\n',
    );
    await expect(readSampleCounts(perSample)).rejects.toThrow(
      /line 2: by "question" this is the problem of .*line 1, by "id" it is another one\. .*Does "id" tell problems apart, or "question"\? Name the right one: columns: \{ problem: /,
    );
    expect(await readSampleCounts(perSample, { columns: { problem: "question" } })).toEqual([
      { problem: "2+2?", samples: 2, correct: 1 },
    ]);
    const reused = write(
      "reused.jsonl",
      '{"id":1,"question":"2+2?","correct":true}\n{"id":1,"question":"3+3?","correct":false}\n',
    );
    await expect(readSampleCounts(reused)).rejects.toThrow(
      /by "id" this is the problem of .*by "question" it is another/,
    );
    const agreed = write("agreed.csv", "id,question,correct\n1,2+2?,1\n2,3+3?,1\n1,2+2?,0\n");
    expect(await readSampleCounts(agreed)).toHaveLength(2);
  });

  it("reads 100,000 rows in seconds", async () => {
    const rows = Array.from(
      { length: 100_000 },
      (_, i) => `p${i % 12_500},${i % 3 === 0 ? "true" : "false"}\n`,
    );
    const path = write("many.csv", `problem,correct\n${rows.join("")}`);
    const started = performance.now();
    const counts = await readSampleCounts(path);
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(counts).toHaveLength(12_500);
    expect(counts.reduce((sum, { samples }) => sum + samples, 0)).toBe(100_000);
    expect(counts.reduce((sum, { correct }) => sum + correct, 0)).toBe(33_334);
  });
});

describe("readSampleCounts: answers to grade", () => {
  const expected = [
    { problem: "Half?", samples: 3, correct: 2 },
    { problem: "Two?", samples: 1, correct: 0 },
  ];

  it("grades completions, one a row or a list, whatever the columns are called", async () => {
    const halves = ["so \\boxed{0.5}", "\\boxed{\\frac{2}{4}}", "\\boxed{2}"];
    const single = halves.map(completion => ({ question: "Half?", gold: "\\frac12", completion }));
    const files = {
      "c.jsonl": jsonl([...single, { question: "Two?", gold: 2, completion: "it is 2, without a box" }]),
      "lists.jsonl": jsonl([
        { problem: "Half?", answer: "so it is \\boxed{\\frac12}", responses: halves },
        { problem: "Two?", answer: "2", responses: ["2"] },
      ]),
      "c.csv": `problem,reference,response\n${halves.map(half => `Half?,\\frac12,"${half}\n"\n`).join("")}Two?,2,2\n`,
      // Without completions, `answer` beside a reference is the answer given.
      "given.csv":
        "id,gold,answer\nHalf?,\\frac12,0.5\nHalf?,\\frac12,\\boxed{1/2}\nHalf?,\\frac12,2\nTwo?,2,3\n",
    };
    for (const [name, content] of Object.entries(files)) {
      expect([name, await readSampleCounts(write(name, content))]).toEqual([name, expected]);
    }
    const anywhere = await readSampleCounts(join(folder, "c.jsonl"), { ways: ["boxed", "last"] });
    expect(anywhere[1]).toEqual({ problem: "Two?", samples: 1, correct: 1 });
    const named = await readSampleCounts(
      write("named.jsonl", jsonl([{ q: "Two?", truth: "2", text: "\\boxed{2.0}", correct: false }])),
      { columns: { problem: "q", answer: "truth", completion: "text" } },
    );
    expect(named).toEqual([{ problem: "Two?", samples: 1, correct: 1 }]);
  });

  it("grades with the gym, or with any domain, in batches", async () => {
    const gym = write(
      "gym.jsonl",
      jsonl([
        {
          id: "g",
          answer: "a 6 +b 4 3",
          completions: ["\\boxed{a 6 +b 4 3}", "\\boxed{3}", "\\boxed{ a 6  +b 4 3 }"],
        },
      ]),
    );
    expect(await readSampleCounts(gym, { domain: "gym" })).toEqual([
      { problem: "g", samples: 3, correct: 2 },
    ]);
    const sizes: number[] = [];
    const many = write(
      "own.jsonl",
      jsonl(
        Array.from({ length: 10_000 }, (_, i) => ({ id: i % 10, gold: "even", completion: `\\boxed{${i}}` })),
      ),
    );
    const score = async (attempts: readonly Attempt[]) => {
      sizes.push(attempts.length);
      return attempts.map(({ completion }) => {
        const correct = Number(extractBoxed(completion)) % 2 === 0;
        return { correct, reward: 0 };
      });
    };
    const counts = await readSampleCounts(many, { domain: { score } });
    expect(counts).toEqual(
      Array.from({ length: 10 }, (_, i) => ({
        problem: String(i),
        samples: 1000,
        correct: i % 2 === 0 ? 1000 : 0,
      })),
    );
    expect(sizes.length).toBeGreaterThan(2);
    await expect(
      readSampleCounts(many, {
        domain: { score: async () => Promise.reject(new Error("the judge is out")) },
      }),
    ).rejects.toThrow("the judge is out");
  });

  it.each([
    [
      "ungraded.jsonl",
      '{"id":1,"completion":"\\\\boxed{2}"}',
      /line 1: no column for the reference \(gold, reference, .*\) beside the answers in "completion"; it has: id, completion\. .*columns: \{ answer:/,
    ],
    [
      "problems.jsonl",
      '{"id":1,"question":"2?","answer":"2"}',
      /line 1: no column for the completion \(completion, response, completions, .*\) beside the reference in "answer".*columns: \{ completion:/,
    ],
    [
      "both.jsonl",
      '{"id":1,"gold":"2","completion":"x","responses":["x"]}',
      /line 1: both "completion" and "responses" could be the completion/,
    ],
    [
      "text.csv",
      "id,gold,completions\n1,2,\"['a', 'b']\"\n",
      /line 2: column "completions": expected a list of texts, got one text/,
    ],
    [
      "empty-list.jsonl",
      '{"id":1,"gold":"2","completions":[]}',
      /line 1: column "completions": expected a text, messages, or a list of them, at least one, got \[\]/,
    ],
    [
      "null.jsonl",
      '{"id":1,"gold":null,"completion":"x"}',
      /line 1: column "gold": expected the reference as text, got null/,
    ],
    [
      "golds.jsonl",
      '{"id":"all","gold":"2","completion":"x"}\n{"id":"all","gold":"3","completion":"x"}',
      /line 2: problem "all" has the reference "3" here and "2" at .*line 1; is "id" what tells problems apart\?/,
    ],
  ])("%s: says what is wrong and where", async (name, content, message) => {
    await expect(readSampleCounts(write(name, content))).rejects.toThrow(message);
  });
});

describe("800 real completions", () => {
  const path = fileURLToPath(new URL("../problems/fixtures/math-100x8.jsonl", import.meta.url));

  it("get the verdicts that came with them, but for one answer that their evaluator misread", async () => {
    const graded = await readSampleCounts(path);
    const given = await readSampleCounts(path, { columns: { correct: "reference_verdicts" } });
    const rows = readFileSync(path, "utf8")
      .trim()
      .split("\n")
      .map(line => JSON.parse(line));
    const right = rows.flatMap(row => row.reference_verdicts).filter(Boolean).length;
    expect(given).toHaveLength(100);
    expect(given.reduce((sum, { correct }) => sum + correct, 0)).toBe(right);
    // The original evaluator did not read the reference 10{,}000 as 10000.
    const differing = graded.filter(({ correct }, i) => correct !== given[i]!.correct);
    expect(differing).toEqual([
      { problem: "Compute $49{,}994\\div 7 + 20{,}006\\div 7$.", samples: 8, correct: 1 },
    ]);
    expect(graded.map(({ problem, samples }) => [problem, samples])).toEqual(
      rows.map(row => [row.question, 8]),
    );
  });
});
