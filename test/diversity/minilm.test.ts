import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { embedTexts } from "../../src/diversity/embed-texts.js";
import { packageRoot } from "../../src/util/package-root.js";
import { unfetchable } from "../lab/fixtures/unfetchable.js";

/* Against the real local server; the references are made by scripts/references/minilm.py. */

describe("embedTexts with minilm", () => {
  it("gives the embeddings of the model card, and starts no server for what is in the cache", {
    timeout: 300_000,
  }, async context => {
    const reason = await unfetchable("minilm");
    if (reason) return context.skip(reason);
    const { texts, vectors } = JSON.parse(
      await readFile(join(packageRoot, "test/diversity/fixtures/minilm.json"), "utf8"),
    );
    const cacheFolder = await mkdtemp(join(tmpdir(), "soarlab-minilm-"));
    try {
      const embeddings = await embedTexts({ texts, model: "minilm", cacheFolder });
      for (const [i, vector] of embeddings.entries()) {
        expect(Math.max(...vectors[i].map((x: number, j: number) => Math.abs(x - vector[j]!)))).toBeLessThan(
          1e-5,
        );
      }
      const started = performance.now();
      expect(await embedTexts({ texts, model: "minilm", cacheFolder })).toEqual(embeddings);
      expect(performance.now() - started).toBeLessThan(1000);
    } finally {
      await rm(cacheFolder, { recursive: true });
    }
  });

  it("needs a baseUrl for any other model", async () => {
    await expect(embedTexts({ texts: ["a"], model: "m" })).rejects.toThrow("the model m needs a baseUrl");
  });
});
