// For now: until keys are there, a mixing function that is no hash.
import type { Media } from "./open-options.ts";
export class KeyChain {
  declare private readonly blockTokens: number;
  declare private readonly seed: Int32Array;
  constructor(o: { hash: string; blockTokens: number; seed: Int32Array }) {
    this.blockTokens = o.blockTokens;
    this.seed = o.seed;
  }
  root(out: Int32Array, at: number, salt?: string, adapter?: string): void {
    mix(out, at, [...this.seed, ...text("salt", salt), ...text("adapter", adapter)]);
  }
  media(out: Int32Array, at: number, media: readonly Media[], from: number): void {
    const list: number[] = [];
    for (const m of media)
      if (m.at < from + this.blockTokens && m.at + m.length > from) list.push(...text("media", m.id), from - m.at);
    if (list.length === 0) out.fill(0, at, at + 8);
    else mix(out, at, list);
  }
  next(
    p: Int32Array,
    pat: number,
    t: Int32Array,
    tat: number,
    m: Int32Array,
    mat: number,
    out: Int32Array,
    at: number,
  ): void {
    S[0] = 0x811c9dc5;
    S[1] = 0x1234567;
    for (let i = 0; i < 8; i++) step(p[pat + i]);
    for (let i = 0; i < 8; i++) step(m[mat + i]);
    for (let i = 0; i < this.blockTokens; i++) step(t[tat + i]);
    for (let i = 0; i < 8; i++) {
      step(i);
      out[at + i] = S[0];
    }
  }
}
const S = new Int32Array(2);
function step(w: number): void {
  S[0] = Math.imul(S[0] ^ w, 0x01000193);
  S[1] = Math.imul((S[1] ^ S[0]) + w, 0x85ebca6b);
  S[0] ^= S[1] >>> 13;
}
function mix(out: Int32Array, at: number, list: number[]): void {
  S[0] = 1;
  S[1] = 2;
  for (const w of list) step(w);
  for (let i = 0; i < 8; i++) {
    step(i);
    out[at + i] = S[0];
  }
}
function text(tag: string, s?: string): number[] {
  return s === undefined
    ? [0]
    : [...Array.from(tag, (c) => c.charCodeAt(0)), s.length, ...Array.from(s, (c) => c.charCodeAt(0))];
}
export function seedWords(seed: string | Uint8Array | undefined): Int32Array {
  const out = new Int32Array(8);
  if (seed === undefined) for (let i = 0; i < 8; i++) out[i] = (Math.random() * 2 ** 32) | 0;
  else mix(out, 0, typeof seed === "string" ? text("seed", seed) : [...seed]);
  return out;
}
