/**
 * What a pool does, said again with maps and arrays, as slowly as one likes: the model tests hold the two side by side.
 */
export interface Block {
  refs: number;
  pins: number;
  /** The key, as text; "" for none. */
  key: string;
  /** The epoch in which it was allocated. */
  epoch: number;
  priority: number;
  until: number;
  stamp: number;
  /** How often it has come to stand in line, with this key. */
  uses: number;
}

/** Does `a` go before `b`, of the same priority? */
export type Order = (a: Block, b: Block, now: number) => boolean;

/** Who was let go first. */
export const vllmOrder: Order = (a, b) => a.stamp < b.stamp;

/** The same, but who has come again may have half as much age again. */
export const reuseOrder: Order = (a, b, now) => {
  const mine = (now - a.stamp) * (b.uses > 1 ? 3 : 2);
  const other = (now - b.stamp) * (a.uses > 1 ? 3 : 2);
  return mine > other || (mine === other && a.uses < b.uses);
};

export class ReferencePool {
  readonly blocks: Block[];
  readonly pinLimit: number;
  /** Blocks of each key, the first registered first. */
  readonly holders: Map<string, number[]> = new Map();
  epoch = 1;
  step = 0;
  clock = 0;
  evictions = 0;
  dropped: number[] = [];

  private readonly order: Order;

  constructor(blocks: number, pinLimit: number, order: Order) {
    const block = () => ({ refs: 0, pins: 0, key: "", epoch: 0, priority: 0, until: 0, stamp: 0, uses: 0 });
    this.order = order;
    this.blocks = Array.from({ length: blocks + 1 }, block);
    this.pinLimit = pinLimit;
  }

  get ids(): number[] {
    return this.blocks.map((_, id) => id).slice(1);
  }

  isUsed(id: number): boolean {
    return this.blocks[id]!.refs + this.blocks[id]!.pins > 0;
  }

  isEmpty(id: number): boolean {
    return !this.isUsed(id) && this.blocks[id]!.key === "";
  }

  get empty(): number[] {
    return this.ids.filter((id) => this.isEmpty(id));
  }

  get cached(): number[] {
    return this.ids.filter((id) => !this.isUsed(id) && this.blocks[id]!.key !== "");
  }

  /** Who of the cached ones goes next. */
  get victim(): number {
    const of = (id: number) => this.blocks[id]!;
    const { cached } = this;
    const lowest = Math.min(...cached.map((id) => of(id).priority));
    const line = cached.filter((id) => of(id).priority === lowest);
    return line.reduce((first, id) => (this.order(of(id), of(first), this.clock) ? id : first));
  }

  get free(): number {
    return this.empty.length + this.cached.length;
  }

  get pinned(): number {
    return this.blocks.filter(({ pins }) => pins > 0).length;
  }

  take(): number {
    this.dropped = [];
    return this.takeOne();
  }

  allocate(n: number): number[] {
    this.dropped = [];
    return Array.from({ length: n }, () => this.takeOne());
  }

  allocateRun(n: number): number {
    const { empty, cached } = this;
    const first = [empty, [...empty, ...cached]]
      .map((ids) =>
        this.ids.find((id) => id + n <= this.blocks.length && range(id, n).every((one) => ids.includes(one))),
      )
      .find((id) => id !== undefined);
    if (first === undefined) return 0;
    this.dropped = [];
    for (const id of range(first, n)) {
      if (this.blocks[id]!.key !== "") this.evictions++;
      this.use(id);
    }
    return first;
  }

  touch(ids: readonly number[]): void {
    for (const id of ids) this.blocks[id]!.refs++;
  }

  release(ids: readonly number[]): void {
    for (const id of ids.toReversed()) {
      const block = this.blocks[id]!;
      if (--block.refs > 0) continue;
      if (block.key === "" && block.pins === 0) this.clear(id);
      else {
        block.stamp = ++this.clock;
        if (block.pins === 0) block.uses++;
      }
    }
  }

  register(id: number, key: string): boolean {
    if (this.blocks[id]!.epoch !== this.epoch) return false;
    Object.assign(this.blocks[id]!, { key, uses: 0 });
    this.holders.set(key, [...(this.holders.get(key) ?? []), id]);
    return true;
  }

  find(key: string): number {
    return this.holders.get(key)?.[0] ?? 0;
  }

  evict(id: number): boolean {
    if (this.blocks[id]!.key === "") return false;
    this.dropped = [];
    this.forget(id);
    if (!this.isUsed(id)) this.clear(id);
    return true;
  }

  unpin(id: number): void {
    const block = this.blocks[id]!;
    block.pins--;
    if (!this.isUsed(id) && block.key === "") this.clear(id);
  }

  setPriority(id: number, priority: number, until: number): void {
    Object.assign(this.blocks[id]!, { priority, until: priority > 0 ? until : 0 });
  }

  advance(steps: number): void {
    this.step += steps;
    for (const block of this.blocks) {
      if (block.until > 0 && block.until <= this.step) Object.assign(block, { priority: 0, until: 0 });
    }
  }

  reset(): void {
    this.epoch++;
    this.dropped = [];
    this.holders.clear();
    for (const block of this.blocks) Object.assign(block, { key: "", priority: 0, until: 0 });
  }

  clone(): ReferencePool {
    const copy = new ReferencePool(0, this.pinLimit, this.order);
    Object.assign(copy, this, { blocks: structuredClone(this.blocks), holders: new Map(this.holders) });
    return copy;
  }

  private takeOne(): number {
    const id = this.ids.find((one) => this.isEmpty(one)) ?? this.victim;
    if (this.blocks[id]!.key !== "") this.evictions++;
    this.use(id);
    return id;
  }

  private use(id: number): void {
    if (this.blocks[id]!.key !== "") this.forget(id);
    this.clear(id);
    Object.assign(this.blocks[id]!, { refs: 1, epoch: this.epoch });
  }

  private clear(id: number): void {
    Object.assign(this.blocks[id]!, { priority: 0, until: 0 });
  }

  private forget(id: number): void {
    const { key } = this.blocks[id]!;
    const rest = this.holders.get(key)!.filter((one) => one !== id);
    if (rest.length > 0) this.holders.set(key, rest);
    else {
      this.holders.delete(key);
      this.dropped.push(id);
    }
    this.blocks[id]!.key = "";
  }
}

function range(first: number, n: number): number[] {
  return Array.from({ length: n }, (_, i) => first + i);
}
