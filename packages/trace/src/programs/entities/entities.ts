/**
 * An entity-component store: entities that are killed and spawned at random, of which each component is a block of its own.
 *
 *     transform  32  x y z vx vy vz f32 │ serial bounces
 *     health     16  points armour team serial
 *     mind       64  state target serial ─ │ x y of six places f32
 *     sprite     24  mesh frame tint layer serial flags
 *     bag        16, 32, 64, 128 …  items, as many as there is room for
 */
import { newArray } from "../../arrays.ts";
import { beginProgram, programOf } from "../begin.ts";
import type { Program, ProgramKind, ProgramOptions } from "../program.ts";
import { entitiesInHeap } from "./heap.ts";
import { entitiesAsObjects } from "./objects.ts";
import { BAG, type EntityStore, HEALTH, KINDS, LEAST_ITEMS, MOST_ITEMS } from "./store.ts";

export interface EntitiesOptions extends ProgramOptions {
  /** Entities that live at the same time, at most 2²⁰. */
  entities?: number | undefined;
}

/** Entities that move in a step. */
const MOVED = 8;

/** A step: an entity is replaced, a component of another comes or goes, a third one finds an item, and eight move. */
function live(makeStore: (entities: number) => EntityStore, options: EntitiesOptions): Program {
  const { random, tally, entities } = beginProgram(options, { entities: [4096, 2 ** 20] });
  const store = makeStore(entities);
  const masks = newArray(Uint8Array, entities);
  const items = newArray(Uint8Array, entities);
  let born = 0;
  let mover = 0;

  const add = (entity: number, kind: number): void => {
    store.add(entity, kind, tally.made);
    masks[entity] |= 1 << kind;
    items[entity] = kind === BAG ? 0 : items[entity];
    tally.made++;
  };
  const remove = (entity: number, kind: number): void => {
    masks[entity] &= ~(1 << kind);
    tally.end(store.remove(entity, kind, items[entity]));
  };
  const spawn = (entity: number): void => {
    // Health and sprite have three of four, mind and bag one of four.
    const [a, b] = [random.bits(), random.bits()];
    const mask = 1 | ((a | b) & 0b01010) | (a & b & 0b10100);
    for (let kind = 0; kind < KINDS; kind++) if ((mask >> kind) & 1) add(entity, kind);
  };
  const kill = (entity: number): void => {
    for (let kind = 0; kind < KINDS; kind++) if ((masks[entity] >> kind) & 1) remove(entity, kind);
  };
  const find = (entity: number): void => {
    const count = items[entity];
    if (((masks[entity] >> BAG) & 1) === 0 || count === MOST_ITEMS) return;
    // Full?
    if (count >= LEAST_ITEMS && (count & (count - 1)) === 0) {
      store.widen(entity, 2 * count);
      tally.resized++;
    }
    store.put(entity, count, tally.made);
    items[entity] = count + 1;
  };
  const step = (): void => {
    while (born < entities) spawn(born++);
    const dying = random.below(entities);
    kill(dying);
    spawn(dying);
    const changing = random.below(entities);
    const kind = random.between(HEALTH, BAG);
    if ((masks[changing] >> kind) & 1) remove(changing, kind);
    else add(changing, kind);
    for (let n = 0; n < 4; n++) find(random.below(entities));
    for (let n = 0; n < MOVED; n++) {
      if (masks[mover] & 1) store.move(mover);
      mover = mover + 1 === entities ? 0 : mover + 1;
    }
  };
  const end = (): void => {
    for (let entity = 0; entity < entities; entity++) kill(entity);
    born = 0;
  };
  return programOf(tally, step, end, store.follow);
}

export const entityProgram: ProgramKind<EntitiesOptions> = {
  name: "entities",
  what: "an entity-component store: a block for each component, of entities that are killed and spawned at random",
  step: "an entity replaced, a component changed, eight moved",
  capacity: 2 ** 21,
  over: (heap, options = {}) => live((entities) => entitiesInHeap(heap, entities), options),
  collected: (options = {}) => live(entitiesAsObjects, options),
};
