import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { gymModelFiles } from "../../src/gym/gym-model-files.js";
import { loadTokenizer } from "../../src/training/load-tokenizer.js";

async function modelFolder(change: (files: Record<string, string>) => void = () => {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "soarlab-tokenizer-"));
  const { "tokenizer.json": tokenizer, "tokenizer_config.json": config } = gymModelFiles({
    seed: 0,
    openDigits: false,
  });
  const files = { "tokenizer.json": tokenizer as string, "tokenizer_config.json": config as string };
  change(files);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

describe("loadTokenizer", () => {
  it("turns text into tokens and back, special tokens left out", async () => {
    const tokenizer = await loadTokenizer({ model: await modelFolder() });
    const text = "S: add a 3 +b 4 </question> \\boxed{ a 3 +b 4 0 }";
    const tokens = tokenizer.encode(text);
    expect(tokens).toHaveLength(14);
    expect(tokenizer.decode([...tokens, tokenizer.endTokens[0]!])).toBe(text);
  });

  it("renders the model's chat template", async () => {
    const model = await modelFolder(files => {
      const config = JSON.parse(files["tokenizer_config.json"]!);
      config.chat_template =
        "{% for m in messages %}{{ 'S: ' if m.role == 'user' else 'T: ' }}{{ m.content }} {% endfor %}{% if add_generation_prompt %} </question>{% endif %}";
      files["tokenizer_config.json"] = JSON.stringify(config);
    });
    const tokenizer = await loadTokenizer({ model });
    expect(tokenizer.decode(tokenizer.encodeChat([{ role: "user", content: "add a 3 +b 4" }]))).toBe(
      "S: add a 3 +b 4 </question>",
    );
    const turns = [
      { role: "user", content: "add a" },
      { role: "assistant", content: "sum" },
      { role: "user", content: "net" },
    ] as const;
    expect(tokenizer.decode(tokenizer.encodeChat(turns))).toBe("S: add a T: sum S: net </question>");
  });

  it("says what is missing or broken", async () => {
    const plain = await loadTokenizer({ model: await modelFolder() });
    expect(() => plain.encodeChat([{ role: "user", content: "x" }])).toThrow(/has no chat template/);
    const empty = await mkdtemp(join(tmpdir(), "soarlab-tokenizer-"));
    await expect(loadTokenizer({ model: empty })).rejects.toThrow(/has no tokenizer\.json/);
    const broken = await modelFolder(files => {
      files["tokenizer.json"] = "{";
    });
    await expect(loadTokenizer({ model: broken })).rejects.toThrow(/tokenizer\.json is not valid JSON/);
    for (const [file, text, message] of [
      ["tokenizer.json", "[]", /tokenizer\.json: .*expected object/],
      ["tokenizer.json", '{"model":{}}', /tokenizer\.json/],
      ["tokenizer_config.json", '{"eos_token":3}', /tokenizer_config\.json: [\s\S]*at eos_token/],
      ["tokenizer_config.json", '{"eos_token":"<none>"}', /names no end token/],
    ] as const) {
      const model = await modelFolder(files => {
        files[file] = text;
      });
      await expect(loadTokenizer({ model }), text).rejects.toThrow(message);
    }
  });
});
