/** When piped, the shortest time between two writes of the line, in ms. */
export const pipedMs = 30_000;

/**
 * A line on a terminal that is redrawn repeatedly, below lines that stay; when piped, the latter, and the
 * line itself every half minute.
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
  const clear = () => {
    if (stream.isTTY) stream.write("\r\x1b[K");
  };
  return {
    isLive: stream.isTTY === true,
    draw: (text, atOnce = false) => {
      const now = performance.now();
      if (stream.isTTY ? !atOnce && now - drawn < 100 : now - drawn < pipedMs) return;
      drawn = now;
      if (!stream.isTTY) stream.write(`${text}\n`);
      else stream.write(`\r\x1b[K${text.slice(0, (stream.columns ?? 120) - 1)}`);
    },
    write: text => {
      clear();
      stream.write(`${text}\n`);
    },
    end: clear,
  };
}
