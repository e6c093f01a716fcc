import type { JudgeProgress } from "../grading/judge/judge-questions.js";
import { liveLine } from "./live-line.js";

export interface JudgeDisplay {
  update(progress: JudgeProgress): void;
  /** Clears the live line. */
  end(): void;
}

/** Progress of a judge: a live line on a terminal; a line every tenth of the way when piped. */
export function judgeDisplay(stream: NodeJS.WriteStream): JudgeDisplay {
  const line = liveLine(stream);
  let tenths = 0;
  return {
    update: progress => {
      const { done, total } = progress;
      if (line.isLive) {
        line.draw(progressLine(progress), done === total);
      } else if (Math.floor((10 * done) / total) > tenths) {
        tenths = Math.floor((10 * done) / total);
        line.write(progressLine(progress));
      }
    },
    end: line.end,
  };
}

function progressLine({ done, total, unjudged, usage }: JudgeProgress): string {
  const { cached, promptTokens, completionTokens, cost } = usage;
  const parts = [
    `judged ${done}/${total}`,
    ...(cached > 0 ? [`${cached} from cache`] : []),
    ...(unjudged > 0 ? [`${unjudged} without a verdict`] : []),
    `${promptTokens + completionTokens} tokens`,
    ...(cost === undefined ? [] : [`cost ${cost.toFixed(4)}`]),
  ];
  return parts.join(", ");
}
