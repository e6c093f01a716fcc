import { z } from "zod";
import { closestMatch } from "../util/closest-match.js";

/**
 * Checks a configuration against its schema and fills in the defaults.
 * @param source what the configuration is called in errors, e.g. its file
 * @throws Error that lists every wrong field by path, with the value and what was expected, and the nearest known name of unknown ones
 */
export function checkConfig<T extends z.ZodObject>(input: unknown, source: string, schema: T): z.infer<T> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(issue => `  ${describe(issue, input, schema)}`);
  throw new Error(`${source} is not valid:\n${lines.join("\n")}`);
}

function describe(issue: z.core.$ZodIssue, input: unknown, schema: z.ZodObject): string {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, path, input);
    return issue.keys
      .map(key => {
        const guess = closestMatch(key, known);
        return `${[...path, key].join(".")}: unknown; ${guess ? `did you mean ${guess}?` : `known here: ${known.join(", ")}`}`;
      })
      .join("\n  ");
  }
  const value = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], input);
  const expected =
    issue.code === "invalid_union" && issue.errors.length > 0
      ? issue.errors.map(([first]) => first?.message).join("; or: ")
      : issue.message;
  return `${path.join(".") || "(root)"}: ${expected} (got ${show(value)})`;
}

/** Returns a value as JSON, shortened if it is long. Numbers that JSON lacks are written by name. */
function show(value: unknown): string {
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? "nothing");
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}

/** Returns the field names at a path of a schema. The input selects among alternative forms. */
function knownKeys(schema: unknown, path: string[], input: unknown): string[] {
  const [key, ...rest] = path;
  const fields = fieldsOf(schema, input);
  if (key === undefined) return Object.keys(fields);
  return knownKeys(fields[key], rest, (input as Record<string, unknown> | undefined)?.[key]);
}

function fieldsOf(schema: unknown, input: unknown): Record<string, unknown> {
  let inner = schema;
  while (inner instanceof z.ZodPrefault || inner instanceof z.ZodDefault || inner instanceof z.ZodOptional) {
    inner = inner.unwrap();
  }
  if (inner instanceof z.ZodDiscriminatedUnion) {
    const { discriminator } = inner.def;
    const form = (input as Record<string, unknown> | undefined)?.[discriminator];
    inner = inner.options.find(
      option => option instanceof z.ZodObject && option.shape[discriminator].safeParse(form).success,
    );
  }
  return inner instanceof z.ZodObject ? inner.shape : {};
}
