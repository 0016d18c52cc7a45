/**
 * *game-frame*: entities that live long, particles that live for a second, strings that live for a frame or two. What is in them, and how each kind of subject writes it: `./game-records.ts`.
 */
import { FrameArena } from "@ariax/arena";
import { type Handle, MetadataPool } from "@ariax/metadata-pool";
import type { GameScenario } from "@ariax/trace";
import { FREE, peakOf } from "../events.ts";
import {
  ENTITY_FIELDS,
  entityOf,
  PARTICLE_FIELDS,
  particleOf,
  setEntity,
  setParticle,
  writeEntity,
  writeParticle,
  writeString,
} from "./game-records.ts";
import { bytesOf, endAll, factsOf, type Heap, type Program, refused, viewsOf } from "./program.ts";
import { mostInStep } from "./room.ts";
import { LABELS, SPACES } from "./values.ts";

/** As the scenario numbers its owners. */
const ENTITY = 0;
const PARTICLE = 1;
const STRING = 2;

/** A heap for all of them: each block ends by a free. */
export function heap({ trace, owner }: GameScenario, target: Heap): Program {
  const [ops, slots, sizes, owners, live] = [trace.op, trace.slot, trace.size, owner, new Int32Array(trace.slots)];
  const { words, singles, bytes } = viewsOf(target.memory);
  let sum = 0;
  // By slot, the length of a string.
  const lengths = new Int32Array(trace.slots);
  const end = (s: number, kind: number): void => {
    const block = live[s]!;
    const w = block >>> 2;
    if (kind === ENTITY) sum = (sum + words[w + 8]! + words[w + 13]! + 16 * singles[w]!) & 0x3fffffff;
    else if (kind === PARTICLE) sum = (sum + words[w + 7]! + 16 * singles[w]!) & 0x3fffffff;
    else
      sum = (sum + bytes[block + 4]! + bytes[block + 6]! + bytes[block + lengths[s]! - 1]! + lengths[s]!) & 0x3fffffff;
    target.free(block);
    live[s] = 0;
  };
  /** By slot: whose block it is. */
  const kinds = new Uint8Array(trace.slots);
  return {
    run(step, from, to) {
      for (let i = from; i < to; i++) {
        const s = slots[i]!;
        const kind = owners[i]!;
        if (ops[i] === FREE) {
          end(s, kind);
          continue;
        }
        const size = sizes[i]!;
        const block = target.allocate(size);
        if (!block) refused(size);
        live[s] = block;
        kinds[s] = kind;
        if (kind === ENTITY) writeEntity(words, singles, block >>> 2, i, step);
        else if (kind === PARTICLE) writeParticle(words, singles, block >>> 2, i);
        else {
          lengths[s] = size;
          writeString(words, bytes, block, i, size);
        }
      }
    },
    end: () => endAll(live, (s) => end(s, kinds[s]!)),
    checksum: () => sum,
    ...factsOf(target),
  };
}

/**
 * Objects, and real strings: a label and spaces, joined as a program joins them. V8 then has two objects a string, one of
 * them made when it is first read.
 */
export function gc({ trace, owner }: GameScenario): Program {
  const [ops, slots, sizes, owners] = [trace.op, trace.slot, trace.size, owner];
  const entities: (ReturnType<typeof entityOf> | undefined)[] = new Array(trace.slots).fill(undefined);
  const particles: (ReturnType<typeof particleOf> | undefined)[] = new Array(trace.slots).fill(undefined);
  const strings: (string | undefined)[] = new Array(trace.slots).fill(undefined);
  let sum = 0;
  const end = (s: number, kind: number): void => {
    if (kind === ENTITY) {
      const { serial, spawned, x } = entities[s]!;
      sum = (sum + serial + spawned + 16 * x) & 0x3fffffff;
      entities[s] = undefined;
    } else if (kind === PARTICLE) {
      const { serial, x } = particles[s]!;
      sum = (sum + serial + 16 * x) & 0x3fffffff;
      particles[s] = undefined;
    } else {
      const text = strings[s]!;
      const { length } = text;
      sum = (sum + text.charCodeAt(4) + text.charCodeAt(6) + text.charCodeAt(length - 1) + length) & 0x3fffffff;
      strings[s] = undefined;
    }
  };
  return {
    run(step, from, to) {
      for (let i = from; i < to; i++) {
        const s = slots[i]!;
        const kind = owners[i]!;
        if (ops[i] === FREE) end(s, kind);
        else if (kind === ENTITY) entities[s] = entityOf(i, step);
        else if (kind === PARTICLE) particles[s] = particleOf(i);
        else strings[s] = LABELS[i & 255]! + SPACES[sizes[i]! - 8]!;
      }
    },
    end() {
      endAll(entities, (s) => end(s, ENTITY));
      endAll(particles, (s) => end(s, PARTICLE));
      endAll(strings, (s) => end(s, STRING));
    },
    checksum: () => sum,
  };
}

/** Metadata pools for entities and particles, and for strings an arena of two frames, in which nothing is freed. */
export function ariax({ trace, owner, steps }: GameScenario): Program {
  const [ops, slots, sizes, owners] = [trace.op, trace.slot, trace.size, owner];
  const most = (kind: number): number => peakOf(trace, (i) => (owner[i] === kind ? 1 : 0)) || 1;
  const entities = new MetadataPool({ capacity: most(ENTITY), fields: ENTITY_FIELDS });
  const particles = new MetadataPool({ capacity: most(PARTICLE), fields: PARTICLE_FIELDS });
  const strings = new FrameArena({ capacity: mostInStep(trace, steps, (i) => owner[i] === STRING), frames: 2 });
  const { words, bytes } = viewsOf(strings.memory);
  const e = entities.columns;
  const p = particles.columns;
  /** By slot: a handle, or the offset of a string and its length. */
  const live: number[] = new Array(trace.slots).fill(0);
  const lengths = new Int32Array(trace.slots);
  const kinds = new Uint8Array(trace.slots);
  let sum = 0;
  const end = (s: number, kind: number): void => {
    if (kind === ENTITY) {
      const handle = live[s] as Handle<typeof ENTITY_FIELDS>;
      const at = entities.slot(handle);
      sum = (sum + e.serial[at]! + e.spawned[at]! + 16 * e.x[at]!) & 0x3fffffff;
      entities.release(handle);
    } else if (kind === PARTICLE) {
      const handle = live[s] as Handle<typeof PARTICLE_FIELDS>;
      const at = particles.slot(handle);
      sum = (sum + p.serial[at]! + 16 * p.x[at]!) & 0x3fffffff;
      particles.release(handle);
    } else {
      const block = live[s]!;
      const length = lengths[s]!;
      sum = (sum + bytes[block + 4]! + bytes[block + 6]! + bytes[block + length - 1]! + length) & 0x3fffffff;
    }
    live[s] = 0;
  };
  return {
    run(step, from, to) {
      // What ends with a frame is read in it; so its memory is free when the one after the next begins.
      if (step > 0) strings.nextFrame();
      for (let i = from; i < to; i++) {
        const s = slots[i]!;
        const kind = owners[i]!;
        if (ops[i] === FREE) {
          end(s, kind);
          continue;
        }
        kinds[s] = kind;
        if (kind === ENTITY) {
          const handle = entities.acquire();
          live[s] = handle;
          setEntity(e, entities.slot(handle), i, step);
        } else if (kind === PARTICLE) {
          const handle = particles.acquire();
          live[s] = handle;
          setParticle(p, particles.slot(handle), i);
        } else {
          const size = sizes[i]!;
          const block = strings.allocate(size);
          live[s] = block;
          lengths[s] = size;
          writeString(words, bytes, block, i, size);
        }
      }
    },
    end() {
      endAll(live, (s) => end(s, kinds[s]!));
      strings.reset();
    },
    checksum: () => sum,
    peakBytes: () => entities.byteLength + particles.byteLength + bytesOf(strings.stats()),
    verify() {
      entities.verify();
      particles.verify();
      strings.verify();
    },
  };
}
