/**
 * The engine, its own source, so that it stops before each access of a word: functions that access words, and those that call them, are made
 * generators.
 *
 *     w[at]                 ($1 = at, $.read($1) && (yield), w[$1])
 *     w[at] = value         ($1 = at, $2 = value, $.write($1) && (yield), w[$1] = $2)
 *     Atomics.or(w, at, v)  ($1 = at, $2 = v, $.write($1) && (yield), Atomics.or(w, $1, $2))
 *     give(w, page)         (yield* give(w, page))
 *
 * `$` says at which accesses it stops: explore.ts. Where nothing can stop, as in the constructor, a call is done at once: `$.run(give(w, page))`.
 * The module is made by TypeScript's own printer, and can be given with a line changed: for tests of the tests.
 */
import { readFileSync } from "node:fs";
import ts from "typescript-5.9";

/** What the steps ask. */
export interface Steps {
  /** Is a word read, or written, that others access too? Then it stops. */
  readonly read: (at: number) => boolean;
  readonly write: (at: number) => boolean;
  /** `w.fill`, one word after the other. */
  readonly fill: (w: Int32Array, value: number, from: number, to: number) => Step<void>;
  /** A call from where nothing can stop. */
  readonly run: <T>(call: Step<T>) => T;
}

/** A call that stops before accesses. */
export type Step<T> = Generator<undefined, T, undefined>;

/** A line to have instead, in a file: must be there once. */
export interface Patch {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const SRC: URL = new URL("../../src/", import.meta.url);

/** Files that work with words. Of the others, which are imported as they are, none changes a word while threads go on. */
const FILES = [
  "shared-slab-allocator.ts",
  "lanes/calls.ts",
  "bulk.ts",
  "slabs.ts",
  "page-pool.ts",
  "run-list.ts",
  "page-list.ts",
  "large.ts",
  "lookup.ts",
  "lanes/collect.ts",
  "lanes/heap.ts",
  "lanes/holder.ts",
  "lanes/large.ts",
  "lanes/opened.ts",
  "lanes/relief.ts",
  "lanes/remote.ts",
  "lanes/repair.ts",
  "lanes/state.ts",
  "lanes/strip.ts",
  "lanes/territory.ts",
  "lanes/truth.ts",
];

type Exports = Record<string, unknown>;

/** The modules, by their names: those that are imported and stay as they are are every engine's. */
export async function stepped(steps: Steps, patches: readonly Patch[] = []): Promise<(file: string) => Exports> {
  const sources = new Map(FILES.map((file) => [file, parse(file, patched(file, patches))]));
  const stopping = stoppingIn([...sources.values()]);
  const others = new Map<string, Exports>();
  for (const [file, source] of sources) {
    for (const name of importsOf(source)) {
      const path = resolve(file, name);
      if (!sources.has(path) && !others.has(path)) others.set(path, await import(path));
    }
  }
  const made = new Map<string, Exports>();
  const load = (path: string): Exports => {
    const there = made.get(path) ?? others.get(path);
    if (there !== undefined) return there;
    const source = sources.get(path);
    if (source === undefined) throw new Error(`no module ${path}`);
    const exports: Exports = {};
    made.set(path, exports);
    const require = (name: string) => load(resolve(path, name));
    new Function("exports", "require", "$", print(source, stopping))(exports, require, steps);
    return exports;
  };
  return load;
}

function patched(file: string, patches: readonly Patch[]): string {
  let text = readFileSync(new URL(file, SRC), "utf8");
  for (const { from, to } of patches.filter((patch) => patch.file === file)) {
    if (text.split(from).length !== 2) throw new Error(`${file} has not once: ${from}`);
    text = text.replace(from, () => to);
  }
  return text;
}

function parse(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
}

function importsOf(source: ts.SourceFile): string[] {
  return source.statements
    .filter(ts.isImportDeclaration)
    .filter(({ importClause }) => importClause?.isTypeOnly !== true)
    .map(({ moduleSpecifier }) => (moduleSpecifier as ts.StringLiteral).text);
}

/** A file of src by its path there, another package by its name; what is imported as it is, by its address. */
function resolve(from: string, name: string): string {
  if (!name.startsWith(".")) return name;
  const url = new URL(name, new URL(from, SRC));
  const file = url.href.slice(SRC.href.length);
  return FILES.includes(file) ? file : url.href;
}

/** Names of functions and methods that access words, or call such as do. */
function stoppingIn(sources: readonly ts.SourceFile[]): Set<string> {
  const names = new Set<string>();
  for (let before = -1; before < names.size; ) {
    before = names.size;
    for (const source of sources) visit(source, undefined, names);
  }
  return names;
}

function visit(node: ts.Node, name: string | undefined, names: Set<string>): void {
  const inside = nameOf(node) ?? (isBarrier(node) ? undefined : name);
  if (inside !== undefined && (isAccess(node) || calledBy(node, names) !== undefined)) names.add(inside);
  ts.forEachChild(node, (child) => visit(child, inside, names));
}

/** The name of what can be a generator: a function, a method, and an arrow function that a constant is. */
function nameOf(node: ts.Node): string | undefined {
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) return node.name?.getText();
  if (ts.isArrowFunction(node) && ts.isVariableDeclaration(node.parent)) return node.parent.name.getText();
  return undefined;
}

/** What can't be one. */
function isBarrier(node: ts.Node): boolean {
  return ts.isArrowFunction(node) || ts.isConstructorDeclaration(node) || ts.isAccessor(node);
}

function isWord(node: ts.Node): node is ts.ElementAccessExpression {
  return ts.isElementAccessExpression(node) && isWords(node.expression);
}

/** The control block is `w` in all of the engine. */
function isWords(node: ts.Node): boolean {
  return ts.isIdentifier(node) && node.text === "w";
}

function isAtomic(node: ts.Node): node is ts.CallExpression {
  return (
    ts.isCallExpression(node) &&
    ts.isPropertyAccessExpression(node.expression) &&
    node.expression.expression.getText() === "Atomics"
  );
}

function isFill(node: ts.Node): node is ts.CallExpression {
  return (
    ts.isCallExpression(node) &&
    ts.isPropertyAccessExpression(node.expression) &&
    node.expression.name.text === "fill" &&
    isWords(node.expression.expression)
  );
}

function isAccess(node: ts.Node): boolean {
  return isWord(node) || isAtomic(node) || isFill(node);
}

/** The name of what a call calls, where that is one of `names`. */
function calledBy(node: ts.Node, names: ReadonlySet<string>): string | undefined {
  if (!ts.isCallExpression(node)) return undefined;
  const { expression } = node;
  const name = ts.isIdentifier(expression)
    ? expression.text
    : ts.isPropertyAccessExpression(expression) && isOurs(expression.expression)
      ? expression.name.text
      : undefined;
  return name !== undefined && names.has(name) ? name : undefined;
}

/** `this`, `it`, `this.itself()`, `object`: the allocator; all else has no method that stops. */
function isOurs(node: ts.Node): boolean {
  return ["this", "it", "object", "this.itself()"].includes(node.getText());
}

const f = ts.factory;

/** What was printed, by source: of a wrong variant most files are the right one's. */
const printed = new Map<string, string>();

function print(source: ts.SourceFile, stopping: ReadonlySet<string>): string {
  const key = `${[...stopping]} ${source.text}`;
  const there = printed.get(key);
  if (there !== undefined) return there;
  const text = printAnew(source, stopping);
  printed.set(key, text);
  return text;
}

function printAnew(source: ts.SourceFile, stopping: ReadonlySet<string>): string {
  const { outputText, diagnostics } = ts.transpileModule(source.text, {
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.CommonJS, verbatimModuleSyntax: false },
    fileName: source.fileName,
    reportDiagnostics: true,
    transformers: { before: [(context) => (file) => transformed(file, stopping, context)] },
  });
  if (diagnostics !== undefined && diagnostics.length > 0) throw new Error(`${source.fileName} does not parse`);
  return outputText;
}

function transformed(
  source: ts.SourceFile,
  stopping: ReadonlySet<string>,
  context: ts.TransformationContext,
): ts.SourceFile {
  // Of the function that is being made; undefined where nothing can stop.
  let temps: ts.Identifier[] | undefined;

  const temp = (): ts.Identifier => {
    const name = f.createIdentifier(`$${(temps as ts.Identifier[]).length + 1}`);
    (temps as ts.Identifier[]).push(name);
    return name;
  };
  const stop = (kind: "read" | "write", at: ts.Expression) =>
    f.createLogicalAnd(
      f.createCallExpression(f.createPropertyAccessExpression(f.createIdentifier("$"), kind), undefined, [at]),
      f.createParenthesizedExpression(f.createYieldExpression(undefined, undefined)),
    );
  const sequence = (...parts: ts.Expression[]) =>
    f.createParenthesizedExpression(parts.reduce((a, b) => f.createComma(a, b)));
  const word = (at: ts.Expression) => f.createElementAccessExpression(f.createIdentifier("w"), at);
  const read = (at: ts.Identifier) => sequence(stop("read", at), word(at));

  const assign = (node: ts.BinaryExpression): ts.Expression => {
    const at = temp();
    const value = temp();
    const index = expr((node.left as ts.ElementAccessExpression).argumentExpression);
    const operator = COMPOUND.get(node.operatorToken.kind);
    const right = f.createParenthesizedExpression(expr(node.right));
    const now = operator === undefined ? right : f.createBinaryExpression(read(at), operator, right);
    return sequence(
      f.createAssignment(at, index),
      f.createAssignment(value, now),
      stop("write", at),
      f.createAssignment(word(at), value),
    );
  };
  const count = (node: ts.PostfixUnaryExpression): ts.Expression => {
    const at = temp();
    const before = temp();
    const index = expr((node.operand as ts.ElementAccessExpression).argumentExpression);
    const operator = node.operator === ts.SyntaxKind.PlusPlusToken ? ts.SyntaxKind.PlusToken : ts.SyntaxKind.MinusToken;
    return sequence(
      f.createAssignment(at, index),
      f.createAssignment(before, read(at)),
      stop("write", at),
      f.createAssignment(word(at), f.createBinaryExpression(before, operator, f.createNumericLiteral(1))),
      before,
    );
  };
  const atomic = (node: ts.CallExpression): ts.Expression => {
    const [view, index, ...rest] = node.arguments;
    const at = temp();
    const values = rest.map(() => temp());
    const kind = (node.expression as ts.PropertyAccessExpression).name.text === "load" ? "read" : "write";
    return sequence(
      f.createAssignment(at, expr(index)),
      ...rest.map((value, i) => f.createAssignment(values[i], expr(value))),
      stop(kind, at),
      f.createCallExpression(node.expression, undefined, [view, at, ...values]),
    );
  };
  const fill = (node: ts.CallExpression): ts.Expression => {
    const name = f.createPropertyAccessExpression(f.createIdentifier("$"), "fill");
    const call = f.createCallExpression(name, undefined, [f.createIdentifier("w"), ...node.arguments.map(expr)]);
    return f.createParenthesizedExpression(f.createYieldExpression(f.createToken(ts.SyntaxKind.AsteriskToken), call));
  };

  const expr = (node: ts.Expression): ts.Expression => ts.visitNode(node, visitor) as ts.Expression;

  /** A body with its temporaries before it. */
  const bodyOf = (body: ts.ConciseBody): ts.Block => {
    const outer = temps;
    temps = [];
    const block = ts.isBlock(body)
      ? (ts.visitEachChild(body, visitor, context) as ts.Block)
      : f.createBlock([f.createReturnStatement(expr(body))]);
    const names = temps;
    temps = outer;
    if (names.length === 0) return block;
    const declared = names.map((name) => f.createVariableDeclaration(name));
    const list = f.createVariableDeclarationList(declared, ts.NodeFlags.Let);
    return f.createBlock([f.createVariableStatement(undefined, list), ...block.statements], true);
  };
  const atOnce = (node: ts.Node): ts.Node => {
    const outer = temps;
    temps = undefined;
    const same = ts.visitEachChild(node, visitor, context);
    temps = outer;
    return same;
  };
  const star = f.createToken(ts.SyntaxKind.AsteriskToken);

  const visitor = (node: ts.Node): ts.Node => {
    const name = nameOf(node);
    if (name !== undefined && stopping.has(name)) {
      if (ts.isFunctionDeclaration(node) && node.body !== undefined) {
        const { modifiers, parameters, body } = node;
        return f.createFunctionDeclaration(modifiers, star, node.name, undefined, parameters, undefined, bodyOf(body));
      }
      if (ts.isMethodDeclaration(node) && node.body !== undefined) {
        const { modifiers, parameters, body } = node;
        const made = bodyOf(body);
        return f.createMethodDeclaration(modifiers, star, node.name, undefined, undefined, parameters, undefined, made);
      }
      if (ts.isArrowFunction(node)) {
        const made = bodyOf(node.body);
        return f.createFunctionExpression(undefined, star, undefined, undefined, node.parameters, undefined, made);
      }
    }
    if (isBarrier(node) || ts.isFunctionLike(node)) return atOnce(node);
    const called = calledBy(node, stopping);
    if (called !== undefined) {
      const call = ts.visitEachChild(node, visitor, context) as ts.CallExpression;
      if (temps !== undefined) return f.createParenthesizedExpression(f.createYieldExpression(star, call));
      const run = f.createPropertyAccessExpression(f.createIdentifier("$"), "run");
      return f.createCallExpression(run, undefined, [call]);
    }
    if (temps === undefined) return ts.visitEachChild(node, visitor, context);
    if (ts.isBinaryExpression(node) && isWord(node.left) && isAssignment(node.operatorToken.kind)) return assign(node);
    if (ts.isPostfixUnaryExpression(node) && isWord(node.operand)) return count(node);
    if (isAtomic(node)) return atomic(node);
    if (isFill(node)) return fill(node);
    if (isWord(node)) {
      const at = temp();
      return sequence(f.createAssignment(at, expr(node.argumentExpression)), stop("read", at), word(at));
    }
    return ts.visitEachChild(node, visitor, context);
  };
  return ts.visitNode(source, (node) => ts.visitEachChild(node, visitor, context)) as ts.SourceFile;
}

const COMPOUND: ReadonlyMap<ts.SyntaxKind, ts.BinaryOperator> = new Map<ts.SyntaxKind, ts.BinaryOperator>([
  [ts.SyntaxKind.BarEqualsToken, ts.SyntaxKind.BarToken],
  [ts.SyntaxKind.AmpersandEqualsToken, ts.SyntaxKind.AmpersandToken],
  [ts.SyntaxKind.CaretEqualsToken, ts.SyntaxKind.CaretToken],
  [ts.SyntaxKind.PlusEqualsToken, ts.SyntaxKind.PlusToken],
  [ts.SyntaxKind.MinusEqualsToken, ts.SyntaxKind.MinusToken],
]);

function isAssignment(kind: ts.SyntaxKind): boolean {
  return kind === ts.SyntaxKind.EqualsToken || COMPOUND.has(kind);
}
