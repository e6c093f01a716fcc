import { z } from "zod";
import type { Identity } from "../problems/domain.js";

/** How a configuration names a domain, a reward or a sampler that does not come with soarlab. */
export const identitySchema = z.strictObject({ name: z.string().min(1), version: z.string().min(1) });

export interface CheckIdentityParams {
  /** The configuration's field, for errors. */
  field: string;
  /** Its value: the name of a built-in one, or the identity of an external one. */
  configured: string | Identity | undefined;
  /** The value that the caller passed. */
  given: Identity | undefined;
  /** The parameter to pass it by, for errors. */
  parameter: string;
}

/** A configuration names a value that the caller has to pass, and it was not passed, or in another version. */
export class MissingValueError extends Error {
  override readonly name = "MissingValueError";
}

/**
 * Checks that a value which a configuration names and soarlab lacks was passed, in the same version.
 * @throws MissingValueError that says how to pass it
 */
export function checkIdentity({ field, configured, given, parameter }: CheckIdentityParams): void {
  if (typeof configured !== "object") return;
  if (given && given.name === configured.name && given.version === configured.version) return;
  const got = given ? `; the one given is "${given.name}", version ${given.version}` : "";
  throw new MissingValueError(
    `${field} is "${configured.name}", version ${configured.version}, which does not come with soarlab${got}. ` +
      `Pass it as a value, as when this began: openLab, runSoar and runEvaluation take { ${parameter} }`,
  );
}

/** Returns the part of an external value that a configuration keeps. */
export function identityOf({ name, version }: Identity): { name: string; version: string } {
  return { name, version };
}

/** Returns the display name of something that a configuration names. */
export function nameOf(configured: string | Identity): string {
  return typeof configured === "string" ? configured : `${configured.name} (version ${configured.version})`;
}
