import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toDataFrame } from "../../src/metrics/to-data-frame.js";
import { readRows } from "../../src/problems/read-rows.js";
import { createRandom } from "../../src/util/random.js";
import { writeTable } from "../../src/util/write-table.js";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "soarlab-table-"));
});

afterAll(() => rm(folder, { recursive: true }));

const rows = [
  { name: 'He said "1, 2"\nthen\r\nleft', k: 1, share: 0.1, ok: true },
  { k: -7, name: "\\frac{1}{2}", share: Number.NaN, late: "ü, 你好" },
  { ok: false, name: " padded ", share: 1e-300, k: undefined, late: null },
];
/** The rows without what is missing. */
const present = [
  { name: 'He said "1, 2"\nthen\r\nleft', k: 1, share: 0.1, ok: true },
  { name: "\\frac{1}{2}", k: -7, late: "ü, 你好" },
  { name: " padded ", share: 1e-300, ok: false },
];

async function readBack(path: string): Promise<unknown[]> {
  const read = await readRows(path);
  return read.map(({ value }) =>
    Object.fromEntries(Object.entries(value).filter(([, cell]) => cell !== null && cell !== "")),
  );
}

describe("writeTable", () => {
  it.each(["jsonl", "parquet"])("%s gives back rows and frames as they were", async extension => {
    const path = join(folder, "new", `rows.${extension}`);
    await writeTable(rows, path);
    expect(await readBack(path)).toEqual(present);
    await writeTable(await toDataFrame(rows), path);
    expect(await readBack(path)).toEqual(present);
    expect(await readdir(join(folder, "new"))).not.toContainEqual(expect.stringContaining(".part"));
  });

  it("CSV gives them back as text", async () => {
    const path = join(folder, "rows.csv");
    const text = present.map(row => Object.fromEntries(Object.entries(row).map(([k, v]) => [k, String(v)])));
    await writeTable(rows, path);
    expect(await readBack(path)).toEqual(text);
    await writeTable(await toDataFrame(rows), path);
    expect(await readBack(path)).toEqual(text);
    // A row of one empty cell is a row all the same.
    await writeTable([{ a: "x" }, { a: null }], path);
    expect(await readRows(path)).toHaveLength(2);
  });

  it("any text survives all three", async () => {
    const random = createRandom("tables");
    const alphabet = ['"', ",", "\n", "\r", "a", " ", "\\", "é", "\u2028", "=", "'", ";", "\t"];
    const texts = Array.from({ length: 300 }, (_, id) => ({
      id: `t${id}`,
      text: `x${Array.from({ length: 12 }, () => alphabet[Math.floor(random.next() * alphabet.length)]).join("")}`,
    }));
    for (const extension of ["csv", "jsonl", "parquet"]) {
      const path = join(folder, `texts.${extension}`);
      await writeTable(texts, path);
      expect((await readRows(path)).map(({ value }) => value)).toEqual(texts);
    }
  });

  it("keeps nested values, large numbers, dates and mixed columns in parquet and JSONL", async () => {
    const nested = [
      { list: [1, 2], date: new Date(0), big: 2 ** 40, mixed: 1, none: null },
      { list: [], date: new Date(5), big: 0.5, mixed: "a", none: undefined },
    ];
    await writeTable(nested, join(folder, "nested.parquet"));
    expect((await readRows(join(folder, "nested.parquet"))).map(({ value }) => value)).toEqual(
      nested.map(row => ({ ...row, none: null })),
    );
    await writeTable(
      [{ n: 9007199254740993n, m: 5n, inf: Number.POSITIVE_INFINITY }],
      join(folder, "n.jsonl"),
    );
    expect(await readFile(join(folder, "n.jsonl"), "utf8")).toBe(
      '{"n":"9007199254740993","m":5,"inf":"Infinity"}\n',
    );
  });

  it("writes no rows, and refuses what is not a table", async () => {
    const { DataFrame } = await import("danfojs-node");
    await writeTable(new DataFrame([], { columns: ["a", "b"] }), join(folder, "none.csv"));
    expect(await readFile(join(folder, "none.csv"), "utf8")).toBe("a,b\n");
    await writeTable([], join(folder, "none.jsonl"));
    expect(await readFile(join(folder, "none.jsonl"), "utf8")).toBe("");
    await expect(writeTable([], join(folder, "none.parquet"))).rejects.toThrow(/none\.parquet: no rows/);
    await expect(writeTable(rows, join(folder, "rows.xlsx"))).rejects.toThrow(/\.csv, \.jsonl or \.parquet/);
    await expect(writeTable(toDataFrame(rows) as never, "x.csv")).rejects.toThrow(/a promise; await it/);
    await expect(writeTable([1, 2] as never, "x.csv")).rejects.toThrow(/expected rows/);
  });

  it.skipIf(process.platform !== "linux")(
    "on a full disk keeps the old file and leaves no part",
    async () => {
      const path = join(folder, "full", "rows.csv");
      await writeTable(rows, path);
      const before = await readFile(path, "utf8");
      await symlink("/dev/full", `${path}.part`);
      await expect(writeTable(rows, path)).rejects.toThrow(/ENOSPC/);
      expect(await readFile(path, "utf8")).toBe(before);
      expect(await readdir(join(folder, "full"))).toEqual(["rows.csv"]);
    },
  );

  it("writes 100,000 rows in seconds", { timeout: 30_000 }, async () => {
    const many = Array.from({ length: 100_000 }, (_, i) => ({ id: i, text: `row ${i}`, value: i / 3 }));
    for (const extension of ["csv", "jsonl", "parquet"]) {
      const path = join(folder, `many.${extension}`);
      await writeTable(many, path);
      const last = (await readRows(path)).at(-1)!.value;
      expect([Number(last.id), last.text, Number(last.value)]).toEqual([99_999, "row 99999", 33333]);
    }
  });

  it("replaces a file that was there", async () => {
    const path = join(folder, "old.jsonl");
    await writeFile(path, "old\n");
    await writeTable([{ a: 1 }], path);
    expect(await readFile(path, "utf8")).toBe('{"a":1}\n');
  });
});
