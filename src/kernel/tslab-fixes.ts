import { readFileSync } from "node:fs";
import Module from "node:module";

/** A change of one of tslab's files: a text that occurs there once, and its replacement. */
interface Fix {
  file: RegExp;
  from: string;
  to: string;
}

/**
 * Bugs of tslab 1.0.22, fixed as its files are loaded. Each fix is written so that the same lines can be changed in
 * its sources (https://github.com/yunabe/tslab, src/converter.ts).
 */
const fixes: Fix[] = [
  {
    // `f({ items })` with `items` of an earlier cell: the symbol at the name is that of the new property, so the value
    // was left as it is, and a ReferenceError.
    file: /[\\/]tslab[\\/]dist[\\/]converter\.js$/,
    from: `            if (!ts.isIdentifier(node)) {
                return ts.visitEachChild(node, wrapPrevIdentifier, nullTransformationContext);
            }`,
    to: `            if (ts.isShorthandPropertyAssignment(node)) {
                const value = checker.getShorthandAssignmentValueSymbol(node);
                const isPrev = value && value.declarations && value.declarations.some(decl => decl.getSourceFile() === declsFile);
                const init = node.objectAssignmentInitializer && ts.visitNode(node.objectAssignmentInitializer, wrapPrevIdentifier);
                if (!isPrev) {
                    return ts.factory.updateShorthandPropertyAssignment(node, node.name, init);
                }
                const wrapped = ts.factory.createPropertyAccessExpression(ts.factory.createIdentifier("exports"), node.name);
                return ts.factory.createPropertyAssignment(node.name, init ? ts.factory.createAssignment(wrapped, init) : wrapped);
            }
            if (!ts.isIdentifier(node)) {
                return ts.visitEachChild(node, wrapPrevIdentifier, nullTransformationContext);
            }`,
  },
  {
    // `const { items: [first] } = value`, of a type in an earlier cell: the name of a property was taken for a variable.
    file: /[\\/]tslab[\\/]dist[\\/]converter\.js$/,
    from: `            if (node.parent &&
                ts.isPropertyAccessExpression(node.parent) &&
                node.parent.name === node) {
                return node;
            }`,
    to: `            if (node.parent &&
                (((ts.isPropertyAccessExpression(node.parent) || ts.isPropertyAssignment(node.parent)) &&
                    node.parent.name === node) ||
                    (ts.isBindingElement(node.parent) && node.parent.propertyName === node))) {
                return node;
            }`,
  },
  {
    // A cell whose only await is that of a `for await` ran as if it had none.
    file: /[\\/]tslab[\\/]dist[\\/]converter\.js$/,
    from: `    function convertDiagnostics(input) {
        let hasToplevelAwait = false;
        const diagnostics = [];
        const srcFile = builder.getSourceFile(srcFilename);`,
    to: `    function hasTopLevelForAwait(node) {
        return !ts.isFunctionLike(node) && !ts.isClassLike(node) &&
            ((ts.isForOfStatement(node) && node.awaitModifier !== undefined) || ts.forEachChild(node, hasTopLevelForAwait) === true);
    }
    function convertDiagnostics(input) {
        const diagnostics = [];
        const srcFile = builder.getSourceFile(srcFilename);
        let hasToplevelAwait = hasTopLevelForAwait(srcFile);`,
  },
];

/**
 * Applies the fixes to files loaded from now on. Another version of tslab, whose files differ, is loaded unchanged.
 * @returns a function that returns which fixes did not fit
 */
export function fixTslab(): () => string[] {
  const compile = (Module as unknown as { _extensions: NodeJS.Dict<Loader> })._extensions;
  const load = compile[".js"]!;
  const missed: string[] = [];
  compile[".js"] = (module, path) => {
    const own = fixes.filter(({ file }) => file.test(path));
    if (own.length === 0) return load(module, path);
    let text = readFileSync(path, "utf8");
    for (const { from, to } of own) {
      if (text.split(from).length === 2) text = text.replace(from, () => to);
      else missed.push(`${path}: ${from.trim().split("\n")[0]}`);
    }
    module._compile(text, path);
  };
  return () => missed;
}

type Loader = (module: Module & { _compile(text: string, path: string): void }, path: string) => void;
