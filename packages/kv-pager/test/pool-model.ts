/**
 * Random programs of every verb, on a pool and on the reference: after each step both say the same, and `verify` finds nothing; after each
 * refusal no byte has changed. Numbers of a step are taken modulo what there is.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { BlockPool, type BlockPoolOptions } from "../src/index.ts";
import { type Order, ReferencePool } from "./reference.ts";

export type Make = (options: BlockPoolOptions) => BlockPool;

export interface Shape {
  readonly blocks: number;
  readonly priorities: number;
  readonly pinLimit: number;
}

const VERBS = {
  ...{ take: 3, allocate: 6, allocateRun: 1, touch: 5, release: 9, register: 9, evict: 2, pin: 3, unpin: 3 },
  ...{
    setPriority: 2,
    advance: 1,
    reset: 1,
    find: 2,
    tooMany: 1,
    badTouch: 2,
    badRelease: 3,
    badRegister: 2,
    badOther: 2,
  },
  ...{ goOn: 2 },
} as const;
type Verb = keyof typeof VERBS;

export interface Step {
  readonly verb: Verb;
  readonly n: number;
  readonly m: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  verb: fc.oneof(...Object.entries(VERBS).map(([verb, weight]) => ({ weight, arbitrary: fc.constant(verb as Verb) }))),
  n: fc.nat(),
  m: fc.nat(),
});
export const steps: fc.Arbitrary<Step[]> = fc.array(step, { maxLength: 200, size: "max" });
export const shape: fc.Arbitrary<Shape> = fc.record({
  blocks: fc.integer({ min: 1, max: 40 }),
  priorities: fc.constantFrom(1, 1, 4),
  pinLimit: fc.constantFrom(0, 0.2, 1),
});

/** Small pools of all kinds: what a wrong pool does is seen there soonest. */
export const small: fc.Arbitrary<Shape> = fc.record({
  blocks: fc.integer({ min: 4, max: 10 }),
  priorities: fc.constant(4),
  pinLimit: fc.constant(0.5),
});

const KEYS = 8;

/** Key number `i`: many have the same low 64 bits, and pairs the same hash. */
export function keyOf(i: number): Int32Array {
  return Int32Array.of(i % 3, 0, i, i % 2, 0, i >> 1, i >> 2 === 1 ? -1 : 0, i % 3);
}

/** Runs a program; throws an `AssertionError` at the first difference. */
export function runProgram(make: Make, policy: string, order: Order, shape: Shape, program: readonly Step[]): void {
  const pool = make({ ...shape, policy });
  const run = new Run(pool, new ReferencePool(shape.blocks, pool.pinLimit, order), shape);
  run.compare("new");
  for (const { verb, n, m } of program) {
    run[verb](n, m);
    run.compare(verb);
  }
}

/** A step for each verb. */
class Run {
  private pool: BlockPool;
  private readonly right: ReferencePool;
  private readonly shape: Shape;

  constructor(pool: BlockPool, right: ReferencePool, shape: Shape) {
    this.pool = pool;
    this.right = right;
    this.shape = shape;
  }

  take(): void {
    const { pool, right } = this;
    if (right.free === 0) this.unchanged(() => assert.equal(pool.take(), 0));
    else assert.equal(pool.take(), right.take());
  }

  allocate(n: number, m: number): void {
    const { pool, right } = this;
    const count = n % (right.free + 1);
    const out = new Int32Array(count + 3).fill(-7);
    const want = right.allocate(count);
    if (m % 2 === 0) assert.equal(pool.tryAllocate(count, out, 2), true);
    else pool.allocate(count, out, 2);
    assert.deepEqual([...out], [-7, -7, ...want, -7]);
  }

  tooMany(n: number): void {
    const { pool, right } = this;
    const count = right.free + 1 + (n % 3);
    const out = new Int32Array(count);
    this.unchanged(() => assert.equal(pool.tryAllocate(count, out), false));
    this.refused(() => pool.allocate(count, out), "ERR_POOL_EXHAUSTED");
    this.refused(() => pool.allocate(1, out, count), "ERR_INVALID_ARGUMENT");
    assert.ok(out.every((id) => id === 0));
  }

  allocateRun(n: number): void {
    const { pool, right } = this;
    const count = 1 + (n % this.shape.blocks);
    const want = right.allocateRun(count);
    if (want === 0) this.unchanged(() => assert.equal(pool.allocateRun(count), 0));
    else assert.equal(pool.allocateRun(count), want);
  }

  touch(n: number, m: number): void {
    const known = this.right.ids.filter((id) => !this.right.isEmpty(id));
    const ids = this.some(known, n, m);
    this.right.touch(ids);
    this.pool.touch(Int32Array.of(0, ...ids), 1);
  }

  release(n: number, m: number): void {
    const ids = this.some(this.references(), n, m);
    this.right.release(ids);
    this.pool.release(Uint32Array.of(...ids, 0), 0, ids.length);
  }

  register(n: number, m: number): void {
    const { right } = this;
    const ids = right.ids.filter((id) => right.isUsed(id) && right.blocks[id]!.key === "");
    if (ids.length === 0) return;
    const id = ids[n % ids.length]!;
    const key = m % KEYS;
    const want = right.register(id, `${key}`);
    const call = () => assert.equal(this.pool.register(id, Int32Array.of(9, ...keyOf(key)), 1), want);
    if (want) call();
    else this.unchanged(call);
  }

  find(n: number): void {
    const key = keyOf(n % KEYS);
    this.unchanged(() => assert.equal(this.pool.find(Uint32Array.of(9, ...key), 1), this.right.find(`${n % KEYS}`)));
    this.findPrefix(n);
  }

  /** Keys from `n` on, up and down, as often as there are some: the way that blocks stand in line, and others. */
  private findPrefix(n: number): void {
    const { pool, right } = this;
    for (const step of [1, KEYS - 1, 3]) {
      const numbers = Array.from({ length: 2 * KEYS }, (_, i) => (n + step * i) % KEYS);
      const keys = Uint32Array.of(9, ...numbers.flatMap((i) => [...keyOf(i)]));
      const ids = numbers.map((i) => right.find(`${i}`));
      const found = [...ids, 0].indexOf(0);
      const out = new Int32Array(2 + numbers.length).fill(-7);
      this.unchanged(() => assert.equal(pool.findPrefix(keys, 1, numbers.length, out, 1), found));
      assert.deepEqual([...out], [-7, ...ids.slice(0, found), ...new Array(numbers.length - found + 1).fill(-7)]);
      this.unchanged(() => assert.equal(pool.findPrefix(keys, 1, numbers.length), found));
    }
  }

  evict(n: number, m: number): void {
    const keyed = this.right.ids.filter((one) => this.right.blocks[one]!.key !== "");
    const ids = m % 4 === 0 || keyed.length === 0 ? this.right.ids : keyed;
    const id = ids[n % ids.length]!;
    const want = this.right.evict(id);
    if (want) assert.equal(this.pool.evict(id), true);
    else this.unchanged(() => assert.equal(this.pool.evict(id), false));
  }

  pin(n: number): void {
    const { pool, right } = this;
    const id = 1 + (n % this.shape.blocks);
    const block = right.blocks[id]!;
    if (right.isEmpty(id)) this.refused(() => pool.pin(id), "ERR_INVALID_ARGUMENT");
    else if (block.pins === 0 && right.pinned >= right.pinLimit) this.refused(() => pool.pin(id), "ERR_PIN_LIMIT");
    else {
      block.pins++;
      pool.pin(id);
    }
  }

  unpin(n: number): void {
    const { pool, right } = this;
    const ids = right.ids.filter((id) => right.blocks[id]!.pins > 0);
    if (ids.length === 0) this.refused(() => pool.unpin(1 + (n % this.shape.blocks)), "ERR_INVALID_ARGUMENT");
    else {
      right.unpin(ids[n % ids.length]!);
      pool.unpin(ids[n % ids.length]!);
    }
  }

  setPriority(n: number, m: number): void {
    const { pool, right } = this;
    const id = 1 + (n % this.shape.blocks);
    const priority = m % this.shape.priorities;
    const until = m % 3 === 0 ? undefined : right.step + 1 + (m % 7);
    if (right.isEmpty(id)) this.refused(() => pool.setPriority(id, priority, until), "ERR_INVALID_ARGUMENT");
    else {
      right.setPriority(id, priority, until ?? 0);
      pool.setPriority(id, priority, until);
    }
  }

  advance(n: number): void {
    this.right.advance(n % 5);
    assert.equal(this.pool.advance(n % 5), this.right.step);
  }

  reset(): void {
    this.right.reset();
    assert.equal(this.pool.reset(), this.right.epoch);
  }

  badTouch(n: number, m: number): void {
    const known = this.right.ids.filter((id) => !this.right.isEmpty(id));
    const bad = [0, -1, this.shape.blocks + 1, ...this.right.empty];
    const ids = Int32Array.of(...this.some(known, n, m), bad[n % bad.length]!, ...this.some(known, m, n));
    this.refused(() => this.pool.touch(ids), "ERR_INVALID_ARGUMENT");
  }

  badRelease(n: number, m: number): void {
    const held = this.references();
    const wrong = this.right.ids;
    const bad = [...wrong, 0, this.shape.blocks + 1][n % (wrong.length + 2)]!;
    // All references of the bad one, and one more.
    const ids = [bad, ...held.filter((id) => id === bad), ...this.some(held, n, m).filter((id) => id !== bad)];
    ids.push(...ids.splice(0, m % ids.length));
    const code = wrong.includes(bad) ? "ERR_DOUBLE_FREE" : "ERR_INVALID_ARGUMENT";
    this.refused(() => this.pool.release(Int32Array.from(ids)), code);
  }

  badRegister(n: number): void {
    const { right } = this;
    const ids = right.ids.filter((id) => !right.isUsed(id) || right.blocks[id]!.key !== "");
    const id = [0, this.shape.blocks + 1, ...ids][n % (ids.length + 2)]!;
    this.refused(() => this.pool.register(id, keyOf(n % KEYS)), "ERR_INVALID_ARGUMENT");
    this.refused(() => this.pool.register(1, keyOf(n % KEYS), 1), "ERR_INVALID_ARGUMENT");
  }

  badOther(): void {
    const { pool, right, shape } = this;
    const calls = [
      ...[() => pool.find(new Int32Array(7)), () => pool.find([1] as never), () => pool.allocateRun(0)],
      ...[() => pool.allocateRun(shape.blocks + 1), () => pool.evict(0), () => pool.pin(1.5), () => pool.unpin(-1)],
      ...[
        () => pool.setPriority(1, shape.priorities),
        () => pool.setPriority(1, 0, right.step),
        () => pool.advance(-1),
      ],
      ...[() => pool.droppedAt(right.dropped.length), () => pool.refs(0), () => pool.touch([] as never)],
      ...[() => pool.release(new Int32Array(1), 1, 1), () => pool.tryAllocate(-1, new Int32Array(1))],
    ];
    for (const call of calls) this.refused(call, "ERR_INVALID_ARGUMENT");
  }

  /** The pool goes on elsewhere: from a snapshot, or in another object on the same bytes. */
  goOn(n: number): void {
    const { pool } = this;
    this.pool = n % 2 === 0 ? BlockPool.restore(pool.snapshot()) : BlockPool.attach(pool.buffer);
  }

  /** Some of `ids`, each as often as it is there. */
  private some(ids: readonly number[], n: number, m: number): number[] {
    if (ids.length === 0) return [];
    const turned = [...ids.slice(m % ids.length), ...ids.slice(0, m % ids.length)];
    const count = n % (ids.length + 1);
    return m % 3 === 0 ? turned.reverse().slice(0, count) : turned.slice(0, count);
  }

  /** Each id as often as it has references. */
  private references(): number[] {
    return this.right.ids.flatMap((id) => new Array<number>(this.right.blocks[id]!.refs).fill(id));
  }

  private refused(call: () => unknown, code: string): void {
    this.unchanged(() => assert.throws(call, { code }));
  }

  private unchanged(call: () => void): void {
    const before = Buffer.from(this.pool.snapshot());
    call();
    assert.equal(before.equals(this.pool.snapshot()), true, "a byte has changed");
  }

  compare(verb: string): void {
    const { pool, right } = this;
    pool.verify();
    const empty = right.empty.length;
    const cached = right.cached.length;
    const { blocks } = this.shape;
    assert.deepEqual(
      { ...pool.stats(), policy: "", byteLength: 0 },
      {
        ...{ blocks, empty, cached, used: blocks - empty - cached, pinned: right.pinned, pinLimit: right.pinLimit },
        ...{ evictions: right.evictions, epoch: right.epoch, step: right.step, policy: "", byteLength: 0 },
      },
      verb,
    );
    const counts = [pool.empty, pool.cached, pool.free, pool.used, pool.pinned, pool.epoch, pool.step, pool.dropped];
    counts.push(...right.dropped.map((_, i) => pool.droppedAt(i)));
    const rightCounts = [empty, cached, empty + cached, blocks - empty - cached, right.pinned, right.epoch, right.step];
    rightCounts.push(right.dropped.length, ...right.dropped);
    assert.deepEqual(counts, rightCounts, verb);
    const is = right.ids.flatMap((id) => [pool.refs(id), pool.pins(id), pool.priority(id), +pool.isCached(id)]);
    const isCached = new Set(right.cached);
    const should = right.ids.flatMap((id) => {
      const { refs, pins, priority } = right.blocks[id]!;
      return [refs, pins, priority, +isCached.has(id)];
    });
    assert.deepEqual(is, should, `blocks after ${verb}`);
    this.compareKeys(verb);
    this.compareLine(verb);
  }

  private compareKeys(verb: string): void {
    const { pool, right } = this;
    const key = new Int32Array(8);
    for (const id of right.ids) {
      const text = right.blocks[id]!.key;
      assert.equal(pool.keyOf(id, key), text !== "", `block ${id} after ${verb}`);
      if (text !== "") assert.deepEqual(key, keyOf(Number(text)));
    }
    const found = Array.from({ length: KEYS }, (_, i) => pool.find(keyOf(i)));
    const rightFound = found.map((_, i) => right.find(`${i}`));
    assert.deepEqual(found, rightFound, `keys after ${verb}`);
  }

  /** Who goes next, and next after that: a copy of each gives all that it has. */
  private compareLine(verb: string): void {
    const { pool, right } = this;
    const out = new Int32Array(right.free);
    BlockPool.restore(pool.snapshot()).allocate(right.free, out);
    assert.deepEqual([...out], right.clone().allocate(right.free), `the line after ${verb}`);
  }
}
