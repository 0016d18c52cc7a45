import { ALLOCATE, FREE, type Scenario } from "../../src/index.ts";

/** By event: the step that it is in. */
export function stepOfEvents({ steps, trace }: Scenario): Uint32Array {
  const stepOf = new Uint32Array(trace.events);
  for (let s = 0, e = 0; s < steps.length; s++) stepOf.fill(s, e, (e = steps[s]));
  return stepOf;
}

export interface Block {
  owner: number;
  /** Bytes at its birth. */
  size: number;
  /** The events of its birth and its end; the end is −1 for a block that stays live. */
  born: number;
  died: number;
}

/** Every block, those that end in the order of their ends, and then the others. The object is used again. */
export function eachBlock({ trace, owner }: Scenario, visit: (block: Readonly<Block>) => void): void {
  const { op, slot, size, events, slots } = trace;
  const bornAt = new Int32Array(slots).fill(-1);
  const block: Block = { owner: 0, size: 0, born: 0, died: -1 };
  const show = (born: number, died: number): void => {
    block.owner = owner[born];
    block.size = size[born];
    block.born = born;
    block.died = died;
    visit(block);
  };
  for (let e = 0; e < events; e++) {
    if (op[e] === ALLOCATE) bornAt[slot[e]] = e;
    if (op[e] !== FREE) continue;
    show(bornAt[slot[e]], e);
    bornAt[slot[e]] = -1;
  }
  for (const born of bornAt) if (born >= 0) show(born, -1);
}

/** What is wrong with a scenario, whatever it is; nothing, it is to be hoped. */
export function problemsOf(scenario: Scenario): string[] {
  const { name, trace, steps, period, owner, owners } = scenario;
  const { op, slot, size, events, slots } = trace;
  const problems: string[] = [];
  const report = (what: string): void => {
    if (problems.length < 10) problems.push(`${name}: ${what}`);
  };
  if (op.length !== events || slot.length !== events || size.length !== events) report("a column has another length");
  if (owner.length !== events) report(`${owner.length} owners for ${events} events`);
  if (steps.at(-1) !== events) report("the last step does not end with the last event");
  for (let s = 1; s < steps.length; s++) if (steps[s] < steps[s - 1]) report(`step ${s} ends before it begins`);
  if (!Number.isFinite(period) || period < 0) report(`the period is ${period}`);
  if (new Set(owners).size !== owners.length) report("two owners have one name");

  const live = new Int32Array(slots).fill(-1);
  const bytesOf = new Float64Array(slots);
  const seen = new Uint8Array(65_536);
  const counts = [0, 0, 0];
  let [bytes, peak] = [0, 0];
  for (let e = 0; e < events; e++) {
    const s = slot[e];
    counts[op[e]]++;
    seen[owner[e]] = 1;
    if (s < 0 || s >= slots) report(`event ${e} has slot ${s}`);
    if (op[e] === ALLOCATE) {
      if (live[s] !== -1) report(`event ${e} allocates a block that lives`);
      live[s] = owner[e];
    } else {
      if (live[s] !== owner[e]) report(`event ${e} is of owner ${owner[e]}, its block of ${live[s]}`);
      bytes -= bytesOf[s];
    }
    if (op[e] === FREE) live[s] = -1;
    if ((op[e] === FREE) !== (size[e] === 0) || size[e] < 0) report(`event ${e} has ${size[e]} bytes`);
    bytes += bytesOf[s] = size[e];
    if (bytes > peak) peak = bytes;
  }
  if (counts.join() !== [trace.allocations, trace.frees, trace.reallocations].join()) report(`counts ${counts}`);
  if (peak !== trace.peakBytes) report(`the peak is ${peak}`);
  if (seen.some((is, o) => is !== Number(o < owners.length))) report("an owner without events, or without a name");
  return problems;
}
