/** A line on a terminal that is drawn over and over, below lines that stay; when piped, only the latter. */
export interface LiveLine {
  /** Draws the live line anew, at most ten times a second. */
  draw(text: string): void;
  /** Writes a line that stays. */
  write(text: string): void;
  /** Clears the live line; may be called twice. */
  end(): void;
}

export function liveLine(stream: NodeJS.WriteStream): LiveLine {
  let drawn = 0;
  const clear = () => {
    if (stream.isTTY) stream.write("\r\x1b[K");
  };
  return {
    draw: text => {
      const now = performance.now();
      if (!stream.isTTY || now - drawn < 100) return;
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
