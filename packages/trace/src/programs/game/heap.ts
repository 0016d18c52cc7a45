import { newArray } from "../../arrays.ts";
import { Blocks } from "../blocks.ts";
import type { ProgramHeap } from "../program.ts";
import { coordinate, type GameStore, LABELS, LONGEST_REMARK, REMARKS } from "./store.ts";

const PARTICLE_BYTES = 32;
const DIGITS = 5;

const encoded = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** Particles and texts as blocks, their offsets in tables by slot; 0 where there is none. */
export function gameInHeap(heap: ProgramHeap, particles: number, texts: number): GameStore {
  const blocks = new Blocks(heap);
  const particleAt = newArray(Uint32Array, particles);
  const textAt = newArray(Uint32Array, texts);
  const labels = LABELS.map(encoded);
  const remarks = encoded(REMARKS[LONGEST_REMARK]);

  /** Writes a number in decimal, from its last digit on; where it ends. */
  const number = (bytes: Uint8Array, at: number, value: number): number => {
    const end = at + digitsOf(value);
    let rest = value;
    for (let b = end - 1; b >= at; b--) {
      const tens = (rest / 10) | 0;
      bytes[b] = 48 + rest - 10 * tens;
      rest = tens;
    }
    return end;
  };
  return {
    follow: () => blocks.follow(),
    emit(slot, serial) {
      const block = blocks.allocate(PARTICLE_BYTES);
      particleAt[slot] = block;
      const { words, floats } = blocks;
      const w = block >>> 2;
      floats[w] = coordinate(serial);
      floats[w + 1] = coordinate(serial >> 1);
      floats[w + 2] = coordinate(serial >> 2);
      floats[w + 3] = 0.125;
      floats[w + 4] = -0.125;
      floats[w + 5] = 0.375;
      floats[w + 6] = 1;
      words[w + 7] = serial;
    },
    burn(slot) {
      const block = particleAt[slot];
      const w = block >>> 2;
      const read = blocks.words[w + 7] + 8 * blocks.floats[w];
      particleAt[slot] = 0;
      blocks.free(block);
      return read;
    },
    look(slot) {
      const block = particleAt[slot];
      if (block === 0) return 0;
      const { floats } = blocks;
      const w = block >>> 2;
      floats[w] += floats[w + 3];
      return 8 * floats[w + 1];
    },
    write(slot, serial, value, remark) {
      const label = labels[serial & 7];
      const length = label.length + digitsOf(value) + remark;
      const block = blocks.allocate(4 + length);
      textAt[slot] = block;
      const { words, bytes } = blocks;
      words[block >>> 2] = length;
      let at = block + 4;
      for (let i = 0; i < label.length; i++) bytes[at++] = label[i];
      at = number(bytes, at, value);
      for (let i = 0; i < remark; i++) bytes[at++] = remarks[i];
    },
    erase(slot) {
      const block = textAt[slot];
      const { words, bytes } = blocks;
      const length = words[block >>> 2];
      let read = length;
      for (let at = block + 4, end = at + length; at < end; at++) read += bytes[at];
      textAt[slot] = 0;
      blocks.free(block);
      return read;
    },
  };
}

function digitsOf(value: number): number {
  let digits = 1;
  for (let least = 10; digits < DIGITS && value >= least; least *= 10) digits++;
  return digits;
}
