/** The shapes of what is measured. */
import type { BitAdapter } from "../../rivals/adapter.ts";
import type { Room } from "./room.ts";
import type { Target } from "./target.ts";

interface Named {
  readonly name: string;
  /** One line for `--list` and the page. */
  readonly what: string;
  /** `c`: an allocator of another world, which ours are held against; `loop`: what is taken off. */
  readonly origin: "ours" | "rival" | "c" | "loop";
  /** Measured only when asked for by name. */
  readonly onRequest?: true;
  /** Not in `--quick` runs, unless named. */
  readonly unhurried?: true;
}

/** How a program can call its heap, but from a `const` of the loop's closure. */
export const WAYS = {
  argument: "as an argument",
  field: "in a field, with two heaps in the process",
  method: "each event by a small method of an object that has the heap",
} as const;
export type Way = keyof typeof WAYS;

export interface HeapSubject extends Named {
  readonly kind: "heap";
  readonly handles: "offsets" | "objects";
  /** Blocks end when the collector finds them. */
  readonly collected?: true;
  /** How it is called (`../worker/ways.ts`), on traces. */
  readonly way?: Way;
  /** In a process that has transferred a buffer, on traces: V8 then asks at each access to memory whether it is still there. */
  readonly afterTransfer?: true;
  readonly create: (room: Room) => unknown;
}

/** A heap in C, whose worker is a C program (`../../native`): the same programs, the same arrays, pointers for handles. */
export interface CSubject extends Named {
  readonly kind: "heap";
  readonly handles: "pointers";
  /** Names of its shared library, in the order they are tried. */
  readonly libraries?: readonly string[];
  /** It is our own, compiled in. */
  readonly engine?: true;
}

export interface BitSubject extends Named {
  readonly kind: "bits";
  /** It can claim a free bit, but not only find it. */
  readonly claimsOnly?: true;
  readonly create: (length: number) => BitAdapter | Promise<BitAdapter>;
}

/** What every pool of records offers the loops. `H` is a handle or the record itself. */
export interface Records<H = unknown> {
  /** A record with its four fields written. */
  make(id: number): H;
  /** The sum of two of its fields. */
  read(handle: H): number;
  release(handle: H): unknown;
}

export interface RecordSubject extends Named {
  readonly kind: "records";
  readonly collected?: true;
  readonly create: (capacity: number) => Records | Promise<Records>;
}

/** What does programs of TypeScript without a heap: the twin of each. */
export interface CollectorSubject extends Named {
  readonly kind: "programs";
  readonly collected: true;
}

export type Subject = HeapSubject | CSubject | BitSubject | RecordSubject | CollectorSubject;

export const isInC = (subject: Subject): subject is CSubject =>
  subject.kind === "heap" && subject.handles === "pointers";

/** The subject whose result is taken off, for the loop's own cost. */
export function loopOf(subject: Subject): string {
  if (subject.kind !== "heap") return `nothing-${subject.kind}`;
  return { offsets: "nothing", objects: "nothing-objects", pointers: "nothing-c" }[subject.handles];
}

/** What a heap subject creates, as the loops see it: adapters and our allocators have the same verbs. */
export const makeTarget = async (subject: HeapSubject, room: Room): Promise<Target> =>
  (await subject.create(room)) as Target;
