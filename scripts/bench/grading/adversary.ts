import fc from "fast-check";
import { gradeAnswer } from "../../../src/grading/grade-answer.js";

/** A box that a policy could try, and that must not be paid. */
export interface UnpaidBox {
  answer: string;
  given: string;
  /** What was done to the reference. */
  trick: string;
}

/** Boxes made from the reference G and another reference O of a different value. */
const withOther = {
  superset: ["G, O", "O, G", "\\{G, O\\}", "G; O", "G, O, G", "(G, O)", "[G, O]", "\\left\\{G, O\\right\\}"],
  "or list": [
    "G or O",
    "G \\text{ or } O",
    "O \\text{ or } G",
    "G \\lor O",
    "G \\text{ and } O",
    "\\text{either } G \\text{ or } O",
    "G \\text{ (or } O)",
    "G / O",
    "G \\cup O",
    "G \\text{ maybe } O",
    "G \\text{, otherwise } O",
    "G | O",
  ],
  chain: [
    "G = O",
    "O = G",
    "G \\approx O",
    "O \\approx G",
    "x = O = G",
    "x = G = O",
    "x = O \\approx G",
    "x = G \\approx O",
    "O \\to G",
    "G \\Rightarrow O",
    "G \\ne O",
    "O \\equiv G",
    "x = O, x = G",
  ],
  range: [
    "G < x < O",
    "O \\le x \\le G",
    "G \\pm O",
    "G : O",
    "G \\text{ to } O",
    "x \\in \\{G, O\\}",
    "G - O",
    "x > O \\text{ or } x = G",
  ],
} satisfies Record<string, readonly string[]>;

/** Boxes made from the reference alone. */
const alone = {
  "changing words": [
    "\\text{not } G",
    "\\text{half of } G",
    "\\text{twice } G",
    "\\text{more than } G",
    "\\text{at most } G",
    "\\text{about } G",
    "\\text{sqrt } G",
    "\\text{negative } G",
    "\\text{the square of } G",
    "\\text{I guess } G",
    "G \\text{ is wrong}",
    "G \\text{ is not the answer}",
    "G \\text{ million}",
    "G \\text{ dozen}",
    "G \\text{ or more}",
    "G \\text{ at least}",
    "G \\text{ squared}",
    "G \\text{ percent of } 7",
    "G \\text{ thousandths}",
    "not G",
    "minus one times G",
  ],
  wrapper: [
    "\\cancel{G}",
    "\\sout{G}",
    "\\sqrt{1+(G)^2}",
    "(G)!!",
    "\\lnot G",
    "\\neg (G)",
    "\\overset{?}{G} + 1",
    "G + \\epsilon",
    "x + G",
    "f(G)",
    "|G| + 1",
    "\\text{A. } G \\text{ B. } 17",
    "(A) G (B) 17",
    "\\ln(1+e^{G})",
    "\\{x : x \\ne G\\}",
  ],
  rest: ["G, \\ldots", "G, G", "1, 2, 3, G", "0, G", "\\emptyset, G", "G, ?", "G \\cdot 10", "2 \\cdot (G)"],
} satisfies Record<string, readonly string[]>;

/** What a reference is without one of its parts. */
const dropped: Record<string, (answer: string) => string | undefined> = {
  "brackets left out": answer =>
    /^(?:\\left\s*)?(?:\[(.+)[\])]|\((.+)\])$/
      .exec(answer.replace(/\\right\s*/g, ""))
      ?.slice(1)
      .find(Boolean),
  "side left out": answer => /[xyz].*[+-].*=\s*(.+)$/.exec(answer)?.[1],
  "other side left out": answer => /^(.*[xyz].*[+-].*)=/.exec(answer)?.[1],
  "last item left out": answer =>
    /^(.*\d),[^,]*$/.exec(answer.replace(/[()[\]{}\\]/g, ""))
      ? answer.replace(/,[^,()[\]{}]*(?=[)\]}\\]*$)/, "")
      : undefined,
  "part of a union": answer => /^(.*)\\cup/.exec(answer)?.[1],
  "a base": answer => (/^[1-7][0-7]+$/.test(answer) ? `${answer}_{8}` : undefined),
  "names exchanged": answer => {
    const [, a, p, b, q] = /^([a-zA-Z]+)\s*=\s*([^,=]+),\s*([a-zA-Z]+)\s*=\s*([^,=]+)$/.exec(answer) ?? [];
    return a === undefined || p === q || a === b ? undefined : `${q}, ${p}`;
  },
};

const fill = (form: string, answer: string, other: string) =>
  form.replace(/G|O/g, letter => (letter === "G" ? answer : other));

/**
 * Boxes that must not be paid, made from real references: supersets, hedges, chains of guesses, words and wrappers that
 * change the value, and dropped parts. Where a change could keep the value by chance (of 0, of an empty set, of another
 * reference that is equal), the reference is left out.
 */
export function unpaidBoxes(references: readonly string[]): fc.Arbitrary<UnpaidBox> {
  const plain = references.filter(answer => answer.length <= 200 && !/\$|boxed/.test(answer));
  const values = plain.filter(
    answer => /[1-9]/.test(answer) && !/^-?0|=\s*0$|\\text|[a-zA-Z]{2}.*,|infty|^.{60}/.test(answer),
  );
  const numbers = values.filter(
    answer =>
      /^-?(?:\d+|\\frac\{?\d+\}?\{?\d+\}?|\d*\\sqrt\{?\d+\}?|\d+\.\d+)$/.test(answer) && answer !== "1",
  );
  const tricks = (forms: Record<string, readonly string[]>) =>
    fc.constantFrom(...Object.entries(forms).flatMap(([trick, list]) => list.map(form => ({ trick, form }))));
  const combined = fc
    .tuple(fc.constantFrom(...values), fc.constantFrom(...numbers), tricks(withOther))
    .filter(([answer, other]) => isOther(answer, other))
    .map(([answer, other, { trick, form }]) => ({ answer, given: fill(form, answer, other), trick }));
  const single = fc
    .tuple(fc.constantFrom(...values), tricks(alone))
    .map(([answer, { trick, form }]) => ({ answer, given: fill(form, answer, ""), trick }));
  const partial = plain.flatMap(answer =>
    Object.entries(dropped).flatMap(([trick, drop]) => {
      const given = drop(answer);
      if (given === undefined || given.trim() === "" || given === answer) return [];
      return [{ answer, given, trick }];
    }),
  );
  return fc.oneof(
    { arbitrary: combined, weight: 6 },
    { arbitrary: single, weight: 3 },
    { arbitrary: fc.constantFrom(...partial), weight: partial.length > 0 ? 1 : 0 },
  );
}

const others = new Map<string, boolean>();

/** Whether the two references have different values, either way round, and neither is a rounding of the other. */
function isOther(answer: string, other: string): boolean {
  const key = `${answer}\n${other}`;
  const known = others.get(key);
  if (known !== undefined) return known;
  const isEqual = [
    [answer, other],
    [other, answer],
  ].some(([a, b]) => gradeAnswer({ answer: a!, given: b!, tolerance: 1 }).verdict === "equal");
  // A list that contains the other already is no new guess.
  const result = !isEqual && !answer.split(/[,;:]/).some(item => item.trim() === other);
  others.set(key, result);
  return result;
}
