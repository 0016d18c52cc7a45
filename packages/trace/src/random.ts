import { InvalidArgumentError } from "@ariax/allocator";
import { checkInteger, show } from "@ariax/allocator/implement";

/**
 * Numbers that look random and are the same for a seed everywhere: sfc32 (Chris Doty-Humphrey's "small fast counting"
 * generator of PractRand), 128 bits of state, all in 32-bit integers. Not for secrets.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 */
export class Random {
  declare private a: number;
  declare private b: number;
  declare private c: number;
  declare private counter: number;

  /** `seed` is a whole number from 0 to 2⁵³ − 1; another is an `InvalidArgumentError`, as is what is no number elsewhere. */
  constructor(seed: number) {
    checkInteger("seed", seed, 0, Number.MAX_SAFE_INTEGER);
    // Both halves of a large seed count.
    this.a = 0;
    this.b = seed | 0;
    this.c = Math.floor(seed / 2 ** 32) | 0;
    this.counter = 1;
    for (let i = 0; i < 12; i++) this.bits();
  }

  /** 32 random bits, as a number from 0 to 2³² − 1. */
  bits(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** From 0 on, below 1. */
  unit(): number {
    return this.bits() / 2 ** 32;
  }

  /** A whole number from 0 to `count` − 1. */
  below(count: number): number {
    checkNumber("count", count);
    return Math.floor(this.unit() * count);
  }

  /** A whole number from `least` to `most`, both possible. */
  between(least: number, most: number): number {
    checkNumber("least", least);
    checkNumber("most", most);
    return least + this.below(most - least + 1);
  }

  /** A whole number from `least` to below `most`, whose likelihood falls with its square. */
  inverseSquare(least: number, most: number): number {
    checkNumber("least", least);
    checkNumber("most", most);
    // The distribution's integral, inverted.
    return Math.floor(1 / (1 / least - this.unit() * (1 / least - 1 / most)));
  }

  /** True in `part` of the cases. */
  chance(part: number): boolean {
    checkNumber("part", part);
    return this.unit() < part;
  }
}

function checkNumber(name: string, value: number): void {
  if (typeof value !== "number") throw new InvalidArgumentError(`invalid ${name}: ${show(value)} is no number`);
}
