import { z } from "zod";
import { nearest } from "../util/nearest.js";
import { type SoarConfig, soarConfigSchema } from "./config.js";

/**
 * Checks a configuration, a SOAR run's unless a schema says otherwise, and fills in its defaults.
 * @throws Error that lists every wrong field by path, with the value and what was expected, and the nearest known name of unknown ones
 */
export function parseConfig(input: unknown, source?: string): SoarConfig;
export function parseConfig<T extends z.ZodObject>(
  input: unknown,
  source: string | undefined,
  schema: T,
): z.infer<T>;
export function parseConfig(
  input: unknown,
  source = "the configuration",
  schema: z.ZodObject = soarConfigSchema,
): unknown {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(issue => `  ${describe(issue, input, schema)}`);
  throw new Error(`${source} is not valid:\n${lines.join("\n")}`);
}

function describe(issue: z.core.$ZodIssue, input: unknown, schema: z.ZodObject): string {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, path);
    return issue.keys
      .map(key => {
        const guess = nearest(key, known);
        return `${[...path, key].join(".")}: unknown; ${guess ? `did you mean ${guess}?` : `known here: ${known.join(", ")}`}`;
      })
      .join("\n  ");
  }
  const value = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], input);
  return `${path.join(".") || "(root)"}: ${issue.message} (got ${JSON.stringify(value) ?? "nothing"})`;
}

/** Names of the fields at a path of a schema. */
function knownKeys(schema: unknown, path: string[]): string[] {
  const at = path.reduce((schema, key) => fieldsOf(schema)?.[key], schema);
  return Object.keys(fieldsOf(at) ?? {});
}

function fieldsOf(schema: unknown): Record<string, unknown> | undefined {
  let inner = schema;
  while (inner instanceof z.ZodPrefault || inner instanceof z.ZodDefault || inner instanceof z.ZodOptional) {
    inner = inner.unwrap();
  }
  return inner instanceof z.ZodObject ? inner.shape : undefined;
}
