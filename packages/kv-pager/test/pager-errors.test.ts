/** What is refused, in which words; and that it changed nothing. */
import { AllocatorError } from "@ariax/allocator";
import { describe, expect, test } from "vitest";
import { ChainKeys, KvPager, type KvPagerOptions, type OpenOptions, type Sequence, type Ticket } from "../src/index.ts";

const OPTIONS = {
  blocks: 8,
  blockTokens: 4,
  seed: "errors",
  sequences: 4,
  tickets: 2,
  moves: 64,
  tenants: 2,
  events: true,
};

/** A pager with a sequence that runs, one that waits, and one that was closed. */
function make(more: Partial<KvPagerOptions> = {}) {
  const pager = new KvPager({ ...OPTIONS, tiers: [{ name: "host", blocks: 4 }], ...more });
  const runs = pager.open({ tokens: [0, 1, 2, 3, 4, 5], tenant: "a" });
  pager.allocateSlots(runs, 6);
  const waits = pager.open({ keys: new Int32Array(8), length: 7 });
  const closed = pager.open({ tokens: [1] });
  pager.close(closed);
  return { pager, runs, waits, closed };
}

type Made = ReturnType<typeof make>;
const any = (value: unknown) => value as never;

const REFUSED: readonly [message: string, call: (made: Made) => unknown][] = [
  ["invalid options: undefined is no object", ({ pager }) => pager.open(any(undefined))],
  ["invalid options: either tokens or keys are needed", ({ pager }) => pager.open({})],
  ["invalid options: a list, where { tokens } is wanted", ({ pager }) => pager.open(any([1, 2, 3]))],
  ["invalid options: a list, where { tokens } is wanted", ({ pager }) => pager.open(any(Int32Array.of(1)))],
  [
    "invalid options: either tokens or keys are needed",
    ({ pager }) => pager.open({ tokens: [], keys: new Int32Array(0) }),
  ],
  [
    "contradictory options: length and tokens exclude each other",
    ({ pager }) => pager.open({ tokens: [1], length: 1 }),
  ],
  [
    "contradictory options: salt and keys exclude each other",
    ({ pager }) => pager.open({ keys: new Int32Array(0), length: 1, salt: "s" }),
  ],
  [
    "invalid length: undefined is not a whole number from 0 to 536870912",
    ({ pager }) => pager.open({ keys: new Int32Array(0) }),
  ],
  ["invalid tokens: 7 is no list of token ids", ({ pager }) => pager.open({ tokens: any(7) })],
  [
    "invalid token: 1.5 is not a whole number from -2147483648 to 4294967295",
    ({ pager }) => pager.open({ tokens: [1.5] }),
  ],
  [
    "invalid keys: 7 words, not 8 for each of up to 1 full blocks",
    ({ pager }) => pager.open({ keys: new Int32Array(7), length: 7 }),
  ],
  [
    "invalid keys: 16 words, not 8 for each of up to 1 full blocks",
    ({ pager }) => pager.open({ keys: new Int32Array(16), length: 7 }),
  ],
  ["invalid salt: 7 is no string", ({ pager }) => pager.open({ tokens: [1], salt: any(7) })],
  [
    'invalid end of media "m": 3 is not a whole number from 0 to 2',
    ({ pager }) => pager.open({ tokens: [1, 2], media: [{ id: "m", from: 1, length: 2 }] }),
  ],
  ["invalid priority: 1 is not a whole number from 0 to 0", ({ pager }) => pager.open({ tokens: [1], priority: 1 })],
  ['invalid tenant: "" is no name', ({ pager }) => pager.open({ tokens: [1], tenant: "" })],
  [
    "invalid tenant: a name of 53 bytes does not fit 52",
    ({ pager }) => pager.open({ tokens: [1], tenant: "x".repeat(53) }),
  ],
  ["stale handle: 0 is not live", ({ pager }) => pager.computed(any(0))],
  ["stale handle: undefined is not live", ({ pager }) => pager.append(any(undefined), 1)],
  ["invalid newTokens: slots for 7 tokens, but the sequence has 6", ({ pager, runs }) => pager.allocateSlots(runs, 1)],
  [
    "invalid newTokens: slots for 8 tokens, but the sequence has 7",
    ({ pager, waits }) => pager.allocateSlots(waits, 8),
  ],
  [
    "invalid newTokens: -1 is not a whole number from 0 to 536870912",
    ({ pager, runs }) => pager.allocateSlots(runs, -1),
  ],
  [
    "invalid lookahead: NaN is not a whole number from 0 to 536870912",
    ({ pager, runs }) => pager.allocateSlots(runs, 0, Number.NaN),
  ],
  ["no slots: 0 of the sequence's 7 tokens have them", ({ pager, waits }) => pager.append(waits, 1)],
  [
    "invalid token: 0.5 is not a whole number from -2147483648 to 4294967295",
    ({ pager, runs }) => pager.append(runs, 0.5),
  ],
  ["invalid n: 1 is not a whole number from 0 to 0", ({ pager, runs }) => pager.commit(runs, 1)],
  ["invalid n: -1 is not a whole number from 0 to 0", ({ pager, runs }) => pager.rewind(runs, -1)],
  ["invalid sequence: its keys are made from its tokens", ({ pager, runs }) => pager.addKeys(runs, new Int32Array(8))],
  [
    "invalid keys: 8 words, not 8 for each of up to 0 full blocks",
    ({ pager, waits }) => pager.addKeys(waits, new Int32Array(8)),
  ],
  ["invalid computed: 7 is not a whole number from 0 to 6", ({ pager, runs }) => pager.close(runs, 7)],
  ["invalid computed: 7 is not a whole number from 0 to 6", ({ pager, runs }) => pager.preempt(runs, 7)],
  [
    "invalid sequence: undefined; refusal needs the arguments that allocateSlots had",
    ({ pager }) => pager.refusal(any(undefined), any(undefined)),
  ],
  ["invalid each: it is no function", ({ pager }) => pager.moves(any(7))],
  ["invalid ids: 3 is no list", ({ pager }) => pager.offload(any(3))],
  ["invalid id: 9 is not a whole number from 1 to 8", ({ pager }) => pager.offload([9])],
  ["invalid id: block 2 has no key", ({ pager }) => pager.offload([1, 2])],
  ['invalid tier: "disk" is not one of device, host', ({ pager }) => pager.offload([1], "disk")],
  ["invalid tier: 2 is not a whole number from 1 to 1", ({ pager }) => pager.offload([1], 2)],
  ["invalid tier: from 1 to itself", ({ pager }) => pager.offload([1], 1, 1)],
  ["stale handle: 5 is not live", ({ pager }) => pager.done(5 as Ticket)],
  ["stale handle: 5 is not live", ({ pager }) => pager.failed(5 as Ticket)],
  ["invalid blocks: -1 is not a whole number from 0 to 536870912", ({ pager }) => pager.quota("a", -1)],
  ["invalid id: 0 is not a whole number from 1 to 8", ({ pager }) => pager.pin(0)],
  ["invalid id: block 8 is empty", ({ pager }) => pager.pin(8)],
  ["invalid steps: -1 is not a whole number from 0 to 9007199254740991", ({ pager }) => pager.advance(-1)],
  ["invalid out: 5 is no Int32Array", ({ pager, runs }) => pager.readTable(runs, any(5))],
  [
    "invalid from: 3 is not a whole number from 0 to 2",
    ({ pager, runs }) => pager.readTable(runs, new Int32Array(9), 0, 3),
  ],
  ["invalid out: an object is no Int32Array", ({ pager }) => pager.events.take(any({}))],
];

test.each(REFUSED)("%s", (message, call) => {
  const made = make();
  const before = Buffer.from(made.pager.snapshot());
  const error = thrown(() => call(made));
  expect(error).toMatchObject({ message });
  expect(error).toBeInstanceOf(AllocatorError);
  expect(Buffer.compare(Buffer.from(made.pager.snapshot()), before)).toBe(0);
  made.pager.verify();
});

const AGAIN: readonly [message: RegExp, call: (made: Made) => unknown][] = [
  [/^stale handle: sequence \d+ is not open$/, ({ pager, closed }) => pager.close(closed)],
  [/^stale handle: sequence undefined is not open$/, ({ pager }) => pager.close(undefined as never)],
  [/^stale handle: \d+ is not live$/, ({ pager, closed }) => pager.fork(closed)],
  [/^stale handle: \d+ is not live$/, ({ pager, closed }) => pager.table(closed)],
  [
    /^stale handle: \d+ is not live$/,
    ({ pager }) => {
      const ticket = pager.offload([1]) as Ticket;
      pager.done(ticket);
      const before = Buffer.from(pager.snapshot());
      try {
        pager.expire(ticket);
      } finally {
        expect(Buffer.compare(Buffer.from(pager.snapshot()), before)).toBe(0);
      }
    },
  ],
];

test.each(AGAIN)("what is over stays over: %s", (message, call) => {
  expect(thrown(() => call(make())).message).toMatch(message);
});

test("what there is only so much of, and none is left", () => {
  const { pager, runs } = make();
  const unchanged = (what: string, message: string, call: () => unknown) => {
    const before = Buffer.from(pager.snapshot());
    expect(thrown(call), what).toMatchObject({ message, code: "ERR_POOL_EXHAUSTED" });
    expect(Buffer.compare(Buffer.from(pager.snapshot()), before), what).toBe(0);
  };
  pager.quota("b", undefined);
  unchanged("a third tenant", "list of tenants exhausted: all 2 have names, which stay; raise the option tenants", () =>
    pager.quota("c", 1),
  );
  unchanged("a third tenant", "list of tenants exhausted: all 2 have names, which stay; raise the option tenants", () =>
    pager.open({ tokens: [], tenant: "c" }),
  );
  const extra = [pager.open({ tokens: [] }), pager.open({ tokens: [] })];
  unchanged(
    "a fifth sequence",
    "list of sequences exhausted: all 4 are open; close one, or raise the option sequences (4)",
    () => pager.open({ tokens: [] }),
  );
  unchanged(
    "a fifth sequence",
    "list of sequences exhausted: all 4 are open; close one, or raise the option sequences (4)",
    () => pager.fork(runs),
  );
  for (const sequence of extra) pager.close(sequence);
  const more = make({ tickets: 1 }).pager;
  more.offload([1]);
  expect(thrown(() => more.offload([1]))).toMatchObject({
    message:
      "list of tickets exhausted: all 1 are in flight; end one by done, failed or expire, or raise the option tickets",
  });
});

test("a token behind others of its block that have no slots is refused: they would be cached, and never computed", () => {
  const pager = new KvPager({ blocks: 8, blockTokens: 4 });
  const sequence = pager.open({ tokens: [1, 2, 3, 4, 5, 6, 7] });
  for (const have of [1, 3, 5, 6]) {
    pager.allocateSlots(sequence, have - pager.computed(sequence));
    const before = Buffer.from(pager.snapshot());
    const message = `no slots: ${have} of the sequence's 7 tokens have them`;
    expect(thrown(() => pager.append(sequence, 8))).toMatchObject({ message, code: "ERR_NO_SLOTS" });
    expect(Buffer.compare(Buffer.from(pager.snapshot()), before)).toBe(0);
  }
  pager.allocateSlots(sequence, 1);
  expect(pager.append(sequence, 8)).toBe(true);
  pager.commit(sequence);
  pager.verify();
});

test("a copy on write that finds the list of moves full, and then not", () => {
  const { pager, runs } = make({ moves: 1 });
  const [first, second] = [pager.fork(runs), pager.fork(runs)];
  expect(pager.append(first, 7)).toBe(true);
  const before = Buffer.from(pager.snapshot());
  expect(thrown(() => pager.append(second, 7)).message).toBe(
    "list of moves exhausted: room for 1 was asked for, and there is room for 0 of 1; moves() takes them out, or raise the option moves",
  );
  expect(pager.refusal(second, 0, 1)).toBe("moves");
  expect(Buffer.compare(Buffer.from(pager.snapshot()), before)).toBe(0);
  expect(pager.moves()).toEqual([{ operation: "copy", fromTier: 0, from: 2, toTier: 0, to: 3, ticket: 0, tokens: 2 }]);
  expect(pager.append(second, 7)).toBe(true);
  pager.verify();
});

test("tables that do not fit: nothing changed, and a shorter one does", () => {
  const pager = new KvPager({ ...OPTIONS, tableBytes: 65536, sequences: 400 });
  const open = (n: number) => pager.open({ tokens: new Int32Array(n) });
  const before = Buffer.from(pager.snapshot());
  expect(thrown(() => open(40_000))).toMatchObject({
    code: "ERR_OUT_OF_MEMORY",
    message: expect.stringMatching(/ in one piece; the option tableBytes makes room for more tables$/),
    stack: expect.stringContaining("; the option tableBytes makes room for more tables\n"),
  });
  expect(Buffer.compare(Buffer.from(pager.snapshot()), before)).toBe(0);
  const sequence = open(100);
  pager.verify();
  expect(pager.computed(sequence)).toBe(0);
});

test("why a call would be refused, and that asking changes nothing", () => {
  const pager = new KvPager({ ...OPTIONS, watermark: 0.25, tenants: 1 });
  pager.quota("a", 3);
  const first = pager.open({ tokens: new Int32Array(16) });
  expect(pager.refusal(first, 16)).toBe(undefined);
  pager.allocateSlots(first, 16);
  const second = pager.open({ tokens: new Int32Array(17).fill(1), tenant: "a" });
  const before = Buffer.from(pager.snapshot());
  expect([pager.refusal(second, 17), pager.refusal(second, 12), pager.refusal(second, 8)]).toEqual([
    "blocks",
    "watermark",
    undefined,
  ]);
  expect(thrown(() => pager.refusal(second, 18)).message).toBe(
    "invalid newTokens: slots for 18 tokens, but the sequence has 17",
  );
  expect(Buffer.compare(Buffer.from(pager.snapshot()), before)).toBe(0);
  pager.quota("a", 1);
  expect(pager.refusal(second, 8)).toBe("quota");
  expect(pager.allocateSlots(second, 8)).toBe(false);
});

describe("options", () => {
  const WRONG: readonly [message: string, options: unknown][] = [
    ["invalid options: undefined is no object", undefined],
    ["invalid blocks: undefined is not a whole number from 1 to 16777215", {}],
    ["invalid blockTokens: 0 is not a whole number from 1 to 4096", { blocks: 8, blockTokens: 0 }],
    ["invalid window: 1 is not a whole number from 2 to 1073741824", { blocks: 8, window: 1 }],
    ["invalid watermark: 2 is not a share from 0 to 1", { blocks: 8, watermark: 2 }],
    ['invalid hash: "md5" is not one of sha256, sha256_cbor', { blocks: 8, hash: "md5" }],
    ["invalid seed: vLLM's PYTHONHASHSEED is needed", { blocks: 8, hash: "sha256_cbor" }],
    ["invalid seed: 53 bytes do not fit 52", { blocks: 8, seed: "x".repeat(53) }],
    ["contradictory options: keys and hash exclude each other", { blocks: 8, hash: "sha256", keys: new ChainKeys() }],
    ["invalid keys: made of 16 tokens, but a block has 4", { blocks: 8, blockTokens: 4, keys: new ChainKeys() }],
    ["invalid keys: an object makes none", { blocks: 8, keys: {} }],
    ['invalid tier: the name "device" is taken', { blocks: 8, tiers: [{ name: "device", blocks: 1 }] }],
    ["invalid tiers: 7 is no list", { blocks: 8, tiers: 7 }],
    [
      "invalid tier.blocks: 0 is not a whole number from 1 to 16777215",
      { blocks: 8, tiers: [{ name: "host", blocks: 0 }] },
    ],
    [
      "contradictory options: shared and buffer exclude each other",
      { blocks: 8, shared: true, buffer: new ArrayBuffer(8) },
    ],
    ["invalid tableBytes: 1 is not a whole number from 65536 to 2147479552", { blocks: 8, tableBytes: 1 }],
  ];
  test.each(WRONG)("%s", (message, options) => {
    const error = thrown(() => new KvPager(options as KvPagerOptions));
    expect(error).toMatchObject({ message });
    expect(error).toBeInstanceOf(AllocatorError);
  });

  test("one that nobody knows", () => {
    expect(() => new KvPager({ blocks: 8, blocksize: 16 } as never)).toThrow(
      /^unknown option: "blocksize" is not one of blocks, /,
    );
    expect(() => make().pager.open({ token: [1] } as OpenOptions)).toThrow(
      /^unknown option: "token" is not one of tokens, /,
    );
  });
});

test("a buffer that was transferred away", () => {
  const made = make();
  structuredClone(made.pager.buffer, { transfer: [made.pager.buffer as ArrayBuffer] });
  const calls: readonly (() => unknown)[] = [
    ...REFUSED.filter(([message]) => !message.startsWith("invalid each")).map(
      ([, call]) =>
        () =>
          call(made),
    ),
    () => made.pager.free,
    () => made.pager.events.drain(),
    () => made.pager.events.snapshot(),
    () => made.pager.verify(),
    () => made.pager.snapshot(),
    () => made.pager.reset(),
    () => made.pager.close(made.runs as Sequence),
  ];
  for (const call of calls)
    expect(["ERR_DETACHED", "ERR_INVALID_ARGUMENT"]).toContain((thrown(call) as AllocatorError).code);
  expect(thrown(() => made.pager.append(made.runs, 1))).toMatchObject({ code: "ERR_DETACHED" });
});

test("a buffer that was made shorter: refused before anything changes", () => {
  const bytes = KvPager.byteLength(OPTIONS);
  const buffer = new ArrayBuffer(bytes, { maxByteLength: bytes });
  const pager = new KvPager({ ...OPTIONS, buffer });
  const sequence = pager.open({ tokens: [1, 2, 3] });
  buffer.resize(bytes - 8);
  const before = Buffer.from(buffer.slice(0));
  for (const call of [
    () => pager.allocateSlots(sequence, 3),
    () => pager.open({ tokens: [1] }),
    () => pager.close(sequence),
    () => pager.reset(),
    () => pager.advance(),
  ]) {
    expect(thrown(call)).toMatchObject({
      message: `corrupted: truncated: the pager has ${bytes} bytes, ${bytes - 8} are there`,
    });
  }
  expect(Buffer.compare(Buffer.from(buffer.slice(0)), before)).toBe(0);
});

function thrown(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

test("a quota of less than a tenant has: it goes on in its blocks, and gets no more", () => {
  const { pager, runs } = make();
  pager.quota("a", 1);
  expect([pager.append(runs, 6), pager.append(runs, 7)]).toEqual([true, true]);
  expect(pager.allocateSlots(runs, 0)).toBe(true);
  expect([pager.append(runs, 8), pager.refusal(runs, 0, 1)]).toEqual([false, "quota"]);
  pager.quota("a", 3);
  expect(pager.append(runs, 8)).toBe(true);
  pager.verify();
});

test("a move whose callback throws stays, and comes again", () => {
  const { pager, runs } = make();
  const other = pager.fork(runs);
  pager.append(other, 1);
  const stop = new Error("not now");
  expect(() =>
    pager.moves(() => {
      throw stop;
    }),
  ).toThrow(stop);
  expect(pager.pendingMoves).toBe(1);
  // One that drains them itself: each comes once.
  pager.append(runs, 2);
  let seen = 0;
  pager.moves(() => {
    seen++;
    if (seen === 1) seen += pager.moves(() => {}) - 1;
  });
  expect([seen, pager.pendingMoves]).toEqual([1, 0]);
  pager.verify();
});
