/**
 * A seed in [0, 2^31) from a path of names and numbers, e.g. `deriveSeed(0, "students", step, k, j)`. Every random
 * choice of a run takes its own seed this way, so that no choice depends on the order in which others were made.
 */
export function deriveSeed(...path: readonly (string | number)[]): number {
  // 32-bit FNV-1a over the path's text, then murmur3's finaliser, because FNV alone leaves neighbours alike.
  let hash = 0x811c9dc5;
  for (const character of path.join("/")) {
    hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 1;
}
