import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../src/util/package-root.js";
import { fakeRun } from "../figures/fixtures/fake-run.js";
import { execute, hasJupyter, type NotebookOutput, outputFolder, writeNotebook } from "./fixtures.js";

const runFolder = join(outputFolder, "gym-seed-0");

/** An output's form of a MIME type, as one text. */
const form = (output: NotebookOutput | undefined, type: string) =>
  [output?.data?.[type] ?? ""].flat().join("");
const printed = (output: NotebookOutput | undefined) => [output?.text ?? ""].flat().join("");

describe.skipIf(!hasJupyter)(
  "the TypeScript kernel (skipped without Jupyter; node scripts/setup.mjs --notebooks)",
  () => {
    test("is registered in .venv alone, once and for all", () => {
      const register = () =>
        spawnSync("node", [join(packageRoot, "scripts", "install-kernel.mjs")], { encoding: "utf8" });
      const file = join(packageRoot, ".venv", "share", "jupyter", "kernels", "soarlab", "kernel.json");
      expect(register()).toMatchObject({ status: 0, stderr: "" });
      const before = statSync(file).mtimeMs;
      expect(register()).toMatchObject({ status: 0, stderr: "" });
      expect(statSync(file).mtimeMs).toBe(before);
      const { argv } = JSON.parse(readFileSync(file, "utf8")) as { argv: string[] };
      expect(argv.slice(0, 2).every(path => path.startsWith(packageRoot) && existsSync(path))).toBe(true);
      expect(argv).toContain("{connection_file}");
    });

    test("is registered for a user, and taken back, by soarlab kernel", () => {
      const data = join(outputFolder, "jupyter-data");
      rmSync(data, { recursive: true, force: true });
      const soarlab = (...args: string[]) => {
        const env = { ...process.env, JUPYTER_DATA_DIR: data };
        const main = join(packageRoot, "dist/cli/main.js");
        const { status, stdout, stderr } = spawnSync("node", [main, "kernel", ...args], {
          encoding: "utf8",
          env,
        });
        return { status, text: `${stdout}${stderr}`.trim() };
      };
      const folder = join(data, "kernels", "soarlab");
      expect(soarlab("install")).toEqual({ status: 0, text: folder });
      const { argv } = JSON.parse(readFileSync(join(folder, "kernel.json"), "utf8")) as { argv: string[] };
      expect(argv[1]).toBe(join(packageRoot, "dist/kernel/main.js"));
      expect(soarlab("remove")).toEqual({ status: 0, text: folder });
      expect(existsSync(folder)).toBe(false);
      expect(soarlab("remove").text).toMatch(/is not registered there/);
      expect(soarlab("install", "--prefix", "no-such-folder").text).toMatch(/no-such-folder: no such folder/);
    });

    test("shows figures, tables and a live run in forms for every viewer", { timeout: 200_000 }, async () => {
      rmSync(runFolder, { recursive: true, force: true });
      await fakeRun({ steps: 8, promotions: [4], folder: runFolder });
      const path = writeNotebook("show.ipynb", [
        `import * as soar from "soarlab";
       const run = await soar.readRun("gym-seed-0");
       await soar.show(soar.rewardCycles(run));`,
        `await soar.show(soar.questionKinds(run));`,
        `import * as dfd from "danfojs-node";
       soar.showTable(new dfd.DataFrame([{ kind: "<k=3>", share: 1 / 3 }, { kind: "k=4", share: 2 / 3 }]));`,
        `const live = soar.liveCell({ folder: run.folder, interval: 10 });
       const now = { outerSteps: 8, phase: "students" as const, studentSteps: { done: 1, total: 4 }, reward: 0.1, movingAverage: 0.02,
         threshold: 0.01, promotions: 1,
         questions: { accepted: 16, rejected: { "boxed answer": 2 }, examples: ["tot a 2 +b 1"] },
         students: [{ dataset: 0, student: 0, step: 3, reward: 64.5 }, { dataset: 1, student: 0, step: 3, reward: 10 }], tokens: 3000, seconds: 3, secondsLeft: 20 };
       for (let step = 0; step < 3; step++) {
         live({ ...now, step });
         await new Promise(resolve => setTimeout(resolve, 100));
       }
       live({ ...now, step: 8, phase: "done" });
       await live.finish();`,
        `await soar.show(soar.questionBrowser(run));`,
      ]);
      const { status, problem, notebook } = execute(
        path,
        join(outputFolder, "show-done.ipynb"),
        "--interactive",
      );
      expect(problem).toBe("");
      expect(status).toBe(0);
      const outputs = notebook.cells.map(cell => cell.outputs ?? []);

      const [first] = outputs[0]!;
      expect(form(first, "image/svg+xml")).toMatch(/^<svg[\s\S]*Teacher reward cycles/);
      expect(form(first, "text/html")).toMatch(
        /<img alt="Teacher reward cycles"[^>]*src="data:image\/svg\+xml;base64,/,
      );
      expect(form(first, "text/plain")).toBe("[Teacher reward cycles]");
      // Plotly comes with the first figure alone, and from no network.
      expect(form(first, "text/html").length).toBeGreaterThan(1_500_000);
      expect(form(first, "text/html").length).toBeLessThan(2_500_000);
      expect(form(outputs[1]![0], "text/html").length).toBeLessThan(150_000);
      expect(form(first, "text/html").slice(-2_000_000)).not.toMatch(/src="https?:/);

      expect(form(outputs[2]![0], "text/html")).toContain("&#60;k=3&#62;");
      expect(form(outputs[2]![0], "text/plain")).toContain("0.3333");

      expect(outputs[3]).toHaveLength(1); // updated in place; no stop button without a server to ask
      const text = form(outputs[3]![0], "text/html").replace(/<[^>]*>/g, " ");
      expect(text).toMatch(/16 questions accepted, rejected 2 for boxed answer\s+tot a 2 \+b 1/);
      expect(text).toMatch(/dataset 1\s+65\s+dataset 2\s+10/);
      expect(form(outputs[3]![0], "text/plain")).toContain("done, 8 outer steps");
      expect(form(outputs[3]![0], "text/html")).toContain('<img alt="Teacher reward cycles"');
      expect(form(outputs[4]![0], "text/plain")).toContain("192 questions, 6 kept by promotions");
    });

    test("without --interactive the outputs hold no script", { timeout: 200_000 }, async () => {
      rmSync(runFolder, { recursive: true, force: true });
      await fakeRun({ steps: 3, folder: runFolder });
      const path = writeNotebook("static.ipynb", [
        `import * as soar from "soarlab";
       const run = await soar.readRun("gym-seed-0");
       await soar.show(soar.rewardCycles(run));
       await soar.show(soar.questionBrowser(run));
       console.log(run.folder, process.cwd());`,
      ]);
      const out = join(outputFolder, "static-done.ipynb");
      expect(execute(path, out)).toMatchObject({ status: 0, problem: "" });
      expect(readFileSync(out, "utf8")).not.toContain("<script");
      expect(readFileSync(out, "utf8")).not.toContain(packageRoot);
    });

    test("checks types, and a failure names the cell and says what it printed", { timeout: 200_000 }, () => {
      const path = writeNotebook("wrong.ipynb", [
        `import * as soar from "soarlab";\nconst config = soar.parseConfig(soar.presets.gym);`,
        `const steps: string = config.outerSteps;`,
        `console.log("never");`,
      ]);
      const { status, problem, notebook } = execute(path, join(outputFolder, "wrong-done.ipynb"));
      expect(status).not.toBe(0);
      expect(problem).toContain("cell 2 failed");
      expect(problem).toContain("const steps: string = config.outerSteps;");
      expect(problem).toContain("Type 'number' is not assignable to type 'string'");
      expect(printed(notebook.cells[1]!.outputs?.[0])).toContain("not assignable");
      expect(notebook.cells[2]!.outputs).toEqual([]);
      const missing = execute(join(outputFolder, "no-such.ipynb"), join(outputFolder, "x.ipynb"));
      expect(missing.problem).toMatch(/no-such\.ipynb: no such file/);
    });
  },
);
