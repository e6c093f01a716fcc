import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../../src/util/package-root.js";

it("the npm and the PyPI package have one version", () => {
  const { version } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8"));
  const server = (file: string) => readFileSync(join(packageRoot, "server", file), "utf8");
  expect(server("pyproject.toml")).toMatch(`\nversion = "${version}"\n`);
  expect(server("soarlab_server/__init__.py")).toMatch(`\n__version__ = "${version}"\n`);
});
