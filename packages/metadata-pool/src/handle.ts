/**
 * The arithmetic of handles. The *lives* of a slot are numbered, from 1 or from what `firstLife` says, and
 *
 *     handle = life · 2^indexBits + slot         never 0, so 0 can stand for no record
 *
 * The lives of a slot that keep the handle below 2³⁰, a small integer in every V8, are its youth. Young slots are given
 * first. After its last life a slot is retired.
 *
 * One word says what a slot is. It is positive where the slot is live and young, and then it is the handle itself: that is all that
 * a check of a handle has to look at.
 *
 *     live, young      handle
 *     free, young      ~(handle to come − slot + next)         `next` is the slot that is free after it, or 0
 *     old              ~(2³⁰ + life)                           of this life, or where it is free, of the one to come
 *     retired          ~2³⁰
 *     never lived      0
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
/** What the word of an old slot is above. */
export const OLD: number = 2 ** SMALL_INTEGER_BITS;

/** The bits that a slot index takes. */
export function indexBits(capacity: number): number {
  return 32 - Math.clz32(capacity - 1);
}

/** The most bits a life number can have: a handle is below 2⁵³, a life below 2³⁰. */
export function maxGenerationBits(capacity: number): number {
  return Math.min(30, 53 - indexBits(capacity));
}

export function handleBits(capacity: number, generationBits: number): HandleBits {
  const bits = indexBits(capacity);
  const lives = 2 ** generationBits - 1;
  const youngLives = Math.min(lives, 2 ** (SMALL_INTEGER_BITS - bits) - 1);
  return { indexBits: bits, span: 2 ** bits, lives, youngLives };
}
