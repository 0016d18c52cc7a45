import type { Random } from "../random.ts";
import { takeRandom } from "../workloads/options.ts";
import type { ScenarioBuilder } from "./scenario-builder.ts";
import type { SmallSizes } from "./sizes.ts";

/** The part of a component's operations that are on its buffer. */
const BUFFER_SHARE = 0.15;
const NEW_BUFFER = 64;
/** Buffers grow up to 256 bytes · 2ⁿ, n up to 6. */
const LEAST_BUFFER = 256;
const BUFFER_OCTAVES = 7;

/** A component: records of a few sizes of its own that come and go, and a buffer that grows until it is full. */
export class Component {
  readonly vm: number;
  /** Half of its records have the first of the sizes, a quarter each of the others. */
  private readonly sizes: readonly number[];
  /** The records that it has on average. */
  private readonly usual: number;
  private readonly fullBuffer: number;
  private readonly records: number[] = [];
  private buffer = 0;
  private bufferBytes = 0;

  constructor(random: Random, vm: number, sizes: SmallSizes) {
    this.vm = vm;
    const first = sizes.draw(random);
    this.sizes = [first, first, sizes.draw(random), sizes.draw(random)];
    this.usual = random.between(40, 400);
    this.fullBuffer = LEAST_BUFFER << random.below(BUFFER_OCTAVES);
  }

  /** Begins with one record and an empty buffer. */
  birth(builder: ScenarioBuilder, random: Random): void {
    this.addRecord(builder, random);
    this.newBuffer(builder);
  }

  /** Frees all it has. */
  death(builder: ScenarioBuilder): void {
    for (const id of this.records) builder.free(id);
    this.records.length = 0;
    builder.free(this.buffer);
  }

  /** One thing that it does: an allocate, a free, or a reallocate. */
  work(builder: ScenarioBuilder, random: Random): void {
    if (random.chance(BUFFER_SHARE)) this.grow(builder);
    // The more there are, the likelier one goes.
    else if (random.below(2 * this.usual) >= this.records.length) this.addRecord(builder, random);
    else builder.free(takeRandom(random, this.records));
  }

  private addRecord(builder: ScenarioBuilder, random: Random): void {
    this.records.push(builder.allocate(this.sizes[random.below(4)], this.vm));
  }

  private newBuffer(builder: ScenarioBuilder): void {
    this.bufferBytes = NEW_BUFFER;
    this.buffer = builder.allocate(NEW_BUFFER, this.vm);
  }

  /** By half, as growing arrays do; a full one is freed, and a new one begun. */
  private grow(builder: ScenarioBuilder): void {
    const bytes = (this.bufferBytes * 1.5 + 7) & ~7;
    if (bytes > this.fullBuffer) {
      builder.free(this.buffer);
      this.newBuffer(builder);
    } else {
      this.bufferBytes = bytes;
      builder.reallocate(this.buffer, bytes);
    }
  }
}
