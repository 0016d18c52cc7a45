/** Phases 2 and 2.1 through the same calls, beside a model of their records. */
import type { Offset } from "@ariax/allocator";
import { SlabAllocator } from "@ariax/slab";
import { expect } from "vitest";
import { random } from "../../src/base/random.ts";
import { PhaseTwoOne } from "../../src/subjects/phases/phase-2.1.ts";
import { PhaseTwo } from "../../src/subjects/phases/phase-2.ts";
import { type BlockRecord, MAX_OWNER } from "../../src/subjects/phases/record.ts";
import { mapped } from "../mapped.ts";

const records = mapped.records!;

/** A live block: where it is in either phase, and what its record must be. */
interface Twin {
  two: Offset;
  one: Offset;
  record: BlockRecord;
}

/** Both phases, and a model of their records, through the same calls. */
export class Twins {
  readonly two = new PhaseTwo({ capacity: 16 << 20 }, records);
  readonly one = new PhaseTwoOne(new SlabAllocator({ capacity: 16 << 20 }));
  readonly live: Twin[] = [];
  #sequence = 0;
  #owner = 0;
  #tick = 0;

  now(owner: number, tick: number): void {
    for (const phase of [this.two, this.one]) Object.assign(phase, { owner, tick });
    [this.#owner, this.#tick] = [owner, tick];
  }

  allocate(size: number, alignment?: number): void {
    const [two, one] = [this.two.allocate(size, alignment), this.one.allocate(size, alignment)];
    this.live.push({ two, one, record: this.#record(size, alignment) });
  }

  allocateMany(size: number, count: number): void {
    const [two, one] = [new Int32Array(count), new Int32Array(count)];
    expect([this.two.allocateMany(size, two), this.one.allocateMany(size, one)]).toEqual([count, count]);
    two.forEach((p, i) => {
      this.live.push({ two: p, one: one[i]!, record: this.#record(size) });
    });
  }

  free(twin: Twin): void {
    this.two.free(twin.two);
    this.one.free(twin.one);
    this.live.splice(this.live.indexOf(twin), 1);
  }

  freeMany(twins: readonly Twin[]): void {
    this.two.freeMany(Int32Array.from(twins, ({ two }) => two));
    this.one.freeMany(Int32Array.from(twins, ({ one }) => one));
    for (const twin of twins) this.live.splice(this.live.indexOf(twin), 1);
  }

  /** One may have room behind the block where the other has none: then both have the old size. */
  resize(twin: Twin, size: number): void {
    const done = [this.two.resize(twin.two, size), this.one.resize(twin.one, size)];
    if (done[0] && done[1]) twin.record = { ...twin.record, size };
    else if (done[0]) expect(this.two.resize(twin.two, twin.record.size)).toBe(true);
    else if (done[1]) expect(this.one.resize(twin.one, twin.record.size)).toBe(true);
  }

  /** What moves in one phase only is moved in the other by hand, as `reallocate` does: a new block, and a free. */
  reallocate(twin: Twin, size: number): void {
    const [two, one] = [this.two.reallocate(twin.two, size), this.one.reallocate(twin.one, size)];
    const moved = [two !== twin.two, one !== twin.one];
    Object.assign(twin, { two, one, record: { ...twin.record, size } });
    if (!moved[0] && !moved[1]) return;
    twin.record = this.#record(size);
    if (!moved[0]) {
      twin.two = this.two.allocate(size);
      this.two.free(two);
    }
    if (!moved[1]) {
      twin.one = this.one.allocate(size);
      this.one.free(one);
    }
  }

  reset(): void {
    this.two.reset();
    this.one.reset();
    this.live.length = 0;
  }

  check(): void {
    const wanted = this.live.map(({ record }) => record);
    expect(this.live.map(({ two }) => this.two.record(two))).toEqual(wanted);
    expect(this.live.map(({ one }) => this.one.record(one))).toEqual(wanted);
    this.two.verify();
    this.one.verify();
    const { blocks } = this.two.stats();
    expect([blocks, this.one.stats().blocks]).toEqual([this.live.length, this.live.length]);
  }

  /** Of a block made now. */
  #record(size: number, alignment = 8): BlockRecord {
    return { size, alignment, owner: this.#owner, tick: this.#tick, sequence: ++this.#sequence };
  }
}

const VERBS = ["allocate", "aligned", "free", "free", "resize", "reallocate", "allocateMany", "freeMany", "reset"];

/** The same calls of both, and the same records after each few of them. */
export function sameRecords(seed: number, calls: number): void {
  const twins = new Twins();
  const next = random(seed);
  const { live } = twins;
  const size = (): number => next(next(20) === 0 ? 40_000 : 600);
  const any = (): Twin => live[next(live.length)]!;
  const done = new Set<string>();
  for (let i = 1; i <= calls; i++) {
    twins.now(next(MAX_OWNER + 1), i);
    const few = live.length < 20;
    const verb = few ? "allocate" : live.length > 250 ? "freeMany" : VERBS[next(VERBS.length)]!;
    done.add(verb);
    if (verb === "allocate") twins.allocate(size());
    else if (verb === "aligned") twins.allocate(size(), 2 ** next(13));
    else if (verb === "free") twins.free(any());
    else if (verb === "resize") twins.resize(any(), size());
    else if (verb === "reallocate") twins.reallocate(any(), size());
    else if (verb === "allocateMany") twins.allocateMany(next(300), next(12));
    else if (verb === "freeMany") twins.freeMany(live.filter(() => next(4) === 0));
    else if (next(20) === 0) twins.reset();
    if (i % 200 === 0) twins.check();
  }
  expect([...done].sort()).toEqual([...new Set(VERBS)].sort());
  twins.reset();
  twins.check();
}
