import { randomBytes } from "node:crypto";

/** A name for an element that no other output of a page has. */
export function uniqueElementId(): string {
  return `soarlab-${randomBytes(6).toString("hex")}`;
}
