/** A call through a proxy does what the call on the pager does, or changes nothing. */
import { reactive } from "@vue/reactivity";
import { describe, expect, test } from "vitest";
import { EVENT_WORDS, KvPager, type Sequence, type Ticket } from "../src/index.ts";

const make = () =>
  new KvPager({
    blocks: 10,
    blockTokens: 2,
    seed: "proxies",
    sequences: 6,
    tenants: 2,
    events: true,
    tiers: [{ name: "host", blocks: 4 }],
  });

const WRAPS: Record<string, (pager: KvPager) => KvPager> = {
  "a Proxy": (pager) => new Proxy(pager, {}),
  "Vue's reactive": (pager) => reactive(pager) as KvPager,
};

/** Each public member, as a call with a sequence and a ticket, live or not, and a number. */
const CALLS: Record<string, (pager: KvPager, s: Sequence, t: Ticket, n: number) => unknown> = {
  blocks: (pager) => pager.blocks,
  blockTokens: (pager) => pager.blockTokens,
  tiers: (pager) => [...pager.tiers],
  buffer: (pager) => pager.buffer.byteLength,
  byteLength: (pager) => pager.byteLength,
  events: (pager, _, __, n) => {
    const { events } = pager;
    const { size, lost, next } = events;
    const out = new Int32Array(EVENT_WORDS * (n % 4));
    return [size, lost, next, events.take(out), [...out], n % 5 === 0 ? events.drain() : 0, events.snapshot()];
  },
  free: (pager) => pager.free,
  used: (pager) => pager.used,
  epoch: (pager) => pager.epoch,
  step: (pager) => pager.step,
  pendingMoves: (pager) => pager.pendingMoves,
  sequences: (pager) => pager.sequences(),
  tickets: (pager) => pager.tickets(),
  open: (pager, _, __, n) =>
    pager.open({
      tokens: Array.from({ length: n % 9 }, (_, i) => i),
      tenant: n % 2 === 0 ? "a" : "b",
      ...(n % 3 === 0 ? { adapter: "x" } : {}),
    }),
  computed: (pager, s) => pager.computed(s),
  runs: (pager, s) => {
    const out = new Int32Array(6);
    return [pager.runs(s, out), ...out];
  },
  allocateSlots: (pager, s, _, n) => pager.allocateSlots(s, pager.length(s) - pager.computed(s), n % 3),
  refusal: (pager, s) => pager.refusal(s, 0, 1),
  append: (pager, s, _, n) => pager.append(s, n % 3),
  commit: (pager, s) => pager.commit(s),
  rewind: (pager, s) => pager.rewind(s),
  addKeys: (pager, s) => pager.addKeys(s, new Int32Array(8)),
  fork: (pager, s) => pager.fork(s),
  close: (pager, s) => pager.close(s),
  cost: (pager, s) => pager.cost(s),
  preempt: (pager, s) => pager.preempt(s),
  table: (pager, s) => [...pager.table(s)],
  readTable: (pager, s) => {
    const out = new Int32Array(4);
    return [pager.readTable(s, out), ...out];
  },
  length: (pager, s) => pager.length(s),
  committed: (pager, s) => pager.committed(s),
  moves: (pager) => {
    const all: unknown[] = [];
    pager.moves((...move) => all.push(move));
    return all;
  },
  offload: (pager, s) => pager.offload([...pager.table(s)].slice(0, 1), "host"),
  load: (pager, s) => pager.load(s),
  done: (pager, _, t) => pager.done(t),
  failed: (pager, _, t) => pager.failed(t),
  expire: (pager, _, t) => pager.expire(t),
  quota: (pager, _, __, n) => pager.quota("a", 3 + (n % 9)),
  charged: (pager) => pager.charged("a"),
  pin: (pager, _, __, n) => pager.pin(1 + (n % 10)),
  unpin: (pager, _, __, n) => pager.unpin(1 + (n % 10)),
  advance: (pager) => pager.advance(),
  reset: (pager, _, __, n) => (n % 10 === 0 ? pager.reset() : 0),
  pool: (pager) => [pager.pool("host").free, pager.pool().cached],
  stats: (pager) => pager.stats(),
  verify: (pager) => pager.verify(),
  snapshot: (pager) => pager.snapshot().length,
};

function outcome(call: () => unknown): unknown {
  try {
    return { returned: call() };
  } catch (error) {
    const { name, code, message } = error as Error & { code?: string };
    return { name, code, message };
  }
}

test("every public member is called below", () => {
  const own = Reflect.ownKeys(make()).concat(Reflect.ownKeys(KvPager.prototype)).map(String);
  const said = ["can't be cloned", "toJSON", "Symbol(nodejs.util.inspect.custom)", "Symbol(Deno.customInspect)"];
  expect(own.filter((name) => !(name in CALLS || said.includes(name)))).toEqual(["core", "there"]);
});

describe.each(Object.entries(WRAPS))("through %s", (_, wrap) => {
  test("as its twin", () => {
    const [pager, twin] = [make(), make()];
    const proxy = wrap(pager);
    const names = Object.keys(CALLS);
    let seed = 1;
    const next = (below: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    for (let i = 0; i < 2000; i++) {
      const often = ["open", "allocateSlots", "append", "commit", "offload", "done"];
      const name = i % 2 === 0 ? often[next(often.length)] : names[next(names.length)];
      const live = twin.sequences();
      const tickets = twin.tickets();
      const s = (live[next(live.length + 1)] ?? 3) as Sequence;
      const t = (tickets[next(tickets.length + 1)] ?? 3) as Ticket;
      const n = next(1000);
      const got = outcome(() => CALLS[name](proxy, s, t, n));
      expect(got, name).toEqual(outcome(() => CALLS[name](twin, s, t, n)));
      if (i % 20 === 0) expect(Buffer.compare(Buffer.from(pager.buffer), Buffer.from(twin.buffer)), name).toBe(0);
      if (live.length > 4) for (const one of live) for (const each of [proxy, twin]) each.close(one);
    }
    expect(Buffer.compare(Buffer.from(pager.buffer), Buffer.from(twin.buffer))).toBe(0);
    proxy.verify();
  });
});

test("a proxy that throws changes nothing", () => {
  for (const name of Object.keys(CALLS)) {
    for (let reads = 0, done = false; !done; reads++) {
      const pager = make();
      const s = pager.open({ tokens: [0, 1, 2, 3, 4], tenant: "a" });
      pager.allocateSlots(s, 5);
      pager.pin(1);
      const t = pager.offload([1], "host") as Ticket;
      const before = Buffer.from(pager.snapshot());
      let left = reads;
      const proxy = new Proxy(pager, {
        get(target, key, receiver) {
          if (left-- === 0) throw new Error("not now");
          return Reflect.get(target, key, receiver);
        },
      });
      try {
        CALLS[name](proxy, s, t, 10);
        done = true;
      } catch (error) {
        if ((error as Error).message !== "not now") break; // refused: the sequence has no keys of its own
        expect(Buffer.compare(Buffer.from(pager.snapshot()), before), `${name}: ${reads} reads, then a throw`).toBe(0);
      }
    }
  }
});
