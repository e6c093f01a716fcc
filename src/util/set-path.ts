/**
 * Sets the field at a path like "student.steps", making the objects on the way there.
 * @throws Error if the path names an inherited property
 */
export function setPath(target: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.split(".");
  const inherited = keys.find(key => key in Object.prototype);
  if (inherited) throw new Error(`${path}: no field can be named ${inherited}`);
  const last = keys.pop()!;
  let node = target;
  for (const key of keys) {
    const next = node[key];
    if (typeof next !== "object" || next === null) node[key] = {};
    node = node[key] as Record<string, unknown>;
  }
  node[last] = value;
}
