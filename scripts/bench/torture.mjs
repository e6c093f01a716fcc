// Torture at full size: connections that stall, malformed requests, and kill -9 of clients and servers over gym runs.
//   node scripts/bench/torture.mjs [--connections 300] [--requests 100000] [--kills 200] [--seed 0] [--part fuzz]
// Each part prints a line of figures; the exit code is 1 if one of them is not as it must be.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createRandom, readRun, startLocalServer } from "soarlab";

const { values } = parseArgs({
  options: {
    connections: { type: "string", default: "300" },
    requests: { type: "string", default: "100000" },
    kills: { type: "string", default: "200" },
    seed: { type: "string", default: "0" },
    part: { type: "string", multiple: true, default: ["connections", "fuzz", "kills"] },
  },
});
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const model = join(root, "data/gym-base");
/** All phases of SOAR in a few seconds: promotes at the first full window, whatever the reward. */
const killConfig = join(root, "test/soar/fixtures/kill-and-resume.json");
const { next: random, int: below } = createRandom(`torture/${values.seed}`);
const parts = { connections: stallConnections, fuzz, kills: killRuns };

for (const part of values.part) {
  const { ok, ...figures } = await parts[part]();
  console.log(`${part}: ${ok ? "ok" : "FAILED"} ${JSON.stringify(figures)}`);
  if (!ok) process.exitCode = 1;
}

/** Half-open and trickling connections: none may hold its slot for more than 20 s, nor slow down who asks meanwhile. */
async function stallConnections() {
  const server = await startLocalServer({ model, device: "cpu" });
  const { hostname, port } = new URL(server.url);
  const head = `POST /api/v1/create_session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n`;
  const kinds = [
    ["", ""], // says nothing
    ["POST / HTTP/1.1\r\n", "X-Header: 1\r\n"], // headers without end
    [`${head}\r\n`, ""], // a body that does not come
    [`${head}\r\n`, "x"], // a body, a byte a second
  ];
  const open = Array.from({ length: Number(values.connections) }, (_, i) => {
    const [first, then] = kinds[i % kinds.length];
    return new Promise(resolve => {
      const started = performance.now();
      const socket = connect(Number(port), hostname, () => socket.write(first));
      const timer = setInterval(() => then && socket.write(then), 1000);
      socket.on("error", () => {});
      socket.on("data", () => {});
      socket.on("close", () => {
        clearInterval(timer);
        resolve((performance.now() - started) / 1000);
      });
    });
  });
  const waits = [];
  let held;
  const closed = Promise.all(open).then(seconds => {
    held = seconds;
  });
  for (const end = performance.now() + 60_000; held === undefined && performance.now() < end; ) {
    const asked = performance.now();
    await fetch(`${server.url}/api/v1/healthz`);
    waits.push(performance.now() - asked);
    await Promise.race([closed, sleep(100)]);
  }
  await server.stop();
  const longest = held ? Math.max(...held) : Number.POSITIVE_INFINITY;
  return {
    ok: longest <= 20,
    connections: open.length,
    longestSeconds: round(longest),
    slowestAnswerMs: round(Math.max(...waits)),
  };
}

/** Malformed and odd requests on every call: never an error of the server, and its memory stays flat. */
async function fuzz() {
  const server = await startLocalServer({ model, device: "cpu" });
  const headers = { "x-api-key": server.apiKey, "content-type": "application/json" };
  const post = async (path, body) => {
    const answer = await fetch(server.url + path, { method: "POST", headers, body });
    return { status: answer.status, text: await answer.text() };
  };
  const described = await (await fetch(`${server.url}/openapi.json`, { headers })).json();
  const paths = Object.keys(described.paths).filter(
    path => described.paths[path].post && !path.includes("{") && !path.endsWith("/retrieve_future"),
  );
  const newSession = async () => JSON.parse((await post("/api/v1/create_session", "{}")).text).session_id;
  const finish = session => post(`/api/v1/sessions/${session}/finish`, "");
  const total = Number(values.requests);
  const statuses = {};
  const faults = [];
  const memory = [];
  let sent = 0;
  const client = async () => {
    let session = await newSession();
    for (let i = 1; sent < total; i++) {
      if (i % 100 === 0) {
        // Else the models that it creates stay loaded, as they should.
        await finish(session);
        session = await newSession();
      }
      if (sent++ % Math.ceil(total / 10) === 0) memory.push(residentMegabytes(server.pid));
      const path = pick(paths);
      const body = mutate(JSON.stringify(oddBody(path, session)));
      const { status, text } = await post(path, body);
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (status >= 500 && status !== 501)
        faults.push({ path, body: body.slice(0, 500), text: text.slice(0, 500) });
    }
    await finish(session);
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: 16 }, client));
  const seconds = (performance.now() - started) / 1000;
  memory.push(residentMegabytes(server.pid));
  await server.stop();
  for (const fault of faults.slice(0, 5)) console.error(fault);
  // The first tenth fills caches.
  const growth = memory.at(-1) / memory[Math.min(2, memory.length - 1)];
  return {
    ok: faults.length === 0 && growth < 1.2,
    requests: total,
    perSecond: round(total / seconds),
    statuses,
    residentMb: memory,
  };
}

/** A body near to what the call takes, with a few fields of the wrong kind. */
function oddBody(path, session) {
  const tokens = Array.from({ length: below(20) }, () => below(40));
  const near = {
    session_id: session,
    model_id: pick([`${session}-train-0`, "a", ""]),
    base_model: "gym-base",
    model: "gym-base",
    prompt: path.startsWith("/v1") ? pick(["1 + 2 =", tokens, [tokens, tokens]]) : { chunks: [{ tokens }] },
    input: pick(["1 + 2", tokens, ["a", "b"]]),
    messages: [{ role: "user", content: pick(["1 + 2 =", [{ type: "text", text: "2" }]]) }],
    sampling_params: { max_tokens: below(8), temperature: random(), seed: below(9) },
    max_tokens: below(8),
    path: pick(["x", "tinker://a/weights/x", "../x"]),
    adam_params: { learning_rate: random() },
    forward_backward_input: trainingInput(tokens),
    forward_input: trainingInput(tokens),
    tinker_path: "tinker://a/weights/b",
  };
  const odd = [
    null,
    -1,
    0,
    1e308,
    2 ** 53,
    "",
    "é\u0000",
    [],
    {},
    true,
    [[]],
    "x".repeat(1000),
    { a: { b: [1] } },
  ];
  for (let i = below(4); i > 0; i--) near[pick(Object.keys(near))] = pick(odd);
  for (let i = below(6); i > 0; i--) delete near[pick(Object.keys(near))];
  return near;
}

function trainingInput(tokens) {
  const column = () => ({ data: tokens.map(() => random()) });
  const inputs = { target_tokens: { data: tokens }, logprobs: column(), advantages: column() };
  return {
    data: [{ model_input: { chunks: [{ tokens }] }, loss_fn_inputs: inputs }],
    loss_fn: pick(["cross_entropy", "importance_sampling", "ppo", "cispo", "dro", "gspo", "custom", "x"]),
  };
}

/** Every third body with a few characters replaced, left out or doubled. */
function mutate(text) {
  if (below(3) > 0) return text;
  let changed = text;
  for (let i = below(5); i >= 0; i--) {
    const at = below(changed.length);
    const middle = pick(["", '"', "{", "]", "0", "\\", "\u0000", changed.slice(at, at + 20).repeat(2)]);
    changed = changed.slice(0, at) + middle + changed.slice(at + 1);
  }
  return changed;
}

/** Kills runs, or their servers, at random instants and resumes them: each must end as one that nobody killed. */
async function killRuns() {
  const folder = mkdtempSync(join(tmpdir(), "soarlab-torture-"));
  try {
    const run = name => soarlab("run", killConfig, "--out", join(folder, name));
    if ((await exitOf(run("whole"))) !== 0) throw new Error("the run that nobody kills failed");
    const expected = await outcome(join(folder, "whole"));
    const total = Number(values.kills);
    let runs = 0;
    let different = 0;
    const kills = { client: 0, server: 0 };
    while (kills.client + kills.server < total) {
      const name = `killed-${runs++}`;
      let child = run(name);
      for (;;) {
        const left = kills.client + kills.server < total;
        const victim = left ? await killAfter(child, 500 + random() * 8000) : undefined;
        if ((await exitOf(child)) === 0) break;
        if (victim) kills[victim]++;
        const started = await readRun(join(folder, name)).then(
          () => true,
          () => false,
        );
        child = started ? soarlab("resume", join(folder, name)) : run(name);
      }
      if ((await outcome(join(folder, name))) !== expected) different++;
      rmSync(join(folder, name), { recursive: true });
    }
    return { ok: different === 0, ...kills, runs, runsThatEndedDifferently: different };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function soarlab(...args) {
  return spawn(process.execPath, [join(root, "dist/cli/main.js"), ...args], { cwd: root, stdio: "ignore" });
}

/** Kills the run, or its server, unless it ends before; returns which. */
async function killAfter(child, ms) {
  await Promise.race([exitOf(child), sleep(ms)]);
  if (child.exitCode !== null) return undefined;
  const [server] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8")
    .split(" ")
    .filter(Boolean);
  const victim = server && random() < 0.5 ? "server" : "client";
  process.kill(victim === "server" ? Number(server) : child.pid, "SIGKILL");
  return victim;
}

function exitOf(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode ?? -1);
  return new Promise(resolve => child.once("exit", code => resolve(code ?? -1)));
}

/** All that a run came to, as one text: its steps less times, D_best and the last weights to the bit. */
async function outcome(folder) {
  const run = await readRun(folder);
  const weights = path => {
    const { host, pathname } = new URL(path);
    const file = join(folder, "checkpoints", host, pathname, "model.safetensors");
    return createHash("sha256").update(readFileSync(file)).digest("hex");
  };
  return JSON.stringify({
    ended: run.ended,
    rewards: run.steps.map(step => step.rewards),
    promotions: run.promotions.map(({ checkpoint, ...rest }) => ({ ...rest, weights: weights(checkpoint) })),
    questions: run.questions,
    promotionQuestions: run.promotionQuestions,
    teacher: weights(run.steps.at(-1).teacher.checkpoint),
  });
}

function residentMegabytes(pid) {
  const [, kilobytes] = readFileSync(`/proc/${pid}/status`, "utf8").match(/VmRSS:\s+(\d+)/);
  return Math.round(Number(kilobytes) / 1024);
}

function pick(items) {
  return items[below(items.length)];
}

function round(value) {
  return Math.round(value * 10) / 10;
}
