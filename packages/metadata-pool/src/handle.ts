/**
 * The arithmetic of handles. A slot's *generation* counts acquires and releases: odd = live. Its *lives* are numbered
 * from 1, so life = (generation + 1) / 2 while it is live, and
 *
 *     handle = life · 2^indexBits + slot         never 0, so 0 can stand for no record
 *
 * The lives of a slot that keep the handle below 2³⁰, a small integer in every V8, are its youth. Young slots are given
 * first. After its last life a slot is retired.
 */
export interface HandleBits {
  readonly indexBits: number;
  /** 2^indexBits. */
  readonly span: number;
  /** The last life. */
  readonly lives: number;
  /** The last life whose handles are small integers. */
  readonly youngLives: number;
}

/** A record of a pool with the schema `F`: a number, and of no use for any other pool. */
export type Handle<F> = number & { readonly [BRAND]: F };
declare const BRAND: unique symbol;

/** Slots at most: 2²⁴. */
export const MAX_SLOTS: number = 2 ** 24;

const SMALL_INTEGER_BITS = 30;

/** The bits that a slot index takes. */
export function indexBits(capacity: number): number {
  return 32 - Math.clz32(capacity - 1);
}

/** The most bits a life number can have: a handle is below 2⁵³, a generation below 2³¹. */
export function maxGenerationBits(capacity: number): number {
  return Math.min(30, 53 - indexBits(capacity));
}

export function handleBits(capacity: number, generationBits: number): HandleBits {
  const bits = indexBits(capacity);
  const lives = 2 ** generationBits - 1;
  const youngLives = Math.min(lives, 2 ** (SMALL_INTEGER_BITS - bits) - 1);
  return { indexBits: bits, span: 2 ** bits, lives, youngLives };
}
