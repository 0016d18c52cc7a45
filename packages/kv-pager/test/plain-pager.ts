/**
 * A pager as most people would write it: objects, arrays, Maps, and nothing that is fast. It knows nothing of `src/pager` but the verbs, and makes the
 * same decisions, so that the two are compared call by call. And it can be wrong: in one way of `FAULTS` at a time, as pagers have been; the suite
 * has to find each.
 */
import type { KvEvent } from "../src/pager/events.ts";
import type { EachMove } from "../src/pager/moves.ts";
import type { Subject, SubjectOpen, SubjectOptions } from "../src/suite/subject.ts";

/** What may be wrong, and whose bug that was, where it was somebody's. */
export const FAULTS = {
  "double count": "a block that is let go of is free twice (vllm-project/vllm#42571, Dynamo #13398)",
  "early register": "speculative tokens can be found",
  "lost last copy": "a copy's eviction is told as if it was the last (vllm-project/vllm#48933)",
  "never removed": "what is evicted is not told",
  "stored twice": "a second copy is told too (llm-d #680)",
  "touch before check": "a refused call has touched its hits (vllm-project/vllm#11565)",
  "hits not counted": "hits that lie in line are not needed blocks (vllm-project/vllm#11562)",
  "evicts its own hits": "new blocks are taken before the hits are held (TensorRT-LLM #17926)",
  "key without parent": "a key is of its block's tokens only",
  "64-bit compare": "half of a key's words are compared",
  "salt as adapter": "salt and adapter are one list (vllm-project/vllm#44701)",
  "no salt": "salts are ignored",
  "media without place": "where media begin in a block is ignored",
  "no caching": "nothing is ever found",
  "all tokens hit": "no token is left to compute",
  "partial blocks hit": "a block that is not full is found",
  "no copy on write": "a fork writes to the block of both",
  "copy without a move": "the block is another one, and what was in it is not copied",
  "copy for both": "the last one of a fork copies too",
  "fork shares what is ahead": "slots taken ahead are written by both",
  "fork forgets to count": "a fork has blocks without a reference",
  "rewind keeps a token": "one token more than was to stay",
  "window keeps entries": "what fell out of the window stays in the table (vllm-project/vllm#42273)",
  "window by speculation": "tokens that may be taken back move the window",
  "window leaks": "what fell out of the window is not let go of",
  "offload holds no source": "the device's block is not kept (SGLang #28468)",
  "offload holds no target": "the tier's block is not kept (TensorRT-LLM #9056)",
  "offload copies twice": "a block that is given twice is copied twice (vllm-project/vllm#42571)",
  "transfers keep both": "a key that two transfers bring is in a tier twice",
  "load takes the head": "what is loaded is said to come from another block (TensorRT-LLM #8830)",
  "load marks all": "copies that did not arrive are found (SGLang #31108)",
  "failed marks all": "copies that failed are found",
  "expire leaks": "what expired is never free again (vllm-project/vllm#46283)",
  "abort is found": "what was never computed is found",
  "reset keeps used ones": "blocks in use keep their keys over a reset (SkyRL #1824)",
  "reset forgets not": "sequences that run over a reset can be found later (TensorRT-LLM #17145)",
  "reset is not told": "no event says that all is forgotten (AIBrix #2287)",
  "charges all": "every holder is charged",
  "charge is lost": "a charge ends with who had it (Mooncake #2112)",
  "quota is ignored": "a quota holds nobody back",
  "watermark for all": "who runs is held back too",
  "watermark alone": "who is alone is held back",
  "no watermark": "nobody is held back",
  "preempt costs all": "blocks that others have are said to be free",
  "preempt keeps nothing": "what was preempted is forgotten",
  "throws when full": "a refusal is an exception (kvcached #453)",
  "skips a number": "events have gaps",
  "head first": "the head of a closed sequence goes first",
  "partial blocks last": "a block that was never full waits its turn (vllm-project/vllm#42656)",
} as const;
export type Fault = keyof typeof FAULTS;

interface Block {
  refs: number;
  key: string | undefined;
  /** Of a block in use: whether it was taken since the last reset. */
  epoch: number;
}

interface Tier {
  readonly blocks: Block[];
  empty: number[];
  /** Cached ones, the next to go first. */
  line: number[];
  /** Of each key its blocks, by when they got it. */
  readonly found: Map<string, number[]>;
}

interface Sequence {
  tokens: number[];
  readonly words: readonly string[] | undefined;
  readonly root: string;
  readonly media: readonly { id: string; from: number; length: number }[];
  readonly tenant: string;
  table: number[];
  scheduled: number;
  committed: number;
  registered: number;
  hits: number;
  first: number;
  epoch: number;
}

interface Ticket {
  readonly entries: { device: number; tier: number; slot: number }[];
  readonly isLoad: boolean;
  readonly from: number;
  readonly epoch: number;
}

const CODES: Map<string, number> = new Map();

/** A key of 64 digits for whatever it is made of. */
function keyFor(what: string): string {
  if (!CODES.has(what)) CODES.set(what, CODES.size + 1);
  return CODES.get(what)!.toString(16).padStart(64, "0");
}

export class PlainPager implements Subject {
  readonly blocks: number;
  readonly events: { drain(): KvEvent[] };
  private readonly options: SubjectOptions;
  private readonly fault: Fault | undefined;
  private readonly tiers: Tier[];
  private readonly sequences: Map<number, Sequence> = new Map();
  private readonly tickets: Map<number, Ticket> = new Map();
  private readonly seed: string;
  private pending: Parameters<EachMove>[] = [];
  private told: KvEvent[] = [];
  private readonly quotas: Map<string, number> = new Map();
  /** Of each block who has it, longest first. */
  private readonly holders: Map<number, Sequence[]> = new Map();
  private last = 0;
  private seq = 0;
  private epoch = 1;

  constructor(options: SubjectOptions, fault?: Fault) {
    this.options = options;
    this.fault = fault;
    this.blocks = options.blocks;
    this.seed = options.seed ?? String(Math.random());
    this.tiers = [options.blocks, ...(options.tiers ?? []).map(({ blocks }) => blocks)].map((n) => ({
      blocks: Array.from({ length: n + 1 }, () => ({ refs: 0, key: undefined, epoch: 0 })),
      empty: Array.from({ length: n }, (_, i) => i + 1),
      line: [],
      found: new Map(),
    }));
    this.events = {
      drain: () => {
        const all = this.told;
        this.told = [];
        return all;
      },
    };
  }

  private is(fault: Fault): boolean {
    return this.fault === fault;
  }

  get free(): number {
    return this.freeIn(0);
  }

  private freeIn(tier: number): number {
    return this.tiers[tier].empty.length + this.tiers[tier].line.length;
  }

  // Blocks

  private tell(type: KvEvent["type"], tier: number, block: number, key: string, parent = ""): void {
    if (this.options.events !== true) return;
    this.told.push({ seq: this.seq++, type, tier, epoch: this.epoch, block, key, parent });
    if (this.is("skips a number") && this.seq % 10 === 9) this.seq++;
  }

  private find(tier: number, key: string | undefined): number {
    if (key === undefined || this.is("no caching")) return 0;
    const { found } = this.tiers[tier];
    if (this.is("64-bit compare")) {
      for (const [one, ids] of found)
        if (one.slice(0, 16) === key.slice(0, 16) && one.slice(48) === key.slice(48)) return ids[0];
    }
    return found.get(key)?.[0] ?? 0;
  }

  private forget(tier: number, id: number): void {
    const { blocks, found } = this.tiers[tier];
    const key = blocks[id].key!;
    const left = found.get(key)!.filter((one) => one !== id);
    blocks[id].key = undefined;
    if (left.length === 0) found.delete(key);
    else found.set(key, left);
    if ((left.length === 0 || this.is("lost last copy")) && !this.is("never removed"))
      this.tell("removed", tier, id, key);
  }

  private take(tier: number): number {
    const { blocks, empty, line } = this.tiers[tier];
    let id = empty.shift();
    if (id === undefined) {
      id = line.shift();
      if (id === undefined) throw new Error("no block is left");
      if (blocks[id].key !== undefined) this.forget(tier, id);
    }
    blocks[id].refs = 1;
    blocks[id].epoch = this.epoch;
    return id;
  }

  private touch(tier: number, id: number): void {
    const { blocks, line } = this.tiers[tier];
    if (blocks[id].refs++ === 0) line.splice(line.indexOf(id), 1);
  }

  private release(tier: number, id: number): void {
    const { blocks, empty, line } = this.tiers[tier];
    if (--blocks[id].refs > 0) return;
    if (blocks[id].key !== undefined || this.is("partial blocks last")) {
      line.push(id);
      if (this.is("double count")) empty.push(id);
    } else {
      empty.push(id);
      empty.sort((a, b) => a - b);
    }
  }

  private give(tier: number, id: number, key: string, parent: string): void {
    const { blocks, found } = this.tiers[tier];
    if (blocks[id].key !== undefined || blocks[id].epoch !== this.epoch) return;
    if (!found.has(key) || this.is("stored twice")) this.tell("stored", tier, id, key, parent);
    blocks[id].key = key;
    found.set(key, [...(found.get(key) ?? []), id]);
  }

  // Keys

  private keysOf(s: Sequence): string[] {
    if (s.words !== undefined) return [...s.words];
    const { blockTokens } = this.options;
    const keys: string[] = [];
    let parent = "";
    for (let i = 0; (i + 1) * blockTokens <= s.tokens.length; i++) {
      const [from, to] = [i * blockTokens, (i + 1) * blockTokens];
      const here = s.media.filter((one) => one.from < to && one.from + one.length > from);
      const media = here.map((one) => (this.is("media without place") ? one.id : [one.id, one.from - from]));
      const before = this.is("key without parent") ? "" : parent;
      parent = keyFor(JSON.stringify([this.seed, s.root, before, s.tokens.slice(from, to), media]));
      keys.push(parent);
    }
    return keys;
  }

  /** Blocks that are found, and which is the first of them. */
  private hits(s: Sequence): { n: number; first: number; ids: number[] } {
    const { blockTokens, window } = this.options;
    const keys = this.keysOf(s);
    const most = Math.min(
      keys.length,
      Math.floor((s.tokens.length - (this.is("all tokens hit") ? 0 : 1)) / blockTokens),
    );
    const ids = keys.slice(0, Math.max(most, 0)).map((key) => this.find(0, key));
    if (window === undefined) {
      const miss = ids.indexOf(0);
      const n = miss < 0 ? ids.length : miss;
      return { n, first: 0, ids: ids.slice(0, n) };
    }
    const needed = Math.ceil((window - 1) / blockTokens);
    for (let end = ids.length; end > 0; end--) {
      const first = Math.max(end - needed, 0);
      if (ids.slice(first, end).every((id) => id !== 0)) {
        return { n: end, first, ids: [...new Array<number>(first).fill(0), ...ids.slice(first, end)] };
      }
    }
    return { n: 0, first: 0, ids: [] };
  }

  // Sequences

  private of(sequence: number): Sequence {
    const s = this.sequences.get(sequence);
    if (s === undefined) throw new Error(`no sequence ${sequence}`);
    return s;
  }

  open({ tokens, keys, length = 0, tenant = "", salt, adapter, media }: SubjectOpen): number {
    const words =
      keys &&
      Array.from({ length: keys.length / 8 }, (_, i) =>
        Array.from(keys.subarray(8 * i, 8 * i + 8), (w) => (w >>> 0).toString(16).padStart(8, "0")).join(""),
      );
    const parts = this.is("no salt") ? [adapter ?? null] : [salt ?? null, adapter ?? null];
    const list = tokens ?? new Array<number>(length).fill(0);
    this.sequences.set(++this.last, {
      ...{ tokens: [...list], words, media: media ?? [], tenant, table: [], committed: list.length },
      root: this.is("salt as adapter")
        ? JSON.stringify(parts.filter((one) => one !== null))
        : JSON.stringify([words === undefined, parts]),
      ...{ scheduled: 0, registered: 0, hits: 0, first: 0, epoch: 0 },
    });
    return this.last;
  }

  computed(sequence: number): number {
    const s = this.of(sequence);
    const { blockTokens } = this.options;
    if (s.table.length > 0) return s.scheduled;
    const { n } = this.hits(s);
    if (this.is("partial blocks hit") && n > 0 && s.tokens.length > n * blockTokens + 1) return n * blockTokens + 1;
    return n * blockTokens;
  }

  allocateSlots(sequence: number, newTokens: number, lookahead = 0): boolean {
    const s = this.of(sequence);
    return this.slots(s, newTokens, lookahead);
  }

  private slots(s: Sequence, newTokens: number, lookahead: number): boolean {
    const { blockTokens, watermark = 0 } = this.options;
    const waits = s.table.length === 0;
    const { n, first, ids } = waits ? this.hits(s) : { n: s.table.length, first: s.first, ids: s.table };
    const base = waits ? n * blockTokens : s.scheduled;
    const total = base + newTokens;
    const entries = Math.max(n, Math.ceil((total + lookahead) / blockTokens));
    const { blocks, line } = this.tiers[0];
    const isKept = (id: number) => blocks[id].refs > 1 || blocks[id].key !== undefined;
    const write = Math.floor(base / blockTokens);
    const end = Math.min(n, Math.ceil((total + lookahead) / blockTokens));
    const shared: number[] = [];
    for (let i = write; i < end; i++) {
      if (
        this.is("no copy on write") ||
        (this.is("fork shares what is ahead") && (i > write || base % blockTokens === 0))
      )
        continue;
      if (isKept(ids[i])) shared.push(i);
    }
    const drop = waits ? first : this.outOfWindow(s, base);
    const dropped = waits ? [] : s.table.slice(s.first, drop);
    const alone = dropped.filter((id) => blocks[id].refs === 1).length;
    const inLine = waits ? ids.filter((id) => id !== 0 && line.includes(id)).length : 0;
    const fresh = entries - n + shared.length;
    if (this.is("touch before check") && waits) for (const id of ids) this.touch(0, id);
    const room = this.free + alone - (this.is("hits not counted") ? 0 : inLine) - fresh;
    const others = [...this.sequences.values()].some((one) => one.table.length > 0);
    let kept = waits && others ? Math.round(watermark * this.blocks) : 0;
    if (this.is("watermark for all") || (this.is("watermark alone") && waits))
      kept = Math.round(watermark * this.blocks);
    if (this.is("no watermark")) kept = 0;
    const quota = this.quotas.get(s.tenant);
    const charges = fresh + (waits ? ids.filter((id) => id !== 0 && !this.isHeld(id)).length : 0) - alone;
    const isOver =
      quota !== undefined && (this.options.tenants ?? 0) > 0 && charges > 0 && this.charged(s.tenant) + charges > quota;
    if (room < 0 || room < kept || (isOver && !this.is("quota is ignored"))) {
      if (this.is("throws when full")) throw new Error("no room");
      return false;
    }
    if (waits && entries > 0) {
      s.epoch = this.epoch;
      s.first = first;
      s.hits = s.registered = n;
      if (this.is("evicts its own hits")) {
        const mine = Array.from({ length: entries - n }, () => this.take(0));
        for (const id of ids.slice(first))
          if (blocks[id].refs++ === 0 && line.includes(id)) line.splice(line.indexOf(id), 1);
        s.table = [...ids, ...mine];
        for (const id of new Set(s.table.slice(first))) this.hold(s, id);
      } else {
        if (!this.is("touch before check")) for (const id of ids.slice(first)) this.touch(0, id);
        s.table = [...ids];
        for (const id of ids.slice(first)) this.hold(s, id);
      }
    }
    this.drop(s, drop);
    for (const i of shared) this.replace(s, i, i === write ? base % blockTokens : 0);
    while (s.table.length < entries) {
      s.table.push(this.take(0));
      this.hold(s, s.table.at(-1)!);
    }
    s.scheduled = total;
    this.register(s);
    return true;
  }

  private outOfWindow(s: Sequence, base: number): number {
    const { blockTokens, window } = this.options;
    if (window === undefined) return s.first;
    const certain = this.is("window by speculation") ? base : Math.min(base, s.committed);
    return Math.max(s.first, Math.min(s.table.length, Math.floor(Math.max(certain - window + 1, 0) / blockTokens)));
  }

  private drop(s: Sequence, to: number): void {
    const ids = s.table.slice(s.first, to);
    if (!this.is("window keeps entries")) s.table.fill(0, s.first, Math.max(to, s.first));
    s.first = Math.max(to, s.first);
    if (this.is("window leaks")) return;
    for (const id of ids.reverse()) this.letGo(s, id);
  }

  private replace(s: Sequence, i: number, tokens: number): void {
    const old = s.table[i];
    const { blocks } = this.tiers[0];
    const fresh = this.take(0);
    if (tokens > 0 && !this.is("copy without a move")) this.pending.push(["copy", 0, old, 0, fresh, 0, tokens]);
    this.letGo(s, old);
    if (this.is("copy for both") && blocks[old].refs === 1) blocks[old].refs++;
    s.table[i] = fresh;
    this.hold(s, fresh);
  }

  private register(s: Sequence): void {
    const { blockTokens } = this.options;
    if (s.epoch !== this.epoch && !this.is("reset forgets not")) return;
    const keys = this.keysOf(s);
    const certain = this.is("early register") ? s.tokens.length : s.committed;
    const to = Math.min(keys.length, Math.floor(Math.min(s.scheduled, certain) / blockTokens));
    for (let i = s.registered; i < to; i++) {
      const id = s.table[i];
      if (id === 0) continue;
      if (this.is("reset forgets not")) this.tiers[0].blocks[id].epoch = this.epoch;
      this.give(0, id, keys[i], keys[i - 1] ?? "");
    }
    s.registered = Math.max(to, s.registered);
  }

  append(sequence: number, token: number): boolean {
    const s = this.of(sequence);
    if (s.scheduled !== s.tokens.length) throw new Error("no slots");
    s.tokens.push(token);
    if (this.slots(s, 1, 0)) return true;
    s.tokens.pop();
    return false;
  }

  commit(sequence: number, n?: number): void {
    const s = this.of(sequence);
    s.committed = n === undefined ? s.tokens.length : s.committed + n;
    if (s.table.length > 0) this.register(s);
  }

  rewind(sequence: number, n?: number): void {
    const s = this.of(sequence);
    const most = s.tokens.length - s.committed;
    if (this.is("rewind keeps a token") && (n ?? most) > 0) s.tokens.push(0);
    s.tokens.length -= n ?? most;
    s.scheduled = Math.min(s.scheduled, s.tokens.length);
    s.registered = Math.min(s.registered, Math.floor(s.scheduled / this.options.blockTokens));
  }

  fork(sequence: number): number {
    const s = this.of(sequence);
    const have = this.is("fork shares what is ahead")
      ? s.table.length
      : Math.ceil(s.scheduled / this.options.blockTokens);
    const copy = { ...s, tokens: [...s.tokens], table: s.table.slice(0, have) };
    for (const id of copy.table.slice(s.first)) {
      if (!this.is("fork forgets to count")) this.touch(0, id);
      this.hold(copy, id);
    }
    this.sequences.set(++this.last, copy);
    return this.last;
  }

  close(sequence: number, computed?: number): void {
    const s = this.of(sequence);
    this.emptyOut(s, computed);
    this.sequences.delete(sequence);
  }

  private emptyOut(s: Sequence, computed = s.scheduled): void {
    const { blocks } = this.tiers[0];
    const from = Math.max(s.hits, s.first, Math.floor(computed / this.options.blockTokens));
    const ids = s.table.slice(s.first);
    for (const id of s.table.slice(from, s.registered)) {
      if (id !== 0 && blocks[id].key !== undefined && !this.is("abort is found")) this.forget(0, id);
    }
    for (const id of this.is("head first") ? ids : ids.reverse()) this.letGo(s, id);
    s.table = [];
    s.first = s.hits = s.registered = s.scheduled = 0;
  }

  cost(sequence: number): { recompute: number; freed: number } {
    const s = this.of(sequence);
    const { blocks } = this.tiers[0];
    const ids = s.table.slice(s.first);
    const isOthers = (id: number) => blocks[id].refs > 1;
    const freed = this.is("preempt costs all") ? ids.length : ids.filter((id) => !isOthers(id)).length;
    const lost = ids.findIndex((id) => !isOthers(id) || blocks[id].key === undefined);
    const kept = lost < 0 ? s.table.length : lost > 0 ? s.first + lost : 0;
    return { recompute: s.scheduled - Math.min(s.scheduled, kept * this.options.blockTokens), freed };
  }

  preempt(sequence: number): { recompute: number; freed: number } {
    const s = this.of(sequence);
    const cost = this.cost(sequence);
    this.emptyOut(s, this.is("preempt keeps nothing") ? 0 : undefined);
    s.tokens.length = s.committed;
    return cost;
  }

  table(sequence: number): number[] {
    return [...this.of(sequence).table];
  }

  moves(each: EachMove): number {
    const all = this.pending;
    this.pending = [];
    for (const move of all) each(...move);
    return all.length;
  }

  // Tenants

  private isHeld(id: number): boolean {
    return (this.holders.get(id) ?? []).length > 0;
  }

  private hold(s: Sequence, id: number): void {
    this.holders.set(id, [...(this.holders.get(id) ?? []), s]);
  }

  private letGo(s: Sequence, id: number): void {
    const list = this.holders.get(id)!;
    const at = list.indexOf(s);
    const left = list.filter((_, i) => i !== at);
    this.holders.set(id, at === 0 && this.is("charge is lost") ? left.map((one) => ({ ...one, tenant: "" })) : left);
    this.release(0, id);
  }

  quota(tenant: string, blocks: number | undefined): void {
    if (blocks === undefined) this.quotas.delete(tenant);
    else this.quotas.set(tenant, blocks);
  }

  charged(tenant: string): number {
    let n = 0;
    for (const list of this.holders.values()) {
      for (const one of this.is("charges all") ? list : list.slice(0, 1)) if (one.tenant === tenant) n++;
    }
    return n;
  }

  // Tiers

  offload(ids: ArrayLike<number>, to: number): number {
    const { blocks } = this.tiers[0];
    const missing = Array.from(ids).filter((id) => this.find(to, blocks[id].key) === 0);
    const keys = missing.map((id) => blocks[id].key);
    const wanted = this.is("offload copies twice")
      ? missing
      : missing.filter((id, i) => keys.indexOf(blocks[id].key) === i);
    if (wanted.length === 0 || this.freeIn(to) < wanted.length) return 0;
    const ticket = ++this.last;
    if (!this.is("offload holds no source")) for (const id of wanted) this.touch(0, id);
    const entries = wanted.map((device) => ({ device, tier: to, slot: this.take(to) }));
    for (const { device, slot } of entries)
      this.pending.push(["offload", 0, device, to, slot, ticket, this.options.blockTokens]);
    if (this.is("offload holds no target")) {
      for (const { slot } of entries) {
        this.tiers[to].blocks[slot].refs = 0;
        this.tiers[to].empty.unshift(slot);
      }
    }
    this.tickets.set(ticket, { entries, isLoad: false, from: 0, epoch: this.epoch });
    return ticket;
  }

  load(sequence: number): number {
    const s = this.of(sequence);
    if (s.table.length > 0) return 0;
    const { blockTokens } = this.options;
    const keys = this.keysOf(s).slice(0, Math.floor(Math.max(s.tokens.length - 1, 0) / blockTokens));
    const entries: { device: number; tier: number; slot: number }[] = [];
    let [loads, inLine, last] = [0, 0, 0];
    for (const key of keys) {
      const device = this.find(0, key);
      const tier = this.tiers.findIndex((_, t) => t > 0 && this.find(t, key) !== 0);
      if (device !== 0) {
        if (this.tiers[0].line.includes(device)) inLine++;
        entries.push({ device, tier: 0, slot: 0 });
        continue;
      }
      if (tier < 0 || this.free - inLine < loads + 1) break;
      loads++;
      entries.push({ device: 0, tier, slot: this.find(tier, key) });
      last = entries.length;
    }
    if (loads === 0) return 0;
    entries.length = last;
    const ticket = ++this.last;
    for (const { device, tier, slot } of entries) this.touch(tier, device !== 0 ? device : slot);
    for (const entry of entries) {
      if (entry.device !== 0) continue;
      entry.device = this.take(0);
      const from = this.is("load takes the head")
        ? 1 + (entry.slot % (this.tiers[entry.tier].blocks.length - 1))
        : entry.slot;
      this.pending.push(["load", entry.tier, from, 0, entry.device, ticket, blockTokens]);
    }
    this.tickets.set(ticket, { entries, isLoad: true, from: 0, epoch: this.epoch });
    return ticket;
  }

  done(ticket: number, arrived?: number): void {
    this.end(ticket, this.is("load marks all") ? undefined : arrived);
  }

  failed(ticket: number): void {
    this.end(ticket, this.is("failed marks all") ? undefined : 0);
  }

  expire(ticket: number): void {
    if (this.is("expire leaks")) this.tickets.delete(ticket);
    else this.end(ticket, 0);
  }

  private end(ticket: number, arrived = Number.POSITIVE_INFINITY): void {
    const { entries, isLoad, epoch } = this.tickets.get(ticket)!;
    let left = epoch === this.epoch ? arrived : 0;
    entries.forEach(({ device, tier, slot }, i) => {
      if (slot === 0 || left-- <= 0) return;
      const key = isLoad ? this.tiers[tier].blocks[slot].key : this.tiers[0].blocks[device].key;
      const last = isLoad ? entries[i - 1] : undefined;
      const source =
        last?.slot === 0 ? this.tiers[0].blocks[last.device] : this.tiers[last?.tier ?? 0].blocks[last?.slot ?? 0];
      const before = last === undefined ? "" : (source.key ?? "");
      const to = isLoad ? 0 : tier;
      if (key === undefined || (this.find(to, key) !== 0 && !this.is("transfers keep both"))) return;
      this.give(to, isLoad ? device : slot, key, before);
    });
    for (const { device, tier, slot } of [...entries].reverse()) {
      if (isLoad || !this.is("offload holds no source")) this.release(0, device);
      if (slot !== 0 && (isLoad || !this.is("offload holds no target"))) this.release(tier, slot);
    }
    this.tickets.delete(ticket);
  }

  reset(): number {
    for (const tier of this.tiers) {
      for (const [id, block] of tier.blocks.entries()) {
        if (block.key === undefined || (block.refs > 0 && this.is("reset keeps used ones"))) continue;
        tier.found.set(
          block.key,
          (tier.found.get(block.key) ?? []).filter((one) => one !== id),
        );
        if (tier.found.get(block.key)!.length === 0) tier.found.delete(block.key);
        block.key = undefined;
      }
      tier.empty = [...tier.empty, ...tier.line].sort((a, b) => a - b);
      tier.line = [];
    }
    this.epoch++;
    if (!this.is("reset is not told")) this.tell("cleared", 0, 0, "");
    return this.epoch;
  }
}
