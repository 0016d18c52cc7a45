import { PoolExhaustedError } from "@ariax/allocator";
import fc from "fast-check";
import { expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { type Handle, MetadataPool } from "../src/index.ts";

const fields = { value: "u32", name: "bytes:3" } as const;
type H = Handle<typeof fields>;

/** What a call does depends on numbers that are taken modulo what there is. */
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ op: fc.constant("acquire" as const), n: fc.nat() }) },
  { weight: 7, arbitrary: fc.record({ op: fc.constant("release" as const), n: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("stale" as const), n: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constantFrom("reset" as const, "attach" as const), n: fc.nat() }) },
);
const steps = fc.array(step, { maxLength: 300, size: "max" });
const capacity = fc.integer({ min: 1, max: 70 });

interface Shape {
  readonly capacity: number;
  readonly generationBits?: number;
  readonly firstLife?: number;
}

/** The pool as README says it is: a stack of what was released, then what never lived, then what is old. */
class Model {
  readonly live = new Map<H, number>();
  readonly dead: H[] = [];
  readonly stack: number[] = [];
  readonly old = new Set<number>();
  readonly span: number;
  lastOld = -1;
  begun = 0;
  retired = 0;
  readonly life: number[];
  private readonly capacity: number;
  private readonly young: number;
  private readonly lives: number;

  constructor({ capacity, generationBits = 30, firstLife = 1 }: Shape) {
    this.capacity = capacity;
    this.span = 2 ** Math.ceil(Math.log2(capacity));
    this.life = new Array<number>(capacity).fill(firstLife);
    this.lives = 2 ** generationBits - 1;
    this.young = Math.min(this.lives, 2 ** 30 / this.span - 1);
  }

  next(): number {
    if (this.stack.length > 0) return this.stack.at(-1)!;
    if (this.begun < this.capacity) return this.begun;
    if (this.lastOld >= 0) return this.lastOld;
    return this.old.size > 0 ? Math.min(...this.old) : -1;
  }

  free(): number[] {
    const never = Array.from({ length: this.capacity - this.begun }, (_, i) => this.begun + i);
    return [...this.stack, ...never, ...this.old].sort((a, b) => a - b);
  }

  acquire(n: number): H {
    const slot = this.next();
    if (this.stack.length > 0) this.stack.pop();
    else if (this.begun < this.capacity) this.begun++;
    else {
      this.old.delete(slot);
      if (slot === this.lastOld) this.lastOld = -1;
    }
    const h = (this.life[slot] * this.span + slot) as H;
    this.live.set(h, n);
    return h;
  }

  release(h: H): void {
    this.live.delete(h);
    this.dead.push(h);
    const slot = h % this.span;
    const life = ++this.life[slot];
    if (life > this.lives) this.retired++;
    else if (life <= this.young) this.stack.push(slot);
    else {
      this.old.add(slot);
      this.lastOld = slot;
    }
  }
}

function check(shape: Shape, list: readonly { readonly op: string; readonly n: number }[]): void {
  let pool = new MetadataPool({ ...shape, fields });
  const model = new Model(shape);
  const { live, dead } = model;
  for (const { op, n } of list) {
    expect(pool.nextFree).toBe(model.next());
    if (op === "acquire") {
      if (model.next() < 0) {
        expect(() => pool.acquire()).toThrow(PoolExhaustedError);
        expect(pool.tryAcquire()).toBe(0);
      } else {
        const h = pool.acquire();
        expect(h).toBe(model.acquire(n));
        pool.fields.value.set(h, n);
        pool.set(h, "name", Uint8Array.of(n, n >> 8, n >> 16));
      }
    } else if (op === "release" && live.size > 0) {
      const h = [...live.keys()][n % live.size];
      pool.release(h);
      model.release(h);
    } else if (op === "stale" && dead.length > 0) {
      const h = dead[n % dead.length];
      const slot = h % model.span;
      const isDouble = model.life[slot] === Math.floor(h / model.span) + 1 && pool.handleAt(slot) === 0;
      expect(pool.isLive(h)).toBe(false);
      for (const call of [
        () => pool.get(h, "value"),
        () => pool.fields.value.get(h),
        () => pool.fields.value.set(h, 1),
        () => pool.fields.name.set(h, Uint8Array.of(1)),
        () => pool.slot(h),
      ]) {
        expect(call).toThrow(new RegExp(`^stale handle: ${h} is not live$`));
      }
      expect(() => pool.release(h)).toThrow(
        isDouble ? `double free: the record of handle ${h} is free already` : `stale handle: ${h} is not live`,
      );
    } else if (op === "reset") {
      pool.reset();
      for (const h of [...live.keys()].sort((a, b) => (b % model.span) - (a % model.span))) model.release(h);
    } else if (op === "attach") pool = MetadataPool.attach(pool.buffer, { fields });
    expect(pool.size).toBe(live.size);
    expect(pool.retired).toBe(model.retired);
  }
  pool.verify();
  expect(new Set(pool)).toEqual(new Set(live.keys()));
  const set = pool.available();
  expect(Array.from({ length: shape.capacity }, (_, slot) => slot).filter((slot) => set.has(slot))).toEqual(
    model.free(),
  );
  for (const [h, n] of live) {
    expect(pool.get(h, "value")).toBe(n);
    expect(pool.fields.value.get(h)).toBe(n);
    expect([...pool.fields.name.get(h)]).toEqual([n & 255, (n >> 8) & 255, (n >> 16) & 255]);
  }
}

test("a pool does as the model, until its slots are worn out", () => {
  const shape = fc.record({ capacity, generationBits: fc.integer({ min: 1, max: 6 }) });
  fc.assert(fc.property(shape, steps, check), { seed: 1, numRuns: times(50, 1000) });
});

test("and where slots become old", () => {
  const shape = fc.tuple(capacity, fc.integer({ min: 0, max: 3 })).map(([capacity, left]) => {
    return { capacity, firstLife: 2 ** 30 / 2 ** Math.ceil(Math.log2(capacity)) - 1 - left };
  });
  fc.assert(fc.property(shape, steps, check), { seed: 2, numRuns: times(50, 1000) });
});
