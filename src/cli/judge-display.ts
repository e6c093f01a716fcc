import type { JudgeProgress } from "../grading/judge/judge-questions.js";

export interface JudgeDisplay {
  update(progress: JudgeProgress): void;
  /** Clears the live line. */
  end(): void;
}

/** Progress of a judge: a live line on a terminal; a line every tenth of the way when piped. */
export function judgeDisplay(stream: NodeJS.WriteStream): JudgeDisplay {
  let lastDraw = 0;
  let tenths = 0;
  return {
    update: progress => {
      const { done, total } = progress;
      if (stream.isTTY) {
        const now = performance.now();
        if (now - lastDraw < 100 && done < total) return;
        lastDraw = now;
        stream.write(`\r\x1b[K${progressLine(progress).slice(0, (stream.columns ?? 120) - 1)}`);
      } else if (Math.floor((10 * done) / total) > tenths) {
        tenths = Math.floor((10 * done) / total);
        stream.write(`${progressLine(progress)}\n`);
      }
    },
    end: () => {
      if (stream.isTTY) stream.write("\r\x1b[K");
    },
  };
}

function progressLine({ done, total, unjudged, usage }: JudgeProgress): string {
  const { cached, promptTokens, completionTokens, cost } = usage;
  const parts = [
    `judged ${done}/${total}`,
    ...(cached > 0 ? [`${cached} from the cache`] : []),
    ...(unjudged > 0 ? [`${unjudged} without a verdict`] : []),
    `${promptTokens + completionTokens} tokens`,
    ...(cost === undefined ? [] : [`cost ${cost.toFixed(4)}`]),
  ];
  return parts.join(", ");
}
