/** A value that may be changed in parts: fields of plain objects, at any depth. */
type Fields = Record<string, unknown>;

/** The fields of `base` changed by those of `changes`, at any depth; arrays and other values are replaced as a whole. */
export function deepMerge(base: object, ...changes: readonly (object | undefined)[]): Fields {
  const merged: Fields = { ...base };
  for (const change of changes) {
    for (const [key, value] of Object.entries(change ?? {})) {
      const before = merged[key];
      merged[key] = isFields(before) && isFields(value) ? deepMerge(before, value) : value;
    }
  }
  return merged;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
