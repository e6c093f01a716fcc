import type { Extraction } from "../grading/extract-answer.js";
import { gymDomain } from "../gym/gym-domain.js";
import type { Domain } from "../problems/domain.js";

/** The built-in domains. */
export const builtInDomains = ["gym", "math"] as const;

export type BuiltInDomain = (typeof builtInDomains)[number];

/**
 * Opens a built-in domain; close it when done.
 * @param ways how the maths domain finds a completion's answer; default: only the last box
 */
export async function openDomain(name: BuiltInDomain, ways?: readonly Extraction[]): Promise<Domain> {
  if (name === "gym") return gymDomain;
  // Its grading loads computer algebra and starts threads, which the gym does not need.
  const { createMathDomain } = await import("../problems/math-domain.js");
  return createMathDomain({ ways });
}
