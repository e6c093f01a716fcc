import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/util/package-root.js";

/** A clone in which npm, Python and the build only write down that they were called. */
let clone: string;

// Hidden from set-up, which must find nothing but what a test puts into the clone's bin.
const systemPath = "PATH=/usr/bin:/bin";
const logCall = 'echo "$(basename "$0") $*" >> "$CALLS"';
const python = `#!/bin/sh
${systemPath}
case "$*" in
  *version_info*) echo "3 $MINOR"; exit ;;
esac
${logCall}
case "$*" in
  "-m venv --clear .venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python && touch .venv/pip ;;
  "-m pip --version") [ -e .venv/pip ] ;;
esac
`;

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), "setup-"));
  for (const file of ["scripts/setup.mjs", "scripts/python-environment.mjs", "server/requirements.lock"]) {
    mkdirSync(dirname(join(clone, file)), { recursive: true });
    cpSync(join(packageRoot, file), join(clone, file));
  }
  for (const file of ["package.json", "package-lock.json", "tsconfig.json", "tsdown.config.ts", "src/a.ts"]) {
    write(file, file);
  }
  write("node_modules/node/bin/node", `#!/bin/sh\n${systemPath}\necho build >> "$CALLS"\n`, 0o755);
  write("bin/npm", `#!/bin/sh\n${systemPath}\n${logCall}\n`, 0o755);
  write("bin/python3", python, 0o755);
});

describe("setup.mjs", () => {
  it("does each step once, and again only what has changed", () => {
    const first = setup();
    expect(first.status, first.said).toBe(0);
    expect(first.calls.map(call => call.split(" ").slice(0, 3).join(" "))).toEqual([
      "npm install --no-save",
      "python3 -m venv",
      "python -m pip",
      "python -m pip",
      "build",
    ]);
    expect(setup()).toEqual({ status: 0, said: "", calls: [] });
    write("src/a.ts", "changed");
    expect(setup().calls).toEqual(["build"]);
    write("package-lock.json", "changed");
    expect(setup().calls).toEqual([expect.stringMatching(/^npm install/)]);
  });

  it("makes an environment again that an interrupted set-up left without pip", () => {
    setup();
    for (const file of [".venv/.soarlab-stamp", ".venv/pip"]) rmSync(join(clone, file));
    const { status, calls } = setup();
    expect([status, calls.slice(0, 2)]).toEqual([
      0,
      ["python -m pip --version", "python3 -m venv --clear .venv"],
    ]);
  });

  it("says that Python is missing, too old or not where SOARLAB_PYTHON says", () => {
    expect(setup({ MINOR: "9" })).toMatchObject({
      status: 1,
      said: expect.stringContaining(
        "Python 3.11 or newer is needed: python3 is 3.9; set SOARLAB_PYTHON to one",
      ),
    });
    expect(setup({ SOARLAB_PYTHON: "/no/such/python" })).toMatchObject({
      status: 1,
      said: expect.stringContaining("SOARLAB_PYTHON, /no/such/python, does not run"),
    });
    rmSync(join(clone, "bin/python3"));
    expect(setup()).toMatchObject({ status: 1, said: expect.stringContaining("none was found") });
    expect(existsSync(join(clone, ".venv"))).toBe(false);
  });
});

function write(file: string, text: string, mode = 0o644) {
  mkdirSync(dirname(join(clone, file)), { recursive: true });
  writeFileSync(join(clone, file), text);
  chmodSync(join(clone, file), mode);
}

function setup(changes: Record<string, string> = {}) {
  const calls = join(clone, "calls");
  writeFileSync(calls, "");
  const env = { PATH: join(clone, "bin"), CALLS: calls, MINOR: "12", ...changes };
  const { status, stderr } = spawnSync(process.execPath, [join(clone, "scripts/setup.mjs")], {
    env,
    encoding: "utf8",
  });
  return { status, said: stderr, calls: readFileSync(calls, "utf8").split("\n").filter(Boolean) };
}
