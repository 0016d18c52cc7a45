/**
 * Every order in which a few threads can take the steps of their calls, with up to so many preemptions. A thread is stopped before each
 * access of a word that others access too (stepped.ts); from there on it goes on, or another does, or it is killed.
 *
 * Which words these are is learnt: a run that finds one more begins from the start. All else that a thread accesses is its own, and so it makes no
 * difference when: what is between two stops is one step. Of a thread that may be killed, stores that who repairs it believes
 * are such places too.
 *
 * A state is what each thread has seen in the words that others access, and what these hold. Where one comes again, with no more preemptions left
 * than before, all that follows is known.
 */
import type { Step, Steps } from "./stepped.ts";

/** A thread: its calls, from the start. */
export interface Thread {
  readonly calls: () => Step<void>;
  /** It is killed somewhere, or at its end. */
  readonly mortal?: boolean;
  /** It begins once that thread is dead. */
  readonly after?: number;
}

/** One run: what its threads do; and what is looked at in the end, once they are done. `dead`: those who were killed. */
export interface Run {
  readonly threads: readonly Thread[];
  readonly end: (dead: ReadonlySet<number>) => void;
}

export interface Explored {
  /** Orders that were run, to their end or to a state that was known. */
  readonly runs: number;
  /** Of these, to their end. */
  readonly ends: number;
  /** Words that several threads access. */
  readonly shared: number;
  /** What went wrong first, and the order of steps that leads there. */
  readonly failure: string | undefined;
}

/** A choice that was made: to let a thread go on, or to kill the one that was. */
interface Choice {
  readonly options: readonly number[];
  taken: number;
  /** Preemptions before it. */
  readonly preemptions: number;
}

const KILL = -1;
/** Threads, at most: bits of what accesses a word. */
const MOST = 8;

/** The steps of the threads of one explorer, which is made before the engine. */
export class Explorer implements Steps {
  /** By word: who has read it in this run, and << MOST who has written it; and which run that is. */
  private by: Uint16Array = new Uint16Array(0);
  private since: Uint32Array = new Uint32Array(0);
  private runs = 0;
  /** Orders that are run at the most: a guard. */
  private readonly most: number;
  /** By word: do others access it; << 1: does who repairs. */
  private flags: Uint8Array = new Uint8Array(0);
  private found: number[] = [];
  private learnt = false;
  private isTruth: (at: number) => boolean = () => true;
  private threads: readonly Thread[] = [];
  private active = -1;
  /** Where the active thread stops next, and whether others may go on then. */
  private at = -1;
  private isShared = false;

  constructor(most: number) {
    this.most = most;
  }

  read(at: number): boolean {
    return this.active >= 0 && this.access(at, 1 << this.active, false);
  }

  write(at: number): boolean {
    return this.active >= 0 && this.access(at, 1 << (this.active + MOST), true);
  }

  *fill(w: Int32Array, value: number, from: number, to: number): Step<void> {
    for (let at = from; at < to; at++) {
      if (this.write(at)) yield;
      w[at] = value;
    }
  }

  run<T>(call: Step<T>): T {
    const { active } = this;
    this.active = -1;
    let step = call.next();
    while (step.done !== true) step = call.next();
    this.active = active;
    return step.value;
  }

  private access(at: number, who: number, isStore: boolean): boolean {
    const all = this.since[at] === this.runs ? this.by[at] : 0;
    if ((all & who) === 0) this.learn(at, all | who);
    const flags = this.flags[at];
    if (flags === 0) return false;
    this.at = at;
    this.isShared = (flags & 1) !== 0;
    return this.isShared || (isStore && this.threads[this.active].mortal === true);
  }

  private learn(at: number, all: number): void {
    this.by[at] = all;
    this.since[at] = this.runs;
    let flags = this.flags[at];
    this.threads.forEach((one, i) => {
      this.threads.forEach((other, k) => {
        const writes = (all >>> (i + MOST)) & 1;
        const accesses = ((all >>> k) | (all >>> (k + MOST))) & 1;
        if (i === k || (writes & accesses) === 0) return;
        // One that begins when the other is dead can't be in its way.
        if (other.after === i) flags |= this.isTruth(at) ? 2 : 0;
        else if (one.after !== k) flags |= 1;
      });
    });
    if (flags === this.flags[at]) return;
    if ((flags & 1) > (this.flags[at] & 1)) this.found.push(at);
    this.flags[at] = flags;
    this.learnt = true;
  }

  /** Runs all orders; `isTruth`: of a word, does who repairs believe it; `begin` puts everything as it was. Up to the first failure. */
  explore(w: Int32Array, isTruth: (at: number) => boolean, begin: () => Run, bound: number): Explored {
    this.isTruth = isTruth;
    this.by = new Uint16Array(w.length);
    this.since = new Uint32Array(w.length);
    this.runs = 0;
    this.flags = new Uint8Array(w.length);
    this.found = [];
    let found: Explored = { runs: 0, ends: 0, shared: 0, failure: undefined };
    // With fewer preemptions first: most words are learnt from a few orders.
    for (let most = 0; most <= bound && found.failure === undefined; most++) {
      do {
        this.learnt = false;
        found = this.pass(w, begin, most);
      } while (this.learnt && found.failure === undefined);
    }
    this.active = -1;
    return { ...found, runs: this.runs };
  }

  /** All orders with up to so many preemptions, up to one from which something is learnt. */
  private pass(w: Int32Array, begin: () => Run, bound: number): Explored {
    let ends = 0;
    let failure: string | undefined;
    const seen = new Map<number, number>();
    const path: Choice[] = [];
    do {
      if (++this.runs > this.most) throw new Error(`more than ${this.most} orders`);
      const run = begin();
      this.threads = run.threads;
      const order: string[] = [];
      try {
        if (this.follow(w, run, path, bound, seen, order)) ends++;
      } catch (error) {
        failure = `${(error as Error).message}\n${order.join(" ")}`;
      }
      while (path.length > 0) {
        const last = path[path.length - 1];
        if (++last.taken < last.options.length) break;
        path.pop();
      }
    } while (failure === undefined && !this.learnt && path.length > 0);
    return { runs: this.runs, ends, shared: this.found.length, failure };
  }

  /** Takes the choices of a path, and from its end on the first of each; false where a state is met that is known. */
  private follow(
    w: Int32Array,
    { threads, end }: Run,
    path: Choice[],
    bound: number,
    seen: Map<number, number>,
    order: string[],
  ): boolean {
    const calls = threads.map((thread) => thread.calls());
    const done = threads.map(() => false);
    const dead = new Set<number>();
    const stops = threads.map(() => -1);
    const history = new Int32Array(2 * threads.length);
    let now = -1;
    let preemptions = 0;
    let isShared = true;
    const prefix = path.length;
    for (let depth = 0; ; depth++) {
      const isIn = now >= 0 && !done[now] && !dead.has(now);
      const kill = isIn && threads[now].mortal === true ? [KILL] : [];
      let options: number[];
      if (isIn && !isShared) options = [now, ...kill];
      else {
        const ready = threads.flatMap(({ after }, i) => {
          const begins = after === undefined || dead.has(after) || done[after];
          return i !== now && !done[i] && !dead.has(i) && begins ? [i] : [];
        });
        if (isIn) options = [now, ...kill, ...(preemptions < bound ? ready : [])];
        else options = ready;
      }
      if (options.length === 0) break;
      if (depth >= prefix) {
        if (options.length > 1) {
          const key = this.stateOf(w, history, now, dead, isShared);
          const before = seen.get(key);
          if (before !== undefined && before <= preemptions) return false;
          seen.set(key, preemptions);
        }
        path.push({ options, taken: 0, preemptions });
      }
      const chosen = path[depth].options[path[depth].taken];
      if (chosen === KILL) {
        order.push(`${now} is killed`);
        dead.add(now);
        isShared = true;
        continue;
      }
      if (isIn && chosen !== now) preemptions++;
      now = chosen;
      if (stops[now] >= 0) {
        mix(history, now, stops[now], w[stops[now]]);
        order.push(`${now}:${stops[now]}`);
      } else {
        history[2 * now] = 1;
        order.push(`${now} begins`);
      }
      this.active = now;
      const step = calls[now].next();
      this.active = -1;
      done[now] = step.done === true;
      stops[now] = this.at;
      isShared = this.isShared || done[now];
    }
    end(new Set([...dead, ...threads.flatMap(({ mortal }, i) => (mortal === true ? [i] : []))]));
    return true;
  }

  /** 52 bits of it. */
  private stateOf(
    w: Int32Array,
    history: Int32Array,
    now: number,
    dead: ReadonlySet<number>,
    isShared: boolean,
  ): number {
    let [a, b] = [now + (isShared ? 64 : 0), 0];
    for (const one of dead) b |= 1 << one;
    for (const part of history) {
      a = Math.imul(a ^ part, 0x85ebca6b);
      a ^= a >>> 15;
      b = Math.imul(b ^ a ^ (part >>> 16), 0xc2b2ae35);
      b ^= b >>> 13;
    }
    for (const at of this.found) {
      a = Math.imul(a ^ w[at], 0x85ebca6b);
      a ^= a >>> 15;
      b = Math.imul(b ^ a, 0xc2b2ae35);
      b ^= b >>> 13;
    }
    return (a >>> 0) * 0x100000 + ((b >>> 4) & 0xfffff);
  }
}

/** A thread has seen a word. */
function mix(history: Int32Array, thread: number, at: number, value: number): void {
  const i = 2 * thread;
  history[i] = Math.imul(history[i] ^ at, 0x9e3779b1) ^ value;
  history[i] ^= history[i] >>> 15;
  history[i + 1] = (Math.imul(history[i + 1] ^ value, 0x27d4eb2f) + at) | 0;
  history[i + 1] ^= history[i + 1] >>> 13;
}
