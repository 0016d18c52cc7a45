/** The working set (Denning, 1968): how many different blocks are used in a stretch of so much time, or of so many requests. */
import { Column } from "./hashes.ts";

export interface WorkingSet {
  /** Of a stretch: ms, where requests have times, else requests. */
  readonly length: number;
  readonly unit: "ms" | "requests";
  /** Stretches in which anything was used. */
  readonly stretches: number;
  /** Different blocks in one of them, on average and at most. */
  readonly mean: number;
  readonly most: number;
}

/** Stretches of one length, one behind the other. */
export class Stretches {
  private readonly length: number;
  private readonly unit: WorkingSet["unit"];
  /** By block: the stretch that it was last used in, counted from 1. */
  private readonly last = new Column();
  private stretches = 0;
  /** Which one it is now, by the clock. */
  private current = Number.NaN;
  private blocks = 0;
  private sum = 0;
  private most = 0;

  constructor(length: number, unit: WorkingSet["unit"]) {
    this.length = length;
    this.unit = unit;
  }

  /** `now` in units of the length. O(1) a block. */
  use(blocks: Int32Array, count: number, now: number, known: number): void {
    if (Number.isNaN(now)) return; // no time?
    const current = Math.floor(now / this.length);
    if (current !== this.current) {
      this.current = current;
      this.stretches++;
      this.blocks = 0;
    }
    this.last.reserve(known);
    const last = this.last.words;
    for (let i = 0; i < count; i++) {
      if (last[blocks[i]] === this.stretches) continue;
      last[blocks[i]] = this.stretches;
      this.blocks++;
      this.sum++;
    }
    if (this.blocks > this.most) this.most = this.blocks;
  }

  /** What was found; undefined where nothing was used. */
  result(): WorkingSet | undefined {
    const { length, unit, stretches, most } = this;
    if (stretches === 0) return undefined;
    return { length, unit, stretches, mean: this.sum / stretches, most };
  }
}
