import { appendFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { appendJsonl, packJsonl, readJsonl, readWholeJsonl, unpackJsonl } from "../../src/util/jsonl.js";
import { type JsonlRow, jsonlRows } from "../../src/util/jsonl-rows.js";

const schema = z.object({ n: z.number() });
let path: string;

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), "jsonl-")), "rows.jsonl");
});

describe("readJsonl and appendJsonl", () => {
  it("read back what was appended; a missing file has no rows", async () => {
    expect(await readJsonl(path, schema)).toEqual({ rows: [], bytes: 0, torn: false });
    expect(await appendJsonl(path, [{ n: 1 }, { n: 2 }])).toBe(16);
    expect(await appendJsonl(path, [])).toBe(16);
    expect(await appendJsonl(path, [{ n: 3 }])).toBe(24);
    expect(await readJsonl(path, schema)).toEqual({
      rows: [{ n: 1 }, { n: 2 }, { n: 3 }],
      bytes: 24,
      torn: false,
    });
  });

  it("count a last row that lacks only its line break, and give it one before the next", async () => {
    writeFileSync(path, '{"n":1}\n{"n":2}');
    expect(await readJsonl(path, schema)).toEqual({ rows: [{ n: 1 }, { n: 2 }], bytes: 15, torn: false });
    expect(await appendJsonl(path, [{ n: 3 }])).toBe(24);
    expect(readFileSync(path, "utf8")).toBe('{"n":1}\n{"n":2}\n{"n":3}\n');
  });

  it("drop a last row that was cut short at any byte, and say so", async () => {
    const row = Buffer.from('{"n":1,"text":"é😀"}');
    for (let length = 1; length < row.length; length++) {
      writeFileSync(path, '{"n":0}\n');
      appendFileSync(path, row.subarray(0, length));
      expect(await readJsonl(path, schema)).toEqual({ rows: [{ n: 0 }], bytes: 8, torn: true });
    }
  });

  it("readWholeJsonl takes a file cut short for an error", async () => {
    writeFileSync(path, '{"n":1}\n{"n":2}');
    expect(await readWholeJsonl(path, schema)).toEqual([{ n: 1 }, { n: 2 }]);
    writeFileSync(path, '{"n":1}\n{"n":');
    await expect(readWholeJsonl(path, schema)).rejects.toThrow("rows.jsonl: its last line is cut short");
  });

  it("read a packed file as it was, and get it back byte for byte", async () => {
    const text = `{"n":0,"text":"é😀"}\r\n${'{"n":1}\n'.repeat(10_000)}{"n":`;
    writeFileSync(path, text);
    const before = await readJsonl(path, schema);
    expect(before).toMatchObject({ bytes: Buffer.byteLength(text) - 5, torn: true });
    await packJsonl(path);
    await packJsonl(path);
    expect([existsSync(path), existsSync(`${path}.gz`)]).toEqual([false, true]);
    expect(await readJsonl(path, schema)).toEqual(before);
    await unpackJsonl(path);
    await unpackJsonl(path);
    expect(readFileSync(path, "utf8")).toBe(text);
    expect(existsSync(`${path}.gz`)).toBe(false);
  });

  it("name a packed file that is damaged", async () => {
    writeFileSync(`${path}.gz`, "no gzip");
    await expect(readJsonl(path, schema)).rejects.toThrow(/rows\.jsonl\.gz: .*; restore it from a copy/);
  });

  it("leave an empty or missing file as it is when packing", async () => {
    await packJsonl(path);
    writeFileSync(path, "");
    await packJsonl(path);
    expect([existsSync(path), existsSync(`${path}.gz`)]).toEqual([true, false]);
  });

  it("pass over a byte order mark, CRLF and blank lines", async () => {
    writeFileSync(path, '\ufeff{"n":1}\r\n\r\n  \r\n{"n":2}\r\n');
    expect((await readJsonl(path, schema)).rows).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it("name file, line and field of any other line that is wrong", async () => {
    writeFileSync(path, '{"n":1}\n\n{"n":"2"}\n');
    await expect(readJsonl(path, schema)).rejects.toThrow(/rows\.jsonl:3: [\s\S]*number[\s\S]*at n/);
    writeFileSync(path, '{"n":1}\n{"n":\n{"n":3}\n');
    await expect(readJsonl(path, schema)).rejects.toThrow(/rows\.jsonl, line 2: not JSON: \{"n":/);
  });
});

it("jsonlRows reads characters and lines that lie across chunks", async () => {
  const bytes = Buffer.from('{"a":"é😀"}\n{"b":"\u2028"}\n{"c":1}');
  for (let size = 1; size <= bytes.length; size++) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );
    const rows: JsonlRow[] = [];
    for await (const row of jsonlRows({ path: "memory", chunks })) rows.push(row);
    expect(rows).toEqual([
      { line: 1, value: { a: "é😀" }, end: 15 },
      { line: 2, value: { b: "\u2028" }, end: 27 },
      { line: 3, value: { c: 1 }, end: 34 },
    ]);
  }
});
