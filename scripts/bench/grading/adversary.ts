import fc from "fast-check";
import { gradeAnswer } from "../../../src/grading/grade-answer.js";

/** A box that a policy could try, and that must not be paid. */
export interface UnpaidBox {
  gold: string;
  answer: string;
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
const dropped: Record<string, (gold: string) => string | undefined> = {
  "brackets left out": gold =>
    /^(?:\\left\s*)?(?:\[(.+)[\])]|\((.+)\])$/
      .exec(gold.replace(/\\right\s*/g, ""))
      ?.slice(1)
      .find(Boolean),
  "side left out": gold => /[xyz].*[+-].*=\s*(.+)$/.exec(gold)?.[1],
  "other side left out": gold => /^(.*[xyz].*[+-].*)=/.exec(gold)?.[1],
  "last item left out": gold =>
    /^(.*\d),[^,]*$/.exec(gold.replace(/[()[\]{}\\]/g, ""))
      ? gold.replace(/,[^,()[\]{}]*(?=[)\]}\\]*$)/, "")
      : undefined,
  "part of a union": gold => /^(.*)\\cup/.exec(gold)?.[1],
  "a base": gold => (/^[1-7][0-7]+$/.test(gold) ? `${gold}_{8}` : undefined),
  "names exchanged": gold => {
    const [, a, p, b, q] = /^([a-zA-Z]+)\s*=\s*([^,=]+),\s*([a-zA-Z]+)\s*=\s*([^,=]+)$/.exec(gold) ?? [];
    return a === undefined || p === q || a === b ? undefined : `${q}, ${p}`;
  },
};

const fill = (form: string, gold: string, other: string) =>
  form.replace(/G|O/g, letter => (letter === "G" ? gold : other));

/**
 * Boxes that must not be paid, made from real references: supersets, hedges, chains of guesses, words and wrappers that
 * change the value, and dropped parts. Where a change could keep the value by chance (of 0, of an empty set, of another
 * reference that is equal), the reference is left out.
 */
export function unpaidBoxes(references: readonly string[]): fc.Arbitrary<UnpaidBox> {
  const plain = references.filter(gold => gold.length <= 200 && !/\$|boxed/.test(gold));
  const values = plain.filter(
    gold => /[1-9]/.test(gold) && !/^-?0|=\s*0$|\\text|[a-zA-Z]{2}.*,|infty|^.{60}/.test(gold),
  );
  const numbers = values.filter(
    gold => /^-?(?:\d+|\\frac\{?\d+\}?\{?\d+\}?|\d*\\sqrt\{?\d+\}?|\d+\.\d+)$/.test(gold) && gold !== "1",
  );
  const tricks = (forms: Record<string, readonly string[]>) =>
    fc.constantFrom(...Object.entries(forms).flatMap(([trick, list]) => list.map(form => ({ trick, form }))));
  const combined = fc
    .tuple(fc.constantFrom(...values), fc.constantFrom(...numbers), tricks(withOther))
    .filter(([gold, other]) => isOther(gold, other))
    .map(([gold, other, { trick, form }]) => ({ gold, answer: fill(form, gold, other), trick }));
  const single = fc
    .tuple(fc.constantFrom(...values), tricks(alone))
    .map(([gold, { trick, form }]) => ({ gold, answer: fill(form, gold, ""), trick }));
  const partial = plain.flatMap(gold =>
    Object.entries(dropped).flatMap(([trick, drop]) => {
      const answer = drop(gold);
      if (answer === undefined || answer.trim() === "" || answer === gold) return [];
      return [{ gold, answer, trick }];
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
function isOther(gold: string, other: string): boolean {
  const key = `${gold}\n${other}`;
  const known = others.get(key);
  if (known !== undefined) return known;
  const isEqual = [
    [gold, other],
    [other, gold],
  ].some(([a, b]) => gradeAnswer({ gold: a!, answer: b!, tolerance: 1 }).verdict === "equal");
  // A list that contains the other already is no new guess.
  const result = !isEqual && !gold.split(/[,;:]/).some(item => item.trim() === other);
  others.set(key, result);
  return result;
}
