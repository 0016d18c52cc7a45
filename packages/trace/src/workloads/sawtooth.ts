import type { Trace } from "../trace.ts";
import { begin, checkWork, freeAll, takeRandom, type WorkloadOptions } from "./options.ts";

export interface SawtoothOptions extends WorkloadOptions {
  /** Blocks of 16–31 bytes in a tooth; of larger sizes there are as many fewer, down to one. */
  height?: number | undefined;
  /** Doublings of the size, after which it starts again. */
  octaves?: number | undefined;
}

/**
 * Live memory climbs and falls, tooth after tooth, and each tooth asks for sizes twice those of the last: about the same
 * bytes, another class. What one tooth frees must serve the next. Frees are in order of allocation, in reverse, and
 * random, in turn.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `TraceError` for what no trace can have.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function sawtooth(options: SawtoothOptions = {}): Trace {
  const { builder, random, times, height, octaves } = begin(options, { height: 20_000, octaves: 8 });
  const teeth = times(24);
  checkWork(2 * (2 * height * Math.ceil(teeth / octaves) + teeth));
  for (let tooth = 0; tooth < teeth; tooth++) {
    const octave = tooth % octaves;
    const least = 16 * 2 ** octave;
    const ids: number[] = [];
    for (let n = Math.max(1, Math.floor(height / 2 ** octave)); n > 0; n--) {
      ids.push(builder.allocate(random.between(least, 2 * least - 1)));
    }
    if (tooth % 3 === 1) ids.reverse();
    if (tooth % 3 === 2) while (ids.length > 0) builder.free(takeRandom(random, ids));
    freeAll(builder, ids);
  }
  return builder.build();
}
