import { beforeEach, describe, expect, it, vi } from "vitest";
import { judgeDisplay } from "../../src/cli/judge-display.js";
import { liveLine } from "../../src/cli/live-line.js";
import { progressDisplay } from "../../src/cli/progress-display.js";
import type { Progress } from "../../src/soar/progress.js";

const clear = "\r\x1b[K";

/** A stream that keeps what is written to it. */
function stream(isTTY: boolean, columns = 40) {
  const written: string[] = [];
  const fake = { isTTY, columns, write: (text: string) => written.push(text) > 0 };
  return { written, out: fake as unknown as NodeJS.WriteStream };
}

let now = 0;
beforeEach(() => {
  now = 1000;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  return () => vi.restoreAllMocks();
});

describe("liveLine", () => {
  it("draws at most ten times a second, or at once, and never wider than the terminal", () => {
    const { written, out } = stream(true, 10);
    const line = liveLine(out);
    line.draw("first");
    now += 99;
    line.draw("too soon");
    line.draw("urgent, and long", true);
    now += 100;
    line.draw("later");
    line.write("stays");
    line.end();
    expect(written).toEqual([`${clear}first`, `${clear}urgent, a`, `${clear}later`, clear, "stays\n", clear]);
  });

  it("writes the live line every half a minute when piped, even if it is not drawn anew", () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      const { written, out } = stream(false);
      const line = liveLine(out);
      line.draw("training");
      for (let second = 0; second < 65; second++) {
        now += 1000;
        vi.advanceTimersByTime(1000);
      }
      expect(written).toEqual(["training\n", "training\n"]);
      line.end();
      now += 60_000;
      vi.advanceTimersByTime(60_000);
      expect(written).toHaveLength(2);
    } finally {
      vi.useRealTimers();
    }
  });

  it("writes lines that stay when piped, and the live one every half a minute", () => {
    const { written, out } = stream(false);
    const line = liveLine(out);
    line.draw("live", true);
    line.write("stays");
    now += 30_000;
    line.draw("still alive");
    line.draw("too soon", true);
    line.end();
    expect(written).toEqual(["stays\n", "still alive\n"]);
  });
});

describe("progressDisplay", () => {
  const progress = (phase: Progress["phase"], done: number): Progress =>
    ({
      step: 2,
      outerSteps: 9,
      phase,
      studentSteps: { done, total: 40 },
      tokens: 500,
      seconds: 10,
      secondsLeft: 61,
      threshold: 0.01,
    }) as Progress;

  it("draws a change of phase at once, the rest ten times a second", () => {
    const { written, out } = stream(true, 200);
    const display = progressDisplay(out);
    display.update(progress("questions", 0));
    display.update(progress("questions", 0));
    display.update(progress("students", 10));
    display.update(progress("students", 20));
    now += 100;
    display.update(progress("students", 30));
    expect(written).toHaveLength(3);
    expect(written[0]).toContain("step 3/9 questions 50 tokens/s, 1m01s left");
    expect(written[1]).toContain("students [#####...............] 10/40");
    expect(written[2]).toContain("30/40");
  });

  it("says how many of a teacher's completions are accepted", () => {
    const { written, out } = stream(true, 200);
    const sampling = { accepted: 3, needed: 8, sampled: 12, rejected: { "answer tags": 9 } };
    progressDisplay(out).update({ ...progress("questions", 0), sampling });
    expect(written[0]).toContain("step 3/9 questions 3/8 accepted, 12 sampled (rejected: answer tags 9)");
  });

  it("writes lines of JSON if asked, at most every half a minute", () => {
    const { written, out } = stream(false);
    const display = progressDisplay(out, true);
    display.update(progress("questions", 0));
    display.update(progress("students", 1));
    now += 30_000;
    display.update(progress("students", 2));
    display.notice("said");
    display.end();
    expect(written.map(line => JSON.parse(line))).toEqual([
      { progress: progress("questions", 0) },
      { progress: progress("students", 2) },
      { notice: "said" },
    ]);
  });

  it("draws nothing live when piped", () => {
    const { written, out } = stream(false);
    const display = progressDisplay(out);
    display.update(progress("questions", 0));
    display.end();
    expect(written).toEqual([]);
  });
});

describe("judgeDisplay", () => {
  const usage = { cached: 0, promptTokens: 30, completionTokens: 12 };
  const update = (display: ReturnType<typeof judgeDisplay>, done: number) =>
    display.update({ done, total: 40, unjudged: 1, usage } as never);

  it("writes a line every tenth of the way when piped", () => {
    const { written, out } = stream(false);
    const display = judgeDisplay(out);
    for (let done = 1; done <= 40; done++) update(display, done);
    display.end();
    expect(written.map(text => text.split(",")[0])).toEqual(
      [4, 8, 12, 16, 20, 24, 28, 32, 36, 40].map(done => `judged ${done}/40`),
    );
    expect(written[0]).toBe("judged 4/40, 1 without a verdict, 42 tokens\n");
  });

  it("draws on a terminal, and always its last state", () => {
    const { written, out } = stream(true, 200);
    const display = judgeDisplay(out);
    update(display, 1);
    update(display, 2);
    update(display, 40);
    display.end();
    expect(written.map(text => text.slice(clear.length).split(",")[0])).toEqual([
      "judged 1/40",
      "judged 40/40",
      "",
    ]);
  });
});
