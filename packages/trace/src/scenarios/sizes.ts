import type { Random } from "../random.ts";
import { FLEET_BINS } from "../workloads/fleet.ts";
import { Weighted } from "./chances.ts";

/**
 * Sizes of small blocks, multiples of 8 from `least` to `most` bytes, as likely as in the programs of a large fleet
 * (`FLEET_BINS`): half of them up to 48 bytes, few large ones.
 */
export class SmallSizes {
  private readonly bins: readonly { readonly least: number; readonly upTo: number; readonly share: number }[];
  private readonly bin: Weighted;

  constructor(least: number, most: number) {
    this.bins = FLEET_BINS.map(({ upTo, share }, b) => ({
      least: Math.max(least, b === 0 ? 1 : FLEET_BINS[b - 1].upTo + 1),
      upTo,
      share,
    })).filter((bin) => bin.least <= bin.upTo && bin.upTo <= most);
    this.bin = new Weighted(this.bins.map(({ share }) => share));
  }

  draw(random: Random): number {
    const { least, upTo } = this.bins[this.bin.draw(random)];
    return (random.inverseSquare(least, upTo + 1) + 7) & ~7;
  }
}
