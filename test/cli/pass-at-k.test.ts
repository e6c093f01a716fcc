import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { registerPassAtK } from "../../src/cli/pass-at-k.js";
import { streamRows } from "../../src/problems/stream-rows.js";
import { svgTexts } from "../figures/fixtures/svg-texts.js";

describe("soarlab pass-at-k", () => {
  const folder = mkdtempSync(join(tmpdir(), "pass-at-k-cli-"));
  const fixture = fileURLToPath(new URL("../problems/fixtures/math-100x8.jsonl", import.meta.url));
  let printed: string[];
  let notices: string[];
  beforeEach(() => {
    printed = [];
    notices = [];
    vi.spyOn(console, "log").mockImplementation(line => void printed.push(String(line)));
    vi.spyOn(console, "error").mockImplementation(line => void notices.push(String(line)));
  });
  afterEach(() => vi.restoreAllMocks());
  const run = async (...args: string[]) => {
    const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
    registerPassAtK(program);
    for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
    await program.parseAsync(["pass-at-k", ...args], { from: "user" });
    return printed.join("\n");
  };
  const write = (name: string, content: string) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const counts = (right: number[]) => `id,n,c\n${right.map((c, i) => `${i},10,${c}\n`).join("")}`;
  const readCsv = async (path: string) => {
    const rows: Record<string, unknown>[] = [];
    for await (const { value } of streamRows({ path })) rows.push(value);
    return rows;
  };

  it("prints the table of one file", async () => {
    const text = await run(fixture, "--k", "1,2,8");
    expect(text.split("\n")).toEqual([
      expect.stringMatching(/^k +pass@k, % +95% interval +problems$/),
      expect.stringMatching(/^[- ]+$/),
      expect.stringMatching(/^1 +91\.13 +8\d\.\d\d to 9\d\.\d\d +100$/),
      expect.stringMatching(/^2 +93\.54 /),
      expect.stringMatching(/^8 +97\.00 /),
    ]);
  });

  it("compares files in pairs, says where it cannot, and writes tables and figure", async () => {
    const base = write("base.csv", counts([0, 1, 5]));
    const better = write('better, "tuned".csv', counts([1, 3, 5]));
    const other = write("other.csv", counts([1, 1]));
    const out = join(folder, "out", "there");
    const text = await run(base, better, other, "--k", "1", "--confidence", "0.9", "--out", out);
    expect(text).toMatch(/series +k +pass@k, % +90% interval +problems/);
    expect(text).toMatch(/base +1 +20\.00 .*\nbetter, "tuned" +1 +30\.00 .*\nother +1 +10\.00 /);
    expect(text).toMatch(
      /Paired differences from base, on the same problems:\n.*\n.*\nbetter, "tuned" +1 +10\.00 +3\.33 to 16\.67/,
    );
    expect(text).toContain("other has other problems than base: no paired difference.");
    expect(await readCsv(join(out, "pass-at-k.csv"))).toEqual([
      expect.objectContaining({
        series: "base",
        k: "1",
        value: expect.stringMatching(/^0\.(?:1999|2)/),
        problems: "3",
      }),
      expect.objectContaining({ series: 'better, "tuned"', k: "1" }),
      expect.objectContaining({ series: "other", problems: "2" }),
    ]);
    const [difference] = await readCsv(join(out, "differences.csv"));
    expect(Number(difference!.difference)).toBeCloseTo(0.1);
    const labels = svgTexts(readFileSync(join(out, "pass-at-k.svg"), "utf8")).join("\n");
    for (const label of ["pass@k", "base", 'better, "tuned"', "other"]) expect(labels).toContain(label);
  });

  it("takes names of columns, the gym, and answers without a box", async () => {
    const gym = write(
      "gym.jsonl",
      '{"q":"add a 6 +b 4","truth":"a 6 +b 4 3","text":"\\\\boxed{a 6  +b 4 3}"}\n',
    );
    const columns = ["--problem", "q", "--answer", "truth", "--completion", "text"];
    expect(await run(gym, ...columns, "--domain", "gym", "--draws", "0")).toMatch(/\n1 +100\.00 +1$/);
    const plain = write("plain.csv", "problem,gold,completion\np,3,so it is 3.\n");
    expect(await run(plain)).toMatch(/\n1 +0\.00 /);
    expect(await run(plain, "--anywhere")).toMatch(/\n1 +100\.00 /);
  });

  it("tells of a torn last row on stderr", async () => {
    expect(await run(write("torn.jsonl", '{"id":1,"correct":true}\n{"id":2,"cor'))).toMatch(/\n1 +100\.00 /);
    expect(notices).toEqual([expect.stringMatching(/torn\.jsonl, line 2: cut off/)]);
  });

  it("refuses what makes no sense", async () => {
    const file = write("ok.csv", counts([1]));
    await expect(run(file, "--k", "1,x")).rejects.toThrow(/--k.*expected a whole number/);
    await expect(run(file, "--k", "0")).rejects.toThrow(/--k.*expected a whole number, at least 1/);
    await expect(run(file, "--k", "11")).rejects.toThrow(/k = 11 is more than its 10 samples/);
    await expect(run(file, "--confidence", "95")).rejects.toThrow(/between 0 and 1/);
    await expect(run(file, "--domain", "physics")).rejects.toThrow(/Allowed choices are math, gym/);
    await expect(run(file, file)).rejects.toThrow(/a file is given twice/);
    await expect(run(file, "--answer", "truth")).rejects.toThrow(/no column "truth"; it has: id, n, c/);
  });
});
