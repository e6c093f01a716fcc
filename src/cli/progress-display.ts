import type { StepEvent } from "../soar/events.js";
import type { Progress } from "../soar/progress.js";
import { meanReward } from "../soar/run-state.js";
import { duration } from "./duration.js";
import { liveLine, pipedMs } from "./live-line.js";

export interface ProgressDisplay {
  update(progress: Progress): void;
  step(event: StepEvent): void;
  /** Writes a line that stays. */
  notice(text: string): void;
  /** Clears the live line; may be called twice. */
  end(): void;
}

/**
 * Progress of a run: a live line on a terminal above which each finished step leaves one; when piped, the latter, and the
 * live line every half minute.
 * @param asJson whether each line is JSON instead: `{"progress": ...}` at most every half a minute, `{"step": ...}`,
 *   `{"notice": ...}`
 */
export function progressDisplay(stream: NodeJS.WriteStream, asJson = false): ProgressDisplay {
  if (asJson) return jsonDisplay(stream);
  const line = liveLine(stream);
  let latest: Progress | undefined;
  return {
    update: progress => {
      const isNewPhase = latest?.phase !== progress.phase;
      latest = progress;
      line.draw(progressLine(progress), isNewPhase);
    },
    step: event => line.write(stepLine(event, latest)),
    notice: line.write,
    end: line.end,
  };
}

function jsonDisplay(stream: NodeJS.WriteStream): ProgressDisplay {
  let written = Number.NEGATIVE_INFINITY;
  const write = (value: object) => stream.write(`${JSON.stringify(value)}\n`);
  return {
    update: progress => {
      const now = performance.now();
      if (now - written < pipedMs) return;
      written = now;
      write({ progress });
    },
    step: step => write({ step }),
    notice: notice => write({ notice }),
    end: () => {},
  };
}

function progressLine(progress: Progress): string {
  const { step, outerSteps, phase, studentSteps, sampling, tokens, seconds, secondsLeft } = progress;
  const share = studentSteps.total ? studentSteps.done / studentSteps.total : 0;
  const filled = Math.round(share * 20);
  const bar =
    phase === "students"
      ? ` [${"#".repeat(filled)}${".".repeat(20 - filled)}] ${studentSteps.done}/${studentSteps.total}`
      : phase === "questions" && sampling
        ? ` ${samplingText(sampling)}`
        : "";
  const left = secondsLeft === undefined ? "" : `, ${duration(secondsLeft)} left`;
  return `step ${Math.min(step + 1, outerSteps)}/${outerSteps} ${phase}${bar} ${Math.round(tokens / seconds)} tokens/s${left}`;
}

function samplingText({ accepted, needed, sampled, rejected }: NonNullable<Progress["sampling"]>): string {
  const reasons = Object.entries(rejected).map(([reason, count]) => `${reason} ${count}`);
  const why = reasons.length > 0 ? ` (rejected: ${reasons.join(", ")})` : "";
  return `${accepted}/${needed} accepted, ${sampled} sampled${why}`;
}

function stepLine(event: StepEvent, progress: Progress | undefined): string {
  const average = event.movingAverage === null ? "-" : signed(event.movingAverage);
  const columns = [
    `step ${String(event.step + 1).padStart(3)}`,
    `reward ${signed(meanReward(event))}`,
    `average ${average}${progress?.threshold === undefined ? "" : ` (tau ${progress.threshold})`}`,
    `baseline on Q_R ${event.baselineAccuracy.toFixed(2)}`,
    ...(event.promotion ? [`PROMOTED: greedy train ${event.promotion.accuracy.train.toFixed(2)}`] : []),
    ...(progress?.secondsLeft ? [`${duration(progress.secondsLeft)} left`] : []),
  ];
  return columns.join("  ");
}

function signed(value: number): string {
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(3)}`;
}
