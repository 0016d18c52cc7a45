/** Circles in a graph: of files, by what they import. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { filesBelow } from "./workspace.ts";

/** What each imports; every name is a key. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/**
 * The parts of a graph in which each can be reached from each, sorted, and no part of one alone but where it imports itself:
 * a graph without circles has none. Tarjan 1972; O(names + imports).
 */
export function circles(graph: Graph): string[][] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  const path: string[] = [];
  const open = new Set<string>();

  /** The earliest that can be reached from here and leads here. */
  function visit(name: string): number {
    const index = order.size;
    let low = index;
    order.set(name, index);
    path.push(name);
    open.add(name);
    for (const next of graph.get(name) ?? []) {
      if (!order.has(next)) low = Math.min(low, visit(next));
      else if (open.has(next)) low = Math.min(low, order.get(next)!);
    }
    if (low < index) return low;
    const part = path.splice(path.indexOf(name));
    for (const each of part) open.delete(each);
    if (part.length > 1 || graph.get(name)?.includes(name)) found.push(part.sort());
    return low;
  }
  for (const name of graph.keys()) if (!order.has(name)) visit(name);
  return found.sort();
}

/** The specifiers of a module's imports and exports, of types and `import()` too, as written. */
export function specifiers(text: string): string[] {
  const pattern =
    /^\s*(?:import|export)\b[^"';]*?from\s*["']([^"']+)["']|^\s*import\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm;
  const code = text.replace(/^\s*(?:\/\*\*|\*).*$/gm, "");
  return [...code.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3]);
}

/** The files below `dir`, and which of each other they import by a relative path. */
export function importsBelow(dir: string): Graph {
  const files = filesBelow(dir).filter((file) => file.endsWith(".ts"));
  return new Map(
    files.map((file) => {
      const relative = specifiers(readFileSync(join(dir, file), "utf8")).filter((name) => name.startsWith("."));
      return [file, relative.map((name) => join(dirname(file), name).replaceAll("\\", "/"))];
    }),
  );
}
