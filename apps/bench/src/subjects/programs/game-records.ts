/**
 * What is in a game's blocks, and how it is written: side by side in a heap's memory, into a pool's columns, as an object. The
 * same values for the same event `i`, each of the fields.
 *
 *     entity    64 bytes   x y z vx vy vz angle health f32 │ serial kind team target flags spawned mesh parent
 *     particle  32 bytes   x y z vx vy vz life f32 │ serial
 *     string    8–200      a label of eight characters, and spaces
 */
import type { MetadataPool } from "@ariax/metadata-pool";
import { coordinate, FOUR_SPACES, fraction, LABEL_WORDS } from "./values.ts";

const MOTION = { x: "f32", y: "f32", z: "f32", vx: "f32", vy: "f32", vz: "f32" } as const;

export const ENTITY_FIELDS = {
  ...MOTION,
  angle: "f32",
  health: "f32",
  serial: "i32",
  kind: "i32",
  team: "i32",
  target: "i32",
  flags: "i32",
  spawned: "i32",
  mesh: "i32",
  parent: "i32",
} as const;

export const PARTICLE_FIELDS = { ...MOTION, life: "f32", serial: "i32" } as const;

type Entities = MetadataPool<typeof ENTITY_FIELDS>["columns"];
type Particles = MetadataPool<typeof PARTICLE_FIELDS>["columns"];

export function writeEntity(words: Int32Array, singles: Float32Array, w: number, i: number, step: number): void {
  singles[w] = coordinate(i);
  singles[w + 1] = coordinate(i + 1);
  singles[w + 2] = coordinate(i + 2);
  singles[w + 3] = fraction(i);
  singles[w + 4] = fraction(i + 1);
  singles[w + 5] = fraction(i + 2);
  singles[w + 6] = fraction(i + 3);
  singles[w + 7] = 99.5;
  words[w + 8] = i;
  words[w + 9] = i & 15;
  words[w + 10] = i & 3;
  words[w + 11] = i - 1;
  words[w + 12] = 0;
  words[w + 13] = step;
  words[w + 14] = i & 127;
  words[w + 15] = ~i;
}

export function writeParticle(words: Int32Array, singles: Float32Array, w: number, i: number): void {
  singles[w] = coordinate(i);
  singles[w + 1] = coordinate(i + 1);
  singles[w + 2] = coordinate(i + 2);
  singles[w + 3] = fraction(i);
  singles[w + 4] = fraction(i + 1);
  singles[w + 5] = fraction(i + 2);
  singles[w + 6] = fraction(i + 3);
  words[w + 7] = i;
}

export function setEntity(columns: Entities, at: number, i: number, step: number): void {
  columns.x[at] = coordinate(i);
  columns.y[at] = coordinate(i + 1);
  columns.z[at] = coordinate(i + 2);
  columns.vx[at] = fraction(i);
  columns.vy[at] = fraction(i + 1);
  columns.vz[at] = fraction(i + 2);
  columns.angle[at] = fraction(i + 3);
  columns.health[at] = 99.5;
  columns.serial[at] = i;
  columns.kind[at] = i & 15;
  columns.team[at] = i & 3;
  columns.target[at] = i - 1;
  columns.flags[at] = 0;
  columns.spawned[at] = step;
  columns.mesh[at] = i & 127;
  columns.parent[at] = ~i;
}

export function setParticle(columns: Particles, at: number, i: number): void {
  columns.x[at] = coordinate(i);
  columns.y[at] = coordinate(i + 1);
  columns.z[at] = coordinate(i + 2);
  columns.vx[at] = fraction(i);
  columns.vy[at] = fraction(i + 1);
  columns.vz[at] = fraction(i + 2);
  columns.life[at] = fraction(i + 3);
  columns.serial[at] = i;
}

export const entityOf = (i: number, step: number) => ({
  x: coordinate(i),
  y: coordinate(i + 1),
  z: coordinate(i + 2),
  vx: fraction(i),
  vy: fraction(i + 1),
  vz: fraction(i + 2),
  angle: fraction(i + 3),
  health: 99.5,
  serial: i,
  kind: i & 15,
  team: i & 3,
  target: i - 1,
  flags: 0,
  spawned: step,
  mesh: i & 127,
  parent: ~i,
});

export const particleOf = (i: number) => ({
  x: coordinate(i),
  y: coordinate(i + 1),
  z: coordinate(i + 2),
  vx: fraction(i),
  vy: fraction(i + 1),
  vz: fraction(i + 2),
  life: fraction(i + 3),
  serial: i,
});

/** A label, and spaces up to the end. */
export function writeString(words: Int32Array, bytes: Uint8Array, at: number, serial: number, size: number): void {
  const w = at >>> 2;
  const label = 2 * (serial & 255);
  words[w] = LABEL_WORDS[label]!;
  words[w + 1] = LABEL_WORDS[label + 1]!;
  const end = w + (size >>> 2);
  for (let x = w + 2; x < end; x++) words[x] = FOUR_SPACES;
  for (let x = end << 2; x < at + size; x++) bytes[x] = 32;
}
