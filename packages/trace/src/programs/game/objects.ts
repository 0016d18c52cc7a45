import { coordinate, type GameStore, LABELS, REMARKS } from "./store.ts";

const particle = (serial: number) => ({
  x: coordinate(serial),
  y: coordinate(serial >> 1),
  z: coordinate(serial >> 2),
  vx: 0.125,
  vy: -0.125,
  vz: 0.375,
  life: 1,
  serial,
});

/** Particles as plain objects, texts as strings, put together as a program does it. */
export function gameAsObjects(particles: number, texts: number): GameStore {
  const particleAt: (ReturnType<typeof particle> | undefined)[] = new Array(particles).fill(undefined);
  const textAt: string[] = new Array(texts).fill("");
  return {
    follow() {},
    emit(slot, serial) {
      particleAt[slot] = particle(serial);
    },
    burn(slot) {
      const { serial, x } = particleAt[slot]!;
      particleAt[slot] = undefined;
      return serial + 8 * x;
    },
    look(slot) {
      const it = particleAt[slot];
      if (it === undefined) return 0;
      it.x += it.vx;
      return 8 * it.y;
    },
    write(slot, serial, value, remark) {
      textAt[slot] = `${LABELS[serial & 7]}${value}${REMARKS[remark]}`;
    },
    erase(slot) {
      const text = textAt[slot];
      let read = text.length;
      for (let i = 0; i < text.length; i++) read += text.charCodeAt(i);
      textAt[slot] = "";
      return read;
    },
  };
}
