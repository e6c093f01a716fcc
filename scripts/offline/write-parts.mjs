import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  appendFileSync,
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { machine, type } from "node:os";
import { join } from "node:path";

/**
 * Packs a folder into numbered parts, their SHA-256 list and unpack.sh.
 * @param {object} params
 * @param {string} params.folder what is packed: bin, toolkit, wheels, requirements.txt
 * @param {string} params.out an existing folder, for the parts
 * @param {string} params.python version of Python that the wheels are for, e.g. "3.12"
 * @param {boolean} params.withTorch whether torch is among the wheels, rather than the target's own
 * @param {number} [params.partBytes] most bytes of a part
 * @returns {Promise<number>} how many parts
 */
export async function writeParts({ folder, out, python, withTorch, partBytes = 60 * 2 ** 20 }) {
  const tar = spawn("tar", ["-cz", "-C", folder, "."], { stdio: ["ignore", "pipe", "inherit"] });
  const closed = once(tar, "close");
  const hashes = [];
  for await (const chunk of pieces(tar.stdout, partBytes)) {
    if (chunk.isFirst) hashes.push(createHash("sha256"));
    hashes.at(-1).update(chunk.bytes);
    const file = openSync(join(out, partName(hashes.length - 1)), chunk.isFirst ? "w" : "a");
    appendFileSync(file, chunk.bytes);
    closeSync(file);
  }
  const [code] = await closed;
  if (code !== 0) throw new Error(`tar could not pack ${folder}: exit code ${code}`);
  const list = hashes.map((hash, i) => `${hash.digest("hex")}  ${partName(i)}\n`);
  writeFileSync(join(out, "SHA256SUMS"), list.join(""));

  const values = {
    PYTHON: python,
    PLATFORM: `${type()} ${machine()}`,
    MODULES: withTorch ? "ensurepip, venv" : "ensurepip, torch, venv",
    VENV_OPTIONS: withTorch ? "" : "--system-site-packages",
    // Installed packages take about four times their wheels.
    MEGABYTES: String(Math.ceil((bytesOf(folder) + 4 * bytesOf(join(folder, "wheels"))) / 2 ** 20)),
  };
  const template = readFileSync(new URL("unpack.sh", import.meta.url), "utf8");
  writeFileSync(
    join(out, "unpack.sh"),
    template.replace(/@([A-Z_]+)@/g, (_, name) => values[name]),
    { mode: 0o755 },
  );
  return hashes.length;
}

/** "bundle.tar.gz.000" */
function partName(i) {
  return `bundle.tar.gz.${String(i).padStart(3, "0")}`;
}

function bytesOf(folder) {
  return readdirSync(folder, { recursive: true })
    .map(name => lstatSync(join(folder, name)).size)
    .reduce((sum, bytes) => sum + bytes, 0);
}

/** The stream's bytes, cut where a part ends. */
async function* pieces(stream, partBytes) {
  let filled = 0;
  for await (const chunk of stream) {
    for (let at = 0; at < chunk.length; ) {
      const bytes = chunk.subarray(at, at + partBytes - filled);
      yield { bytes, isFirst: filled === 0 };
      at += bytes.length;
      filled = (filled + bytes.length) % partBytes;
    }
  }
}
