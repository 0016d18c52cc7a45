/** Frequencies, in Hz, as all parts of this package take them. */
import { InvalidArgumentError } from "@ariax/allocator";
import { show } from "@ariax/allocator/implement";

/** AriaX's own, in Hz. */
export const TESLA_FREQUENCY = 3.14159;

/** `frequency`, if it is a finite number above 0, and not above `most`; else throws `InvalidArgumentError` naming it. */
export function checkFrequency(name: string, frequency: number, most: number = Number.MAX_VALUE): number {
  if (typeof frequency === "number" && frequency > 0 && frequency <= most) return frequency;
  const limit = most === Number.MAX_VALUE ? "" : `, up to ${most}`;
  throw new InvalidArgumentError(`invalid ${name}: ${show(frequency)} is not a finite number of Hz above 0${limit}`);
}

/** A limit of a band: 0 and infinity are as good as a frequency. */
export function checkLimit(name: string, limit: number): void {
  if (limit !== 0 && limit !== Number.POSITIVE_INFINITY) checkFrequency(name, limit);
}
