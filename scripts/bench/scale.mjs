// How long an outer step takes on more GPUs, or further away: a small simulation of an engine that batches whatever waits,
// fitted to two measured sizes on this machine's CPU and checked against others that it was not fitted to.
//   node scripts/bench/scale.mjs [--steps 4]
// The engine has G workers. A free one takes its share of the requests of one kind that wait (the samples, or the training
// pass, of one student's step): n of them take a + b n seconds. Each student is a chain of such requests, and each request
// costs a round trip to the engine beside.
import { createServer, request } from "node:http";
import { parseArgs } from "node:util";
import { gymProblems, openLab, presets, startLocalServer, trainStudent } from "soarlab";

const { values } = parseArgs({ options: { steps: { type: "string", default: "4" } } });
const steps = Number(values.steps);
const { gym } = presets;
const model = gym.model.base;

/** Requests that follow one another: a new sampler and its samples; a training pass, its optimizer step and their result. */
const tripsPerStep = { sample: 4, train: 3 };

/**
 * Seconds that students take which train at once.
 * @param engine seconds of one request by kind; how much of it does not grow with what it is batched with, in [0, 1]
 */
function simulate({ students, steps, gpus = 1, tripMs = 0, engine }) {
  const { cost, shared } = engine;
  const trip = tripMs / 1000;
  const waiting = { sample: [], train: [] };
  let events = Array.from({ length: students }, () => arrival(0, "sample", steps));
  let free = gpus;
  let end = 0;
  while (events.length > 0) {
    events.sort((a, b) => a.at - b.at);
    const now = events[0].at;
    const due = events.filter(event => event.at === now);
    events = events.filter(event => event.at > now);
    for (const event of due) {
      if (event.done) {
        free++;
        for (const { kind, left } of event.done) {
          if (kind === "sample") events.push(arrival(now, "train", left));
          else if (left > 1) events.push(arrival(now, "sample", left - 1));
          else end = now;
        }
      } else waiting[event.kind].push(event);
    }
    // The kind that more wait for goes first.
    const kinds = Object.keys(waiting).sort((a, b) => waiting[b].length - waiting[a].length);
    for (const kind of kinds) {
      while (free > 0 && waiting[kind].length > 0) {
        const batch = waiting[kind].splice(0, Math.ceil(waiting[kind].length / free));
        free--;
        events.push({ at: now + cost[kind] * (shared + (1 - shared) * batch.length), done: batch });
      }
    }
  }
  return end;

  function arrival(now, kind, left) {
    return { at: now + tripsPerStep[kind] * trip, kind, left };
  }
}

/** The share of a request's time that does not grow with the batch: that with which the simulation gives a measured time. */
function fitShared(cost, students, seconds) {
  let [low, high] = [0, 1];
  for (let i = 0; i < 40; i++) {
    const shared = (low + high) / 2;
    if (simulate({ students, steps, engine: { cost, shared } }) > seconds) low = shared;
    else high = shared;
  }
  return (low + high) / 2;
}

/** Trains students at once on the real server, behind a proxy that adds a round trip's time to each request. */
async function measure(server, students, tripMs) {
  const proxy = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    setTimeout(() => {
      const forwarded = request(server.url + url, { method, headers }, answer => {
        outgoing.writeHead(answer.statusCode, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(forwarded);
    }, tripMs);
  });
  await new Promise(resolve => proxy.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${proxy.address().port}`;
  const lab = await openLab({ config: gym, server: { url, apiKey: server.apiKey } });
  const dataset = gymProblems({ count: 8, terms: [3], seed: 1 });
  const spent = { sample: [], train: [] };
  const started = performance.now();
  const models = await Promise.all(
    Array.from({ length: students }, (_, seed) =>
      trainStudent(lab, {
        dataset,
        steps,
        seed,
        onStep: (_, metrics) => {
          spent.sample.push(metrics["time/sample_ms"] / 1000);
          spent.train.push(metrics["time/train_ms"] / 1000);
        },
      }),
    ),
  );
  const seconds = (performance.now() - started) / 1000;
  await Promise.all(models.map(student => student.unload()));
  await lab.close();
  proxy.closeAllConnections();
  proxy.close();
  return { seconds, cost: { sample: mean(spent.sample), train: mean(spent.train) } };
}

function mean(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

const server = await startLocalServer({ model, device: "cpu" });
try {
  await measure(server, 2, 0); // warms it up
  const one = await measure(server, 1, 0);
  const eight = await measure(server, 8, 0);
  const engine = { cost: one.cost, shared: fitShared(one.cost, 8, eight.seconds) };
  console.log(
    `fitted: a student's step samples ${(1000 * one.cost.sample).toFixed(0)} ms and trains ${(1000 * one.cost.train).toFixed(0)} ms; ${(100 * engine.shared).toFixed(0)}% of it is shared by a batch`,
  );
  console.log(`\nchecked on this CPU, ${steps} steps of gym students:`);
  const rows = [];
  for (const [students, tripMs] of [
    [2, 0],
    [4, 0],
    [16, 0],
    [1, 100],
    [8, 100],
  ]) {
    const { seconds } = await measure(server, students, tripMs);
    const simulated = simulate({ students, steps, tripMs, engine });
    rows.push({
      students,
      "round trip, ms": tripMs,
      "measured, s": Number(seconds.toFixed(2)),
      "simulated, s": Number(simulated.toFixed(2)),
      ratio: Number((simulated / seconds).toFixed(2)),
    });
  }
  console.table(rows);

  console.log(
    "simulated: the inner loop of the paper (16 students, 10 steps), a step of 60 s sampling and 40 s training",
  );
  const paper = { cost: { sample: 60, train: 40 }, shared: engine.shared };
  console.table(
    [1, 2, 4, 8, 16, 32].map(gpus => ({
      GPUs: gpus,
      ...Object.fromEntries(
        [1, 100, 1000].map(tripMs => [
          `minutes at ${tripMs} ms`,
          Number((simulate({ students: 16, steps: 10, gpus, tripMs, engine: paper }) / 60).toFixed(1)),
        ]),
      ),
    })),
  );
} finally {
  await server.stop();
}
