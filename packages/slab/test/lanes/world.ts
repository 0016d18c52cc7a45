/**
 * A tiny heap for threads that are explored: 17 pages, of which two territories are whole. What is prepared is put back before each run; a
 * model says who has which block in hand.
 */
import { laneBlocks, verifyShared } from "../../src/lanes/inspect.ts";
import * as L from "../../src/lanes/layout.ts";
import * as H from "../../src/layout.ts";
import type { Explored, Explorer, Run, Thread } from "./explore.ts";
import { checkApart, fieldsOf, PAGE } from "./scene.ts";
import type { Step } from "./stepped.ts";

/** The engine's class, in steps. */
export interface Lane {
  readonly words: Int32Array;
  readonly memory: { readonly buffer: ArrayBufferLike };
  readonly holder: number;
  readonly lateDoubleFrees: number;
  readonly lane: number;
  allocate(size: number, alignment?: number): Step<number>;
  tryAllocate(size: number, alignment?: number): Step<number>;
  free(offset: number): Step<void>;
  resize(offset: number, size: number): Step<boolean>;
  reallocate(offset: number, size: number): Step<number>;
  park(): Step<void>;
  close(): Step<void>;
  ticket(): Step<number>;
  reclaim(ticket: number): Step<{ readonly lanes: number; readonly inFlight: number }>;
}

interface LaneClass {
  new (options: { readonly buffer: ArrayBufferLike; readonly lanes: number }): Lane;
  attach(buffer: ArrayBufferLike, options: { readonly ticket: number }): Step<Lane>;
}

/** What is explored. */
export interface Scenario {
  readonly name: string;
  readonly lanes?: number;
  readonly pages?: number;
  readonly most?: number;
  /** So many preemptions less: there are too many orders. */
  readonly heavy?: number;
  /** Before; what the threads need of it. */
  readonly threads: (world: World) => (hands: Hands) => readonly Thread[];
  /** What else must be so in the end. */
  readonly end?: (world: World, hands: Hands) => void;
}

export type Load = (file: string) => Record<string, unknown>;

const PAGES = 24;
const LANES = 4;

export class World {
  readonly explorer: Explorer;
  readonly load: Load;
  readonly buffer: SharedArrayBuffer;
  readonly lanes: Lane[] = [];
  /** Bytes by offset, of what is live when the threads begin. */
  readonly live: Map<number, number> = new Map();

  constructor(explorer: Explorer, load: Load, { pages = PAGES, most = pages, lanes = LANES }: Scenario) {
    this.explorer = explorer;
    this.load = load;
    this.buffer = new SharedArrayBuffer(pages * PAGE, { maxByteLength: most * PAGE });
    this.lanes.push(new this.engine({ buffer: this.buffer, lanes }));
  }

  private get engine(): LaneClass {
    return this.load("shared-slab-allocator.ts").SharedSlabAllocator as LaneClass;
  }

  get words(): Int32Array {
    return this.lanes[0].words;
  }

  run<T>(call: Step<T>): T {
    return this.explorer.run(call);
  }

  attach(): Lane {
    const lane = this.run(this.engine.attach(this.buffer, { ticket: this.run(this.lanes[0].ticket()) }));
    this.lanes.push(lane);
    return lane;
  }

  allocate(lane: Lane, size: number): number {
    const offset = this.run(lane.allocate(size));
    this.live.set(offset, sizeAt(this.words, offset));
    return offset;
  }

  many(lane: Lane, size: number, count: number): number[] {
    return Array.from({ length: count }, () => this.allocate(lane, size));
  }

  free(lane: Lane, ...offsets: number[]): void {
    for (const offset of offsets) {
      this.run(lane.free(offset));
      this.live.delete(offset);
    }
  }
}

/** Bytes of a live block, by the heap. */
function sizeAt(w: Int32Array, offset: number): number {
  const size = liveIn(w).get(offset);
  if (size === undefined) throw new Error(`no block at ${offset}`);
  return size;
}

function liveIn(w: Int32Array): Map<number, number> {
  const live = new Map<number, number>();
  for (let i = 0; i < w[H.H_LANES]; i++) {
    for (const { offset, size } of laneBlocks(w, L.laneAt(w, i))) live.set(offset, size);
  }
  return live;
}

/** Who has which block: of one run. */
export class Hands {
  readonly blocks: Set<number>;
  /** By thread, what its call is about: a block that is being freed, or 0 where one is being made. */
  readonly inFlight: Map<number, number> = new Map();
  /** What calls threw. */
  readonly errors: string[] = [];
  /** Whatever a scenario notes. */
  readonly notes: Map<string, number> = new Map();

  constructor(live: Iterable<number>) {
    this.blocks = new Set(live);
  }

  *allocate(thread: number, lane: Lane, size: number): Step<number> {
    this.inFlight.set(thread, 0);
    const offset = yield* lane.tryAllocate(size);
    this.inFlight.delete(thread);
    if (offset !== 0) this.take(offset);
    return offset;
  }

  take(offset: number): void {
    if (this.blocks.has(offset)) throw new Error(`block ${offset} is in two hands`);
    this.blocks.add(offset);
  }

  *free(thread: number, lane: Lane, offset: number): Step<void> {
    this.blocks.delete(offset);
    this.inFlight.set(thread, offset);
    yield* lane.free(offset);
    this.inFlight.delete(thread);
  }

  /** A call that may throw an error with a code. */
  *trying(call: Step<unknown>): Step<string> {
    try {
      yield* call;
      return "";
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === undefined) throw error;
      this.errors.push(code);
      return code;
    }
  }
}

/** Is a word one that is believed after a death: an entry, an owner, a bitmap's, or the last free of a lane, or whom its thread reclaims? */
function isTruth(w: Int32Array, at: number): boolean {
  if (at >= w[H.H_BITS] || (at >= H.TABLE && at < w[L.H_FIRST_LANE])) return true;
  const inLane = (at - w[L.H_FIRST_LANE]) % w[L.H_STRIDE];
  return at < w[H.H_INFO] && (inLane === L.H_OP || inLane === L.H_RECLAIMS);
}

/** Every order of a scenario's steps. */
export function explored(scenario: Scenario, explorer: Explorer, load: Load, bound: number): Explored {
  const world = new World(explorer, load, scenario);
  const threads = scenario.threads(world);
  const w = world.words;
  const saved = w.slice();
  const fields = world.lanes.map(fieldsOf);
  const known = new Set<string>();
  const begin = (): Run => {
    w.set(saved);
    world.lanes.forEach((lane, i) => {
      Object.assign(lane, fields[i]);
    });
    const hands = new Hands(world.live.keys());
    const end = (dead: ReadonlySet<number>) => {
      scenario.end?.(world, hands);
      // What is the same at the end is right or wrong the same, and goes on the same.
      const { blocks, inFlight } = hands;
      const same = [hashOf(w), ...[...blocks].sort(), "", ...[...inFlight].flat(), "", ...[...dead].sort()].join();
      if (known.has(same)) return;
      known.add(same);
      check(w, hands, dead);
      goOn(world, hands);
    };
    return { threads: threads(hands), end };
  };
  return explorer.explore(w, (at) => isTruth(w, at), begin, Math.max(0, bound - (scenario.heavy ?? 0)));
}

function hashOf(w: Int32Array): number {
  let [a, b] = [0, 0];
  for (let i = 0; i < w.length; i++) {
    a = Math.imul(a ^ w[i], 0x85ebca6b) ^ (a >>> 13);
    b = (Math.imul(b, 31) + w[i]) | 0;
  }
  return (a >>> 0) * 0x100000 + (b >>> 12);
}

/** The heap is in order, its live blocks are the model's, give or take what the dead were about, and all that was freed is announced. */
function check(w: Int32Array, hands: Hands, dead: ReadonlySet<number>): void {
  verifyShared(w);
  const live = liveIn(w);
  checkApart(live);
  let unknown = [...hands.inFlight].filter(([thread, block]) => dead.has(thread) && block === 0).length;
  const freeing = new Set([...hands.inFlight.values()]);
  for (const block of hands.blocks) if (!live.has(block)) throw new Error(`block ${block} is lost`);
  for (const block of live.keys()) {
    if (hands.blocks.has(block) || freeing.has(block)) continue;
    if (unknown-- === 0) throw new Error(`block ${block} is live, and nobody's`);
  }
  for (let i = 0; i < w[H.H_LANES]; i++) checkAnnounced(w, L.laneAt(w, i));
}

/** What others freed of a lane's is announced to it. */
function checkAnnounced(w: Int32Array, lane: number): void {
  const mail = w[lane + L.H_MAIL];
  const shift = w[L.H_TERRITORY];
  for (let page = w[H.H_FIRST]; page < w[H.H_PAGES]; page++) {
    const t = page >>> shift;
    if ((w[w[L.H_OWN] + t] & L.OWNER) !== w[lane + L.H_CODE]) continue;
    const remote = w[H.H_REMOTE] + (page << H.BITS_SHIFT);
    const entry = w[H.TABLE + page];
    const given = entry >= H.E_GIVEN && entry < H.E_WAS_SLAB;
    if (!given && w.subarray(remote, remote + 8).every((word) => word === 0)) continue;
    const isTold = (w[mail + L.M_INBOX + (t >>> 5)] >>> t) & (w[mail + L.M_ROOT] >>> (t >>> 5)) & 1;
    if (isTold === 0) throw new Error(`what was freed of page ${page} is not announced`);
  }
}

/** A new thread frees all there is, and can have every page then. */
function goOn(world: World, hands: Hands): void {
  const w = world.words;
  const { load, explorer } = world;
  const state = load("lanes/state.ts") as Record<string, (...args: unknown[]) => Step<unknown>>;
  // All others rest, or are gone.
  for (let i = 0; i < w[H.H_LANES]; i++) {
    const at = w[L.laneAt(w, i) + L.H_MAIL] + L.M_STATE;
    if ((w[at] & 7) === L.LIVE) w[at] = (w[at] & ~7) | L.PARKED;
  }
  explorer.run(state.drawTicket(w));
  const last = world.attach();
  world.lanes.pop();
  for (const block of liveIn(w).keys()) explorer.run(last.free(block));
  const pages = w[H.H_LIMIT] - w[H.H_FIRST];
  if (explorer.run(last.tryAllocate(pages * PAGE)) === 0) throw new Error(`of ${pages} pages not all are the pool's`);
  verifyShared(w);
  hands.notes.set("went on", 1);
}
