/**
 * Messages that are parsed into trees, answered and dropped: records with fixed fields, as protobuf has them, arrays that grow as
 * they are read, as JSON has them, texts and numbers.
 *
 *     number   in its parent, no block
 *     text     4 + its length         length │ its characters
 *     array    16, 24, 40, 72         count, room │ its values
 *     record   32                     id kind flags version x y │ its name, its values
 *
 * A value is a word: a number, or the offset of its block, whose low three bits, otherwise 0, say of which kind it is.
 */
import { checkBoolean, readOptions } from "@ariax/allocator/implement";
import { beginProgram, programOf } from "../begin.ts";
import type { Program, ProgramKind, ProgramOptions } from "../program.ts";
import { treesInHeap } from "./heap.ts";
import { treesAsObjects } from "./objects.ts";
import { LEAST_ROOM, LONGEST_TEXT, type TreeStore, WIRE_LENGTH } from "./store.ts";

export interface TreesOptions extends ProgramOptions {
  /** Messages that are parsed before they are answered and dropped together; at most 2²⁰. */
  messages?: number | undefined;
}

/** Over a heap. */
export interface TreesOverHeapOptions extends TreesOptions {
  /** Drops them all by one `reset` of the heap, which then has to be the program's alone: for arenas. */
  byReset?: boolean | undefined;
}

const DEPTH = 4;
const MOST_VALUES = 9;

/** A step is a message. */
function parse<V>(store: TreeStore<V>, options: TreesOptions): Program {
  const { random, tally, messages } = beginProgram(options, { messages: [8, 2 ** 20] });
  /** What is parsed: messages that are whole, and what the last one consists of so far, from the outside to the inside. */
  const stack: V[] = [];

  const push = (value: V): void => {
    stack.push(value);
    tally.made++;
  };
  const text = (): void => {
    const length = random.chance(0.1) ? random.between(32, LONGEST_TEXT) : random.between(2, 24);
    push(store.text(random.below(WIRE_LENGTH - length), length));
  };
  /** The last value of the stack is put into the one before. */
  const into = (put: (outer: V, inner: V) => V): void => {
    const outer = stack.length - 2;
    stack[outer] = put(stack[outer], stack[outer + 1]);
    stack.pop();
  };
  const array = (depth: number): void => {
    push(store.array());
    const values = random.between(0, MOST_VALUES);
    for (let n = 0; n < values; n++) {
      value(depth - 1);
      const isFull = n >= LEAST_ROOM && (n & (n - 1)) === 0;
      into(store.append);
      if (isFull) tally.resized++;
    }
  };
  const record = (depth: number): void => {
    push(store.record(tally.made));
    text();
    into(store.name);
    array(depth - 1);
    into(store.fill);
  };
  const value = (depth: number): void => {
    const draw = random.below(8);
    if (draw < 2) stack.push(store.number((draw + tally.made) & 0xffff));
    else if (draw < 4 || depth <= 1) text();
    else if (draw < 6) record(depth);
    else array(depth);
  };
  const drop = (): void => {
    for (let n = 0; n < stack.length; n++) tally.read(store.sum(stack[n]));
    while (stack.length > 0) store.drop(stack.pop()!);
    store.dropped();
    tally.ended = tally.made;
  };
  const step = (): void => {
    record(DEPTH);
    if (stack.length >= messages) drop();
  };
  return programOf(tally, step, drop, store.follow);
}

export const treeProgram: ProgramKind<TreesOptions, TreesOverHeapOptions> = {
  name: "trees",
  what: "messages parsed into trees of records, arrays and texts, answered and dropped",
  step: "a message",
  capacity: 2 ** 20,
  over(heap, options = {}) {
    const known = ["seed", "messages", "byReset"];
    const { byReset = false, ...others } = readOptions<TreesOverHeapOptions>(options, known);
    return parse(treesInHeap(heap, checkBoolean("byReset", byReset)), others);
  },
  collected: (options = {}) => parse(treesAsObjects(), options),
};
