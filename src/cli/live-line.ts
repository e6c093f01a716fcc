/** A line on a terminal that is drawn over and over, below lines that stay; when piped, only the latter. */
export interface LiveLine {
  /** Whether there is a terminal to draw on. */
  readonly isLive: boolean;
  /** Draws the live line anew, at most ten times a second, or at once. */
  draw(text: string, atOnce?: boolean): void;
  /** Writes a line that stays. */
  write(text: string): void;
  /** Clears the live line; may be called twice. */
  end(): void;
}

export function liveLine(stream: NodeJS.WriteStream): LiveLine {
  let drawn = Number.NEGATIVE_INFINITY;
  const clear = () => {
    if (stream.isTTY) stream.write("\r\x1b[K");
  };
  return {
    isLive: stream.isTTY === true,
    draw: (text, atOnce = false) => {
      const now = performance.now();
      if (!stream.isTTY || (!atOnce && now - drawn < 100)) return;
      drawn = now;
      stream.write(`\r\x1b[K${text.slice(0, (stream.columns ?? 120) - 1)}`);
    },
    write: text => {
      clear();
      stream.write(`${text}\n`);
    },
    end: clear,
  };
}
