/** Lists that are walked: first fit, and what three.js has for batched meshes. */
import { GRANULE, Later, type Suballocator } from "./suballocator.ts";

/** A part of the range, in granules. */
interface Stretch {
  start: number;
  length: number;
}

/** Free runs in an array, lowest first: the first that is long enough is cut; neighbours are joined. */
export class FirstFit implements Suballocator<Stretch> {
  readonly moved = 0;
  private readonly runs: Stretch[];
  private readonly later = new Later<Stretch>();

  constructor(bytes: number) {
    this.runs = [{ start: 0, length: bytes / GRANULE }];
  }

  allocate(bytes: number): Stretch | undefined {
    const { runs } = this;
    const length = Math.ceil(bytes / GRANULE);
    const at = runs.findIndex((run) => run.length >= length);
    if (at < 0) return undefined;
    const run = runs[at]!;
    const { start } = run;
    run.start += length;
    run.length -= length;
    if (run.length === 0) runs.splice(at, 1);
    return { start, length };
  }

  free(stretch: Stretch): void {
    this.later.add(stretch);
  }

  frame(): void {
    this.later.frame((stretch) => this.release(stretch));
  }

  private release({ start, length }: Stretch): void {
    const { runs } = this;
    let at = runs.findIndex((run) => run.start > start);
    if (at < 0) at = runs.length;
    const before = runs[at - 1];
    const after = runs[at];
    const joinsBefore = before !== undefined && before.start + before.length === start;
    const joinsAfter = after !== undefined && start + length === after.start;
    if (joinsBefore) {
      before.length += length;
      if (!joinsAfter) return;
      before.length += after.length;
      runs.splice(at, 1);
    } else if (joinsAfter) {
      after.start = start;
      after.length += length;
    } else runs.splice(at, 0, { start, length });
  }

  offsetOf({ start }: Stretch): number {
    return GRANULE * start;
  }

  room(): { free: number; largest: number } {
    return roomIn(this.runs.map(({ length }) => length));
  }
}

function roomIn(lengths: readonly number[]): { free: number; largest: number } {
  const free = lengths.reduce((sum, length) => sum + length, 0);
  return { free: GRANULE * free, largest: GRANULE * Math.max(0, ...lengths) };
}

interface Reserved extends Stretch {
  isLive: boolean;
}

/**
 * As three.js describes it for its `BatchedMesh` (pull requests 29523, 29527 and 29695): a range is reserved behind the last one; one that was
 * freed is used again, whole, by what fits in it, the first such; and where nothing fits, all that is live is moved to the front.
 */
export class Batched implements Suballocator<Reserved> {
  moved = 0;
  private all: Reserved[] = [];
  private freed: Reserved[] = [];
  private top = 0;
  private readonly size: number;
  private readonly later = new Later<Reserved>();

  constructor(bytes: number) {
    this.size = bytes / GRANULE;
  }

  allocate(bytes: number): Reserved | undefined {
    const length = Math.ceil(bytes / GRANULE);
    const at = this.freed.findIndex((one) => one.length >= length);
    if (at >= 0) {
      const one = this.freed[at]!;
      this.freed.splice(at, 1);
      one.isLive = true;
      return one;
    }
    if (this.top + length > this.size) this.optimize();
    if (this.top + length > this.size) return undefined;
    const made = { start: this.top, length, isLive: true };
    this.top += length;
    this.all.push(made);
    return made;
  }

  free(one: Reserved): void {
    this.later.add(one);
  }

  frame(): void {
    this.later.frame((one) => {
      one.isLive = false;
      this.freed.push(one);
    });
  }

  private optimize(): void {
    this.all = this.all.filter(({ isLive }) => isLive);
    this.freed = [];
    this.top = 0;
    for (const one of this.all) {
      if (one.start !== this.top) this.moved += GRANULE * one.length;
      one.start = this.top;
      this.top += one.length;
    }
  }

  offsetOf({ start }: Reserved): number {
    return GRANULE * start;
  }

  /** What is reserved behind the last one, or again by one block, counts as a piece. */
  room(): { free: number; largest: number } {
    return roomIn([this.size - this.top, ...this.freed.map(({ length }) => length)]);
  }
}
