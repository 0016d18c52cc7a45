/** What the model of a tree of contexts is made of: its nodes, the steps that are taken, and how calls are judged. */
import { AllocatorError } from "@ariax/allocator";
import { CLASS_SIZES } from "@ariax/slab";
import fc from "fast-check";
import type { MemoryContext } from "../src/index.ts";

export interface Block {
  offset: number;
  room: number;
  stamp: number;
}

export interface Saved {
  readonly bytes: Uint8Array;
  readonly blocks: readonly Block[];
}

/** What the model knows of a context. */
export interface Node {
  readonly context: MemoryContext;
  readonly parent: Node | undefined;
  readonly children: Node[];
  readonly separate: boolean;
  readonly blocks: Map<number, Block>;
  quota: number;
  peak: number;
  saved: Saved | undefined;
}

export interface Step {
  readonly op: string;
  readonly a: number;
  readonly b: number;
  readonly size: number;
}

const OPS: readonly (readonly [op: string, weight: number])[] = [
  ["allocate", 8],
  ["free", 6],
  ["resize", 3],
  ["reallocate", 5],
  ["allocateMany", 2],
  ["freeMany", 2],
  ["transfer", 4],
  ["create", 3],
  ["dispose", 1],
  ["quota", 2],
  ["reset", 1],
  ["save", 1],
  ["restore", 1],
  ["lend", 1],
  ["badFree", 2],
  ["foreign", 3],
];

const size = fc.oneof(
  { weight: 5, arbitrary: fc.nat(300) },
  { weight: 3, arbitrary: fc.nat(5000) },
  { weight: 2, arbitrary: fc.nat(40_000) },
  { weight: 1, arbitrary: fc.nat(150_000) },
);

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    op: fc.oneof(...OPS.map(([op, weight]) => ({ weight, arbitrary: fc.constant(op) }))),
    a: fc.nat(0xffff),
    b: fc.nat(0xffff),
    size,
  }),
  { maxLength: 60, size: "max" },
);

export function node(context: MemoryContext, parent: Node | undefined, quota: number, separate: boolean): Node {
  return { context, parent, children: [], separate, blocks: new Map(), quota, peak: 0, saved: undefined };
}

/** Bytes charged, by the model. */
export function used({ blocks, children }: Node): number {
  return sum(blocks.values()) + children.reduce((bytes, { quota }) => bytes + quota, 0);
}

export function sum(blocks: Iterable<Block>): number {
  let bytes = 0;
  for (const { room } of blocks) bytes += room;
  return bytes;
}

/** The least room of a block. */
export function roomOf(size: number): number {
  return CLASS_SIZES.find((room) => room >= size) ?? Math.ceil(size / 4096) * 4096;
}

export function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** `call` must throw an error of one of these codes. */
export function refused(call: () => unknown, codes: readonly string[]): void {
  let result: unknown;
  try {
    result = call();
  } catch (error) {
    const { code, message } = error as AllocatorError;
    return void expect(codes.includes(code), `${codes.join(" or ")} was expected, not "${message}"`);
  }
  throw new Error(`${codes.join(" or ")} was expected, not ${String(result)}`);
}

/** What a call returns; undefined where there is no room: the model does not know how the heap lies. */
export function served<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (error instanceof AllocatorError && /^ERR_(OUT_OF_MEMORY|QUOTA_EXCEEDED)$/.test(error.code)) return undefined;
    throw error;
  }
}

/** Is every byte that one? As fast as memory is compared: the first one is, and each is as the one before it. */
export function isAll({ buffer, byteOffset, byteLength }: Uint8Array, byte: number): boolean {
  if (byteLength === 0) return true;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  return bytes[0] === byte && bytes.subarray(1).equals(bytes.subarray(0, -1));
}
