/**
 * What no published source may have, as the syntax tree shows it: each of these has broken a program of somebody's, on a host
 * or through a tool that the author did not have (docs/borders.md says how).
 *
 * TypeScript 7 is a native program without an API, so this reads the sources with the last version that has one.
 */
import ts from "typescript-5.9";

export interface Breach {
  readonly line: number;
  readonly what: string;
}

/** What of the global object no realm has in common with another. */
const BUILT_INS = new Set(Object.getOwnPropertyNames(globalThis).filter((name) => /^[A-Z]/.test(name)));

/** The breaches in a file: none, where all is well. */
export function breachesIn(file: string, text: string): Breach[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const breaches: Breach[] = [];
  const visit = (node: ts.Node): void => {
    const what = breachOf(node);
    if (what !== undefined) {
      breaches.push({ line: 1 + source.getLineAndCharacterOfPosition(node.getStart()).line, what });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return breaches;
}

function breachOf(node: ts.Node): string | undefined {
  if (ts.isPrivateIdentifier(node)) return `${node.text}: a call through a proxy fails there, maybe half-way`;
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword) {
    const type = node.right.getText();
    if (BUILT_INS.has(type)) return `instanceof ${type}: another realm has another one`;
  }
  if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.Using) === ts.NodeFlags.Using) {
    return "using: what it is lowered to fails where Symbol.dispose is missing";
  }
  if (ts.isPropertyAccessExpression(node) && node.getText() === "Symbol.dispose" && !isDeclared(node)) {
    return "Symbol.dispose: a host may not have it; `disposable` knows what stands for it";
  }
  if (
    ts.isNewExpression(node) &&
    node.getText().startsWith("new URL(") &&
    node.getText().endsWith("import.meta.url)")
  ) {
    return `${node.getText()}: bundlers look for that file, and CommonJS has no import.meta`;
  }
  if (ts.isNewExpression(node) && /^(Shared)?ArrayBuffer$/.test(node.expression.getText()) && !isEmpty(node)) {
    return `${node.getText()}: newBuffer says by code what the host refuses`;
  }
  if (ts.isPropertyAccessExpression(node) && node.name.text === "unref" && ts.isCallExpression(node.parent)) {
    const { questionDotToken } = node.parent;
    if (questionDotToken === undefined) return `${node.getText()}(): not every timer has it`;
  }
  return undefined;
}

/** `new ArrayBuffer(0)` is never refused. */
const isEmpty = (node: ts.NewExpression): boolean => node.arguments?.[0]?.getText() === "0";

/** `declare readonly [Symbol.dispose]: …` is a type, and no code. */
const isDeclared = ({ parent }: ts.Node): boolean =>
  ts.isComputedPropertyName(parent) &&
  ts.isPropertyDeclaration(parent.parent) &&
  parent.parent.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword) === true;
