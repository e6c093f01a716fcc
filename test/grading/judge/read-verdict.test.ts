import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lastJsonObject } from "../../../src/grading/judge/last-json-object.js";
import { readVerdict } from "../../../src/grading/judge/read-verdict.js";
import { errorTypes, type QuestionVerdict } from "../../../src/grading/question-verdict.js";

const verdict: QuestionVerdict = {
  isWellPosed: true,
  isCorrect: false,
  errorType: "Arithmetic",
  verifiedAnswer: "{1, 2}",
};
const json = JSON.stringify(verdict, null, 1);
const draft = JSON.stringify({ ...verdict, errorType: "Logical_Fallacy" });

describe("readVerdict", () => {
  it.each([
    ["alone", json],
    ["in a code fence", `Sure!\n\`\`\`json\n${json}\n\`\`\`\nDone.`],
    ["after thinking", `<think>\n${draft} is it?\n</think>\n${json}`],
    ["after thinking whose beginning the server kept", `or {\n</think>${json}`],
    ["in prose with braces", `The set {1,2} and {"a", the sum \\sum_{i}^{n}: ${json} as {x} said "so" {`],
    ["after a draft", `First ${draft}, but no: ${json}`],
    ["after an object that never ends", `{"isWellPosed": {"a": 1, ${json}`],
    ["in an array that never ends", `[[[${json}`],
    ["with further fields", json.replace("{", '{"steps": ["a", {"b": [1.5e3, null]}], ')],
  ])("reads a verdict %s", (_, text) => {
    expect(readVerdict(text)).toEqual({ verdict });
  });

  it.each([
    ["42", "42"],
    ["null", "N/A"],
    ['"\\\\frac{1}{2}"', "\\frac{1}{2}"],
    ['"\\frac{1}{2}"', "\\frac{1}{2}"],
    ['"\\sqrt{2}"', "\\sqrt{2}"],
    ['"2 \\times \\sqrt{2}"', "2 \\times \\sqrt{2}"],
    ['"\\boxed{a \\"b\\"}"', '\\boxed{a "b"}'],
    ['"two\nlines"', "two lines"],
  ])("takes the answer %s for %s", (answer, expected) => {
    const text = `{"isWellPosed":true,"isCorrect":true,"errorType":"None","verifiedAnswer":${answer}}`;
    expect(readVerdict(text).verdict?.verifiedAnswer).toBe(expected);
  });

  it.each([
    ["", /no JSON object/],
    ["{", /no JSON object/],
    [json.slice(0, -1), /no JSON object/],
    [`<think> ${json}`, /before its thinking does/],
    ["{}", /isWellPosed/],
    [json.replace("true", '"yes"'), /^isWellPosed: .*expected boolean, received string$/],
    [json.replace("Arithmetic", "Typo"), /^errorType: .*"None"\|"Arithmetic"/],
    [json.replace('"{1, 2}"', "[]"), /^verifiedAnswer: expected a string/],
    [
      json
        .replace("true", "false")
        .replace("false,\n", "false,\n")
        .replace('"isCorrect": false', '"isCorrect": true'),
      /isCorrect is true, though isWellPosed is false/,
    ],
    [
      json.replace('"isCorrect": false', '"isCorrect": true'),
      /isCorrect is true, though errorType is "Arithmetic"/,
    ],
    [json.replace("Arithmetic", "None"), /isCorrect is false, though errorType is "None"/],
    [json.replace("Arithmetic", "Ambiguous"), /isWellPosed is true, though errorType is "Ambiguous"/],
    [
      json.replace('"isWellPosed": true', '"isWellPosed": false'),
      /isWellPosed is false, though .* "Arithmetic"/,
    ],
    [`${json} {"remark": 1}`, /isWellPosed/],
  ])("says why %j is no verdict", (text, problem) => {
    expect(readVerdict(text).verdict).toBeUndefined();
    expect(readVerdict(text).problem).toMatch(problem);
  });

  it("finds a verdict wherever it stands, and never throws", () => {
    const piece = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom("{", "}", '"', "\\", "[", ":", ",", "```json\n", "<think>", "</think>", '{"a":', draft),
    );
    const noise = fc.array(piece, { maxLength: 12 }).map(parts => parts.join(""));
    fc.assert(
      fc.property(noise, text => {
        const { verdict, problem } = readVerdict(text);
        expect(verdict === undefined).toBe(typeof problem === "string");
      }),
      { numRuns: 1000 },
    );
    // No bracket or quote is open before it and no object comes after it: it must be found.
    const plain = fc.string().map(text => text.replace(/[{}"]|<think>/g, " "));
    const verdicts = fc.record({ type: fc.constantFrom(...errorTypes), verifiedAnswer: fc.string() });
    fc.assert(
      fc.property(plain, plain, verdicts, (before, after, { type, verifiedAnswer }) => {
        const isWellPosed = type !== "Ill_Posed" && type !== "Ambiguous";
        const meant = { isWellPosed, isCorrect: type === "None", errorType: type, verifiedAnswer };
        const text = `${before}${JSON.stringify(meant)}${after}`;
        expect(readVerdict(text)).toEqual({ verdict: meant });
      }),
    );
  });
});

describe("lastJsonObject", () => {
  /** By trying every pair of brackets: the last of the outermost objects, read from the left. */
  function byTrial(text: string): string | undefined {
    let last: string | undefined;
    for (let start = 0; start < text.length; start++) {
      if (text[start] !== "{") continue;
      for (let end = start + 1; end <= text.length; end++) {
        if (text[end - 1] !== "}") continue;
        try {
          JSON.parse(text.slice(start, end));
        } catch {
          continue;
        }
        last = text.slice(start, end);
        start = end - 1;
        break;
      }
    }
    return last;
  }

  it("agrees with trying every pair of brackets", () => {
    const word = fc.constantFrom(
      "{",
      "}",
      "{",
      "}",
      '"',
      '"a"',
      ":",
      ",",
      "[",
      "]",
      "1",
      "true",
      '{"a":1}',
      '"b":',
      " ",
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 24 }), words => {
        const text = words.join("");
        expect(lastJsonObject(text)).toBe(byTrial(text));
      }),
      { numRuns: 20_000 },
    );
  });

  const size = 400_000;
  it.each([
    ["{", "{"],
    ['{"', '{"'],
    ['{"a":', '{"a":'],
    ['{"a":[', '{"a":['],
    ['{"a":1,', '{"a":1,'],
    ['{"a":"{', '{"a":"{'],
    ['{"{":":",', '{"{":":",'],
    ['{"a":{},"b":', '{"a":{},"b":'],
    ['{"\\', '{"\\'],
    ["[", "["],
    ['{"a":1111', "1"],
    ['{"a":', " "],
    ['{"', "\\"],
    ["}", "}"],
    ['{"a":"', '{\\"a\\":'],
    ["<think>", "<think>"],
  ])("reads %j and then ever more %j in a moment", (start, more) => {
    const text = start + more.repeat(size / more.length);
    const began = performance.now();
    readVerdict(text);
    readVerdict(text + json);
    // A time that grows with the square of the length would be minutes.
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
