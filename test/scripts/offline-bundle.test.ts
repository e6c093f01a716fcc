import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/util/package-root.js";

const folder = mkdtempSync(join(tmpdir(), "offline-bundle-"));
const parts = join(folder, "parts");
const python = join(packageRoot, ".venv", "bin", "python");

/** A bundle of a small toolkit and one Python package. */
beforeAll(async () => {
  const content = join(folder, "content");
  write("content/toolkit/dist/cli/main.js", "console.log(...process.argv.slice(2));");
  write("content/toolkit/ballast", randomBytes(20_000));
  mkdirSync(join(content, "bin"));
  symlinkSync(process.execPath, join(content, "bin", "node"));
  cpSync(join(packageRoot, "scripts/offline/soarlab.sh"), join(content, "bin", "soarlab"));

  write("content/requirements.txt", "tiny==1.0\n");
  write("wheel/tiny.py", "answer = 42\n");
  write("wheel/tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n");
  write(
    "wheel/tiny-1.0.dist-info/WHEEL",
    "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
  );
  write("wheel/tiny-1.0.dist-info/RECORD", "");
  mkdirSync(join(content, "wheels"));
  const wheel = join(content, "wheels", "tiny-1.0-py3-none-any.whl");
  run(python, ["-m", "zipfile", "-c", wheel, "tiny.py", "tiny-1.0.dist-info/"], join(folder, "wheel"));

  const script = pathToFileURL(join(packageRoot, "scripts/offline/write-parts.mjs")).href;
  const { writeParts } = await import(script);
  const version = run(python, ["-c", "import sys; print(*sys.version_info[:2], sep='.')"]).said.trim();
  mkdirSync(parts);
  await writeParts({ folder: content, out: parts, python: version, withTorch: true, partBytes: 8192 });
});

describe("an offline bundle", () => {
  it("is parts of a given size, their hashes and unpack.sh", () => {
    const names = readdirSync(parts);
    const bundle = names.filter(name => name.startsWith("bundle.tar.gz."));
    expect(names).toEqual(["SHA256SUMS", ...bundle, "unpack.sh"]);
    const sizes = bundle.map(name => statSync(join(parts, name)).size);
    expect(sizes.length).toBeGreaterThan(2);
    expect(sizes.slice(0, -1).every(size => size === 8192)).toBe(true);
  });

  it("unpacks without an index to a toolkit with its Python packages, once", () => {
    const target = join(folder, "installed");
    const first = unpack(parts, target);
    expect(first, first.said).toMatchObject({ status: 0 });
    expect(run("sh", [join(target, "bin", "soarlab"), "run", "a b"]).said).toBe("run a b\n");
    const installed = join(target, "toolkit", ".venv", "bin", "python");
    expect(run(installed, ["-c", "import tiny; print(tiny.answer)"]).said).toBe("42\n");

    rmSync(join(target, "requirements.txt"));
    const second = unpack(parts, target);
    expect(second).toEqual(first);
    expect(existsSync(join(target, "requirements.txt"))).toBe(false);
  });

  it("names the parts that are missing or damaged, and makes nothing", () => {
    const copy = join(folder, "copy");
    cpSync(parts, copy, { recursive: true });
    rmSync(join(copy, "bundle.tar.gz.000"));
    appendFileSync(join(copy, "bundle.tar.gz.001"), "x");
    const target = join(folder, "not-made");
    const { status, said } = unpack(copy, target);
    expect(status).toBe(1);
    expect(said).toBe(
      `unpack: copy these again to ${copy}: bundle.tar.gz.000 (missing) bundle.tar.gz.001 (damaged)\n`,
    );
    expect(existsSync(target)).toBe(false);
  });

  it("leaves a folder alone that it did not finish", () => {
    const target = join(folder, "half");
    mkdirSync(target);
    const { status, said } = unpack(parts, target);
    expect(status).toBe(1);
    expect(said).toContain(`${target} exists and is no whole installation: remove it`);
  });
});

function unpack(from: string, target: string) {
  return run("sh", [join(from, "unpack.sh"), target]);
}

function run(command: string, args: string[], cwd = folder) {
  const env = { ...process.env, PYTHON: python };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: "utf8" });
  return { status, said: stdout + stderr };
}

function write(name: string, content: string | Buffer) {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}
