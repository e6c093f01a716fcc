import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasJupyter } from "./fixtures.js";
import { type CellResult, type Kernels, startKernels } from "./kernels.js";

describe.skipIf(!hasJupyter)(
  "cells of a notebook outside the clone (skipped without Jupyter; node scripts/setup.mjs --notebooks)",
  () => {
    let kernels: Kernels;
    let folder: string;
    const run = (code: string): Promise<CellResult> => kernels.execute("a", code);

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "soarlab-outside-"));
      kernels = startKernels();
      await kernels.start("a", folder);
    }, 180_000);

    afterAll(async () => {
      await kernels?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    test("import soarlab and its parts, with types", { timeout: 120_000 }, async () => {
      const first = `import * as soar from "soarlab";
        import { passAtK } from "soarlab/metrics";
        const config = soar.parseConfig(soar.presets.gym);
        console.log(process.cwd(), config.outerSteps > 0, passAtK({ correct: [1, 0], samples: 2, k: 1 })[0].value);`;
      expect(await run(first)).toMatchObject({ status: "ok", text: `${folder} true 0.25\n` });
      const wrong = await run("const steps: string = config.outerSteps;");
      expect(wrong).toMatchObject({ status: "error" });
      expect(wrong.text).toContain("Type 'number' is not assignable to type 'string'");
      const none = await run(`import * as other from "no-such-package";`);
      expect(none.text).toContain("Cannot find module 'no-such-package'");
    });

    test("pass on values of earlier cells by their own names", { timeout: 120_000 }, async () => {
      await run(`let items = ["a", "b"]; let q = 1; const nested = { items: [1] };`);
      const cells: [string, string][] = [
        ["console.log(soar.vendiScore({ items, q }).toFixed(3));", "2.000"],
        [
          "const f = (items: number[]) => ({ items, q }); console.log(JSON.stringify(f([3])));",
          '{"items":[3],"q":1}',
        ],
        ["{ const q = 9; console.log(JSON.stringify({ q, items })); }", '{"q":9,"items":["a","b"]}'],
        ["({ q, items = ['never'] } = { q: 5, items: ['c'] }); console.log(q, items.join());", "5 c"],
        ["({ items = ['z'] } = {} as { items?: string[] }); console.log(items.join());", "z"],
        ["const { items: [one] } = nested; console.log(one);", "1"],
        ["let two; ({ items: [two] } = nested); console.log(two);", "1"],
        ["const own = 1; console.log(JSON.stringify({ own, items }));", '{"own":1,"items":["z"]}'],
      ];
      for (const [code, printed] of cells) {
        expect(await run(code), code).toMatchObject({ status: "ok", text: `${printed}\n` });
      }
    });

    test("may await in a loop's head alone", { timeout: 120_000 }, async () => {
      await run("async function* count() { yield 1; yield 2; }");
      expect(await run("for await (const n of count()) console.log(n);")).toMatchObject({
        status: "ok",
        text: "1\n2\n",
      });
      const inside =
        "const sum = async () => { let s = 0; for await (const n of count()) s += n; return s; };\nsum;";
      expect(await run(inside)).toMatchObject({ status: "ok" });
      expect(await run("console.log(await sum());")).toMatchObject({ text: "3\n" });
    });

    test("show a DataFrame at their end as a table", { timeout: 120_000 }, async () => {
      const { status, displays } = await run(
        `const frame = await soar.toDataFrame([{ name: "<a>", n: 1 }, { n: 2.5 }]);\nframe`,
      );
      expect(status).toBe("ok");
      expect(displays).toHaveLength(1);
      expect(displays[0]!["text/html"]).toMatch(/<table>[\s\S]*&#60;a&#62;[\s\S]*2\.5/);
      expect(displays[0]!["text/plain"]).toContain("<a>   1");
      expect(await run("q")).toMatchObject({ displays: [], text: "5\n" });
    });

    test("prefer a package of the notebook's own folder", { timeout: 120_000 }, async () => {
      writeFileSync(join(folder, "mine.ts"), "export const mine: number = 42;");
      expect(await run(`import { mine } from "./mine"; console.log(mine);`)).toMatchObject({ text: "42\n" });
    });
  },
);
