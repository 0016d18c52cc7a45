/**
 * What users can call of a package, and what each call throws: by the sources, as the compiler understands them, and by its doc comment.
 *
 *     public callable ──▶ throw statements ──▶ classes, through every call that the compiler can resolve
 *                    └──▶ @throws tags: its own, those of its class, those of what it implements
 *
 * A throw inside of a `try` that catches is taken for caught. TypeScript 7 has no API, so this is the last version that has one.
 */
import { join, relative } from "node:path";
import ts from "typescript-5.9";
import { entriesOf, isData, published, ROOT, sourcesOf } from "./workspace.ts";

export interface Callable {
  /** `@ariax/slab: SlabAllocator.free` */
  readonly name: string;
  /** Where it stands, to be clicked on. */
  readonly where: string;
  /** The classes that it throws, each with the calls that lead there. */
  readonly thrown: ReadonlyMap<string, string>;
  /** The classes that its `@throws` name: its own, and those that hold for it. */
  readonly own: readonly string[];
  readonly said: ReadonlySet<string>;
  /** Its doc comment, as it stands. */
  readonly doc: string;
  readonly node: ts.SignatureDeclaration;
}

/** No classes, or not one that says more: what is caught and thrown on, and what only says that a type is unknown. */
const NO_CLASS = new Set(["Error", "AllocatorError", "unknown", "any", "null", "{}", "__type", "undefined"]);

export interface Surface {
  readonly callables: readonly Callable[];
  /** Names of the error classes that any entry exports, and the text of each. */
  readonly errors: ReadonlyMap<string, string>;
}

/** The surface of all published packages. Some seconds. */
export function readSurface(): Surface {
  const found = published.filter(({ manifest }) => !isData(manifest));
  const entries = found.flatMap((one) =>
    entriesOf(one.manifest).map((entry, i) => [entry, sourcesOf(one)[i]!] as const),
  );
  const program = ts.createProgram(
    entries.map(([, source]) => source),
    {
      noEmit: true,
      strict: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      allowImportingTsExtensions: true,
      lib: ["lib.es2024.d.ts", "lib.esnext.disposable.d.ts", "lib.dom.d.ts"],
      types: ["node"],
      typeRoots: [join(ROOT, "node_modules/@types")],
      skipLibCheck: true,
      paths: Object.fromEntries(entries.map(([entry, source]) => [entry, [source]])),
    },
  );
  return new Reader(program).read(entries);
}

class Reader {
  private readonly program: ts.Program;
  private readonly checker: ts.TypeChecker;
  private readonly known = new Map<ts.Node, Map<string, string>>();
  private readonly callables: Callable[] = [];
  private readonly errors = new Map<string, string>();
  private readonly seen = new Set<ts.Node>();

  constructor(program: ts.Program) {
    this.program = program;
    this.checker = program.getTypeChecker();
  }

  read(entries: readonly (readonly [entry: string, source: string])[]): Surface {
    const { checker, program } = this;
    for (const [entry, source] of entries) {
      const module = checker.getSymbolAtLocation(program.getSourceFile(source)!)!;
      for (const exported of checker.getExportsOfModule(module)) {
        const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
        for (const node of symbol.declarations ?? [])
          if (isOurs(node)) this.declaration(`${entry}: ${symbol.name}`, node);
      }
    }
    return { callables: this.callables, errors: this.errors };
  }

  private declaration(name: string, node: ts.Node): void {
    if (ts.isFunctionDeclaration(node)) this.callable(`${name}()`, node);
    if (!ts.isClassDeclaration(node) && !ts.isInterfaceDeclaration(node)) return;
    if (name.endsWith("Error")) {
      this.errors.set(name.replace(/.* /, ""), node.getFullText());
      return;
    }
    for (const member of node.members as ts.NodeArray<ts.ClassElement | ts.TypeElement>) {
      if (!isPublic(member)) continue;
      if (ts.isConstructorDeclaration(member)) this.callable(`${name} (new)`, member);
      else if (ts.isMethodDeclaration(member) || ts.isMethodSignature(member) || ts.isAccessor(member)) {
        this.callable(`${name}.${member.name.getText()}`, member);
      }
    }
  }

  private callable(name: string, node: ts.SignatureDeclaration): void {
    if (this.seen.has(node)) return;
    this.seen.add(node);
    const said = new Set(tagsOf(node));
    const { parent } = node;
    if (ts.isClassDeclaration(parent) || ts.isInterfaceDeclaration(parent)) {
      for (const one of this.family(parent)) {
        for (const error of tagsOf(one)) said.add(error);
        const same =
          node.name === undefined ? [] : one.members.filter((m) => m.name?.getText() === node.name?.getText());
        for (const member of same) for (const error of tagsOf(member)) said.add(error);
      }
    }
    const doc = ts
      .getJSDocCommentsAndTags(node)
      .map((part) => part.getText())
      .join("\n");
    this.callables.push({ name, where: where(node), thrown: this.thrownBy(node), own: tagsOf(node), said, doc, node });
  }

  /** A class or interface, and all that it extends and implements. */
  private family(
    node: ts.ClassDeclaration | ts.InterfaceDeclaration,
  ): (ts.ClassDeclaration | ts.InterfaceDeclaration)[] {
    const bases = (node.heritageClauses ?? []).flatMap(({ types }) => types);
    return [
      node,
      ...bases.flatMap(({ expression }) => {
        const declared = this.checker.getTypeAtLocation(expression).symbol?.declarations ?? [];
        const symbol = this.checker.getSymbolAtLocation(expression);
        const aliased =
          symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
        return [...new Set([...declared, ...(aliased?.declarations ?? [])])]
          .filter((one) => ts.isClassDeclaration(one) || ts.isInterfaceDeclaration(one))
          .filter((one) => one !== node && isOurs(one))
          .flatMap((one) => this.family(one));
      }),
    ];
  }

  /** What a function throws. One that calls itself is taken for what is found first. */
  private thrownBy(node: ts.Node): Map<string, string> {
    const before = this.known.get(node);
    if (before !== undefined) return before;
    const found = new Map<string, string>();
    this.known.set(node, found);
    const add = (error: string, path: string): void => {
      if (!NO_CLASS.has(error) && !found.has(error)) found.set(error, path);
    };
    const visit = (part: ts.Node): void => {
      if (ts.isFunctionDeclaration(part) || ts.isClassDeclaration(part)) return;
      if (ts.isTryStatement(part) && part.catchClause !== undefined) {
        visit(part.catchClause.block);
        if (part.finallyBlock !== undefined) visit(part.finallyBlock);
        return;
      }
      if (ts.isThrowStatement(part)) for (const error of this.classesOf(part.expression)) add(error, where(part));
      for (const called of this.calledBy(part)) {
        for (const [error, path] of this.thrownBy(called)) add(error, `${where(part)} < ${path}`);
      }
      ts.forEachChild(part, visit);
    };
    ts.forEachChild(node, visit);
    return found;
  }

  private classesOf(expression: ts.Expression): string[] {
    const type = this.checker.getTypeAtLocation(expression);
    return (type.isUnion() ? type.types : [type]).map((one) => one.symbol?.name ?? this.checker.typeToString(one));
  }

  /** The functions of ours that a node calls. */
  private calledBy(node: ts.Node): ts.Node[] {
    const { checker } = this;
    if (ts.isPropertyAccessExpression(node)) {
      return (checker.getSymbolAtLocation(node.name)?.declarations ?? []).filter(ts.isGetAccessor).filter(isOurs);
    }
    if (ts.isNewExpression(node)) {
      const declared = checker.getTypeAtLocation(node.expression).symbol?.valueDeclaration;
      const made = declared === undefined ? undefined : this.constructorOf(declared);
      return made === undefined ? [] : [made];
    }
    if (!ts.isCallExpression(node)) return [];
    const declared = checker.getResolvedSignature(node)?.declaration;
    if (declared === undefined || !isOurs(declared)) return [];
    const symbol = "symbol" in declared ? (declared.symbol as ts.Symbol) : undefined;
    const body = symbol?.declarations?.find((one) => ts.isFunctionLike(one) && "body" in one && one.body !== undefined);
    return [body ?? declared];
  }

  private constructorOf(node: ts.Declaration): ts.Node | undefined {
    if (!ts.isClassDeclaration(node) || !isOurs(node)) return undefined;
    const own = node.members.find((member) => ts.isConstructorDeclaration(member) && member.body !== undefined);
    if (own !== undefined) return own;
    const base = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
    const declared = base && this.checker.getTypeAtLocation(base.expression).symbol?.valueDeclaration;
    return declared === undefined || declared === node ? undefined : this.constructorOf(declared);
  }
}

/** The classes that the `@throws` of a declaration begin with: "`A`, `B` where …". */
export function tagsOf(node: ts.Node): string[] {
  return ts
    .getJSDocTags(node)
    .filter(({ tagName }) => tagName.text === "throws")
    .flatMap(({ comment }) => classesIn(ts.getTextOfJSDocComment(comment) ?? ""));
}

/** "`A`, `B` where …": A and B. */
export function classesIn(text: string): string[] {
  const names = /^`\w+`(?:, `\w+`)*/.exec(text.trim())?.[0] ?? "";
  return [...names.matchAll(/\w+/g)].map(([name]) => name);
}

function isPublic(member: ts.ClassElement | ts.TypeElement): boolean {
  const flags = ts.getCombinedModifierFlags(member);
  if (flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) return false;
  return !ts.getJSDocTags(member).some(({ tagName }) => tagName.text === "internal");
}

function isOurs(node: ts.Node): boolean {
  const { fileName } = node.getSourceFile();
  return fileName.startsWith(`${ROOT}/packages/`) && !fileName.includes("node_modules");
}

function where(node: ts.Node): string {
  const source = node.getSourceFile();
  const { line } = source.getLineAndCharacterOfPosition(node.getStart());
  return `${relative(ROOT, source.fileName)}:${line + 1}`;
}
