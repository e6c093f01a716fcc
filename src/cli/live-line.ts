/** When piped, the shortest time between two writes of the line, in ms. */
export const pipedMs = 30_000;

/**
 * A line on a terminal that is redrawn repeatedly, below lines that stay; when piped, the latter, and the
 * line itself every half minute, even if nobody draws it anew.
 */
export interface LiveLine {
  /** Whether there is a terminal to draw on. */
  readonly isLive: boolean;
  /** Redraws the live line: on a terminal at most ten times a second, or at once. */
  draw(text: string, atOnce?: boolean): void;
  /** Writes a line that stays. */
  write(text: string): void;
  /** Clears the live line; may be called twice. */
  end(): void;
}

export function liveLine(stream: NodeJS.WriteStream): LiveLine {
  let drawn = stream.isTTY ? Number.NEGATIVE_INFINITY : performance.now();
  let latest = "";
  let heartbeat: NodeJS.Timeout | undefined;
  const writePiped = () => {
    if (performance.now() - drawn < pipedMs) return;
    drawn = performance.now();
    stream.write(`${latest}\n`);
  };
  const clear = () => {
    if (stream.isTTY) stream.write("\r\x1b[K");
  };
  return {
    isLive: stream.isTTY === true,
    draw: (text, atOnce = false) => {
      if (!stream.isTTY) {
        latest = text;
        heartbeat ??= setInterval(writePiped, 1000).unref();
        writePiped();
        return;
      }
      const now = performance.now();
      if (!atOnce && now - drawn < 100) return;
      drawn = now;
      stream.write(`\r\x1b[K${text.slice(0, (stream.columns ?? 120) - 1)}`);
    },
    write: text => {
      clear();
      stream.write(`${text}\n`);
    },
    end: () => {
      clearInterval(heartbeat);
      heartbeat = undefined;
      clear();
    },
  };
}
