import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/util/package-root.js";

/** A user's own project, in which the packed toolkit is installed from the registry alone. */
const project = mkdtempSync(join(tmpdir(), "soarlab-package-"));
/** A current Node, as `require` of an ES module wants it. */
const node = join(packageRoot, "node_modules", "node", "bin", "node");

beforeAll(() => {
  const packed = run("npm", ["pack", "--silent", "--pack-destination", project], packageRoot);
  writeFileSync(join(project, "package.json"), '{ "private": true }\n');
  run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", join(project, packed.trim())]);
}, 600_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe("the installed package", () => {
  it("is small, and brings what a run needs but not our tests and studies", () => {
    const files = filesBelow(join(project, "node_modules", "soarlab"));
    expect(files.length).toBeLessThan(300);
    expect(files.reduce((bytes, file) => bytes + statSync(file).size, 0)).toBeLessThan(3e6);
    expect(files.filter(file => /\/(tests?|studies|__pycache__)\//.test(file))).toEqual([]);
  });

  it("is what publint and attw take for a clean package", () => {
    run("npx", ["publint", "--strict"], packageRoot);
    run("npx", ["attw", "--pack", ".", "--profile", "esm-only"], packageRoot);
  });

  it("runs from an ES module, by its entries", () => {
    write(
      "program.mjs",
      `import { passAtK } from "soarlab";
       import { vendiScore } from "soarlab/diversity";
       import { rewardCycles } from "soarlab/figures";
       import { gradeAnswer } from "soarlab/grading";
       import { estimatePassAtK } from "soarlab/metrics";
       import { passAtKFrom } from "soarlab/pass-at-k";
       const { rows } = await passAtKFrom([1, 0, 3], { samples: 4, k: [1] });
       console.log(rows[0].value.toFixed(4), gradeAnswer({ answer: "1/2", given: "0.5" }).verdict);
       console.log(vendiScore({ items: ["a b c", "d e f"] }).toFixed(2), typeof passAtK, typeof rewardCycles, typeof estimatePassAtK);`,
    );
    expect(run(process.execPath, ["program.mjs"])).toBe("0.3333 equal\n2.00 function function function\n");
  });

  it("runs from CommonJS on a Node that can require ES modules", () => {
    write("program.cjs", `console.log(require("soarlab").presets.gym.domain);`);
    expect(run(node, ["program.cjs"])).toBe("gym\n");
  });

  it("type-checks in a strict TypeScript project without danfojs", () => {
    write(
      "program.mts",
      `import { type Figure, readRun, rewardCycles, toDataFrame } from "soarlab";
       const figure: Figure = rewardCycles(await readRun("runs/mine"));
       const frame = await toDataFrame([{ a: 1 }]);
       console.log(figure.data.length, frame.columns);`,
    );
    const options = ["--strict", "--module", "nodenext", "--target", "es2022", "--types", "node"];
    const types = ["--typeRoots", join(packageRoot, "node_modules", "@types")];
    run(node, [
      join(packageRoot, "node_modules/typescript/bin/tsc"),
      "--noEmit",
      ...options,
      ...types,
      "program.mts",
    ]);
  });

  it("says what to install where a DataFrame is asked for without danfojs", () => {
    write("frame.mjs", `import { toDataFrame } from "soarlab"; await toDataFrame([{ a: 1 }]);`);
    expect(() => run(process.execPath, ["frame.mjs"])).toThrow("npm install danfojs-node");
  });

  it("has a command line that runs SOAR in the user's folder", () => {
    const options = [
      "--set",
      "outerSteps=1",
      "--set",
      "student.steps=1",
      "--set",
      "datasets=1",
      "--out",
      "runs/first",
    ];
    const python = join(packageRoot, ".venv", "bin", "python");
    run("npx", ["soarlab", "run", "gym", ...options], project, { SOARLAB_PYTHON: python });
    expect(readdirSync(join(project, "runs", "first"))).toContain("events.jsonl");
  });
});

function write(file: string, text: string): void {
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, file), text);
}

function run(command: string, args: string[], cwd = project, env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw error ?? new Error(`${command} ${args.join(" ")}: ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name));
}
