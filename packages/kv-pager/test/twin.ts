/** Two pagers that do the same, call by call: whatever one says, the other must say too. Sequences and tickets are numbered by each as it likes. */
import type { KvEvent } from "../src/pager/events.ts";
import type { EachMove } from "../src/pager/moves.ts";
import type { Subject, SubjectOpen } from "../src/suite/subject.ts";

export class Twin implements Subject {
  readonly events: { drain(): readonly KvEvent[] };
  private readonly left: Subject;
  private readonly right: Subject;
  /** Of each number of the left one, that of the right one. */
  private readonly numbers: Map<number, number> = new Map([[0, 0]]);
  private readonly keys: Map<string, string> = new Map([["", ""]]);

  constructor(left: Subject, right: Subject) {
    this.left = left;
    this.right = right;
    this.events = { drain: () => this.drain() };
  }

  /** The outcome of both, which are to be equal. */
  private both<T>(what: string, call: (subject: Subject, other: (n: number) => number) => T): T {
    const left = outcome(() => call(this.left, (n) => n));
    const right = outcome(() => call(this.right, (n) => this.numbers.get(n) ?? -1));
    same(what, [left.hasThrown, left.value], [right.hasThrown, right.value]);
    if (left.hasThrown) throw left.error;
    return left.value as T;
  }

  /** The same of a call that returns a number for something new, or 0 for nothing. */
  private fresh(what: string, call: (subject: Subject, other: (n: number) => number) => number): number {
    let [left, right] = [0, 0];
    this.both(what, (subject, other) => {
      const n = call(subject, other);
      if (subject === this.left) left = n;
      else right = n;
      return n === 0;
    });
    if (left !== 0) this.numbers.set(left, right);
    return left;
  }

  get blocks(): number {
    return this.both("blocks", ({ blocks }) => blocks);
  }

  get free(): number {
    return this.both("free", ({ free }) => free);
  }

  open(options: SubjectOpen): number {
    return this.fresh("open", (one) => one.open(options));
  }

  computed(sequence: number): number {
    return this.both("computed", (one, of) => one.computed(of(sequence)));
  }

  allocateSlots(sequence: number, newTokens: number, lookahead?: number): boolean {
    return this.both("allocateSlots", (one, of) => one.allocateSlots(of(sequence), newTokens, lookahead));
  }

  append(sequence: number, token: number): boolean {
    return this.both("append", (one, of) => one.append(of(sequence), token));
  }

  commit(sequence: number, n?: number): void {
    this.both("commit", (one, of) => one.commit(of(sequence), n));
  }

  rewind(sequence: number, n?: number): void {
    this.both("rewind", (one, of) => one.rewind!(of(sequence), n));
  }

  fork(sequence: number): number {
    return this.fresh("fork", (one, of) => one.fork!(of(sequence)));
  }

  close(sequence: number, computed?: number): void {
    this.both("close", (one, of) => one.close(of(sequence), computed));
  }

  table(sequence: number): number[] {
    return this.both("table", (one, of) => Array.from(one.table(of(sequence))));
  }

  preempt(sequence: number): { recompute: number; freed: number } {
    return this.both("preempt", (one, of) => one.preempt!(of(sequence)));
  }

  cost(sequence: number): { recompute: number; freed: number } {
    return this.both("cost", (one, of) => one.cost!(of(sequence)));
  }

  offload(ids: ArrayLike<number>, to: number): number {
    return this.fresh("offload", (one) => one.offload!(ids, to));
  }

  load(sequence: number): number {
    return this.fresh("load", (one, of) => one.load!(of(sequence)));
  }

  done(ticket: number, arrived?: number): void {
    this.both("done", (one, of) => one.done!(of(ticket), arrived));
  }

  failed(ticket: number): void {
    this.both("failed", (one, of) => one.failed!(of(ticket)));
  }

  expire(ticket: number): void {
    this.both("expire", (one, of) => one.expire!(of(ticket)));
  }

  moves(each: EachMove): number {
    const all: Parameters<EachMove>[] = [];
    this.both("moves", (one, of) => {
      const list: unknown[] = [];
      one.moves!((...move) => {
        if (one === this.left) all.push(move);
        list.push(one === this.left ? [...move.slice(0, 5), of(this.numbers.get(move[5]) ?? -1), move[6]] : move);
      });
      return list;
    });
    for (const move of all) each(...move);
    return all.length;
  }

  quota(tenant: string, blocks: number | undefined): void {
    this.both("quota", (one) => one.quota!(tenant, blocks));
  }

  charged(tenant: string): number {
    return this.both("charged", (one) => one.charged!(tenant));
  }

  reset(): number {
    return this.both("reset", (one) => one.reset!());
  }

  verify(): void {
    this.left.verify!();
  }

  snapshot(): Uint8Array {
    return this.left.snapshot!();
  }

  /** Keys are as each makes them, and stand for each other. */
  private drain(): readonly KvEvent[] {
    const [left, right] = [this.left.events!.drain(), this.right.events!.drain()];
    for (const [i, event] of left.entries()) {
      const other = right[i];
      const key = this.keys.get(event.key) ?? other?.key ?? "";
      this.keys.set(event.key, key);
      same("an event", { ...event, key, parent: this.keys.get(event.parent) ?? other?.parent }, other);
    }
    same("events", left.length, right.length);
    return left;
  }
}

function outcome<T>(call: () => T): { value?: T; hasThrown: boolean; error?: unknown } {
  try {
    return { value: call(), hasThrown: false };
  } catch (error) {
    return { hasThrown: true, error };
  }
}

/** Quicker than an assertion of a test runner: it is done some million times. */
function same(what: string, left: unknown, right: unknown): void {
  const [a, b] = [JSON.stringify(left), JSON.stringify(right)];
  if (a !== b) throw new Error(`${what}: ${a}, but the other one ${b}`);
}
