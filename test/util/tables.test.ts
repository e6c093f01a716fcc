import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { markdownTable, toCsv } from "../../src/util/tables.js";

describe("toCsv", () => {
  it("quotes what needs it, leaves NaN and undefined empty, and has the columns of every row", () => {
    const text = toCsv([
      { name: 'a, "b"\nc', value: Number.NaN, k: 1 },
      { name: "plain", k: undefined, late: 0.5 },
    ]);
    expect(text).toBe('name,value,k,late\n"a, ""b""\nc",,1,\nplain,,,0.5\n');
    expect(parse(text, { columns: true })).toEqual([
      { name: 'a, "b"\nc', value: "", k: "1", late: "" },
      { name: "plain", value: "", k: "", late: "0.5" },
    ]);
  });

  it("of nothing is a header of nothing", () => {
    expect(toCsv([])).toBe("\n");
  });
});

describe("markdownTable", () => {
  it("escapes bars", () => {
    expect(markdownTable(["a|b", "n"], [["x | y", 1]])).toBe(
      "| a\\|b | n |\n| --- | --- |\n| x \\| y | 1 |\n",
    );
  });
});
