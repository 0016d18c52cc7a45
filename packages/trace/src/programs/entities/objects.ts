import {
  coordinate,
  type EntityStore,
  HEALTH,
  isOut,
  MIND,
  PLACES,
  SPRITE,
  speed,
  TRANSFORM,
  wrapped,
} from "./store.ts";

const transform = (serial: number) => ({
  x: coordinate(serial),
  y: coordinate(serial + 1),
  z: coordinate(serial + 2),
  vx: speed(serial),
  vy: speed(serial >> 1),
  vz: speed(serial >> 2),
  serial,
  bounces: 0,
});
const health = (serial: number) => ({ points: 100, armour: serial & 63, team: serial & 3, serial });
const mind = (serial: number) => {
  const path: number[] = [];
  for (let n = 0; n < 2 * PLACES; n++) path.push(coordinate(serial + n));
  return { state: serial & 7, target: serial >> 3, serial, path };
};
const sprite = (serial: number) => ({
  mesh: serial & 255,
  frame: 0,
  tint: ~serial,
  layer: serial & 7,
  serial,
  flags: 1,
});

/** An entity: a field for each component. */
class Entity {
  transform: ReturnType<typeof transform> | undefined = undefined;
  health: ReturnType<typeof health> | undefined = undefined;
  mind: ReturnType<typeof mind> | undefined = undefined;
  sprite: ReturnType<typeof sprite> | undefined = undefined;
  bag: number[] | undefined = undefined;
}

/** Components as plain objects, a bag as an array that is pushed to. */
export function entitiesAsObjects(count: number): EntityStore {
  const entities = Array.from({ length: count }, () => new Entity());
  return {
    follow() {},
    add(entity, kind, serial) {
      const it = entities[entity];
      if (kind === TRANSFORM) it.transform = transform(serial);
      else if (kind === HEALTH) it.health = health(serial);
      else if (kind === MIND) it.mind = mind(serial);
      else if (kind === SPRITE) it.sprite = sprite(serial);
      else it.bag = [];
    },
    remove(entity, kind) {
      const it = entities[entity];
      let read = 0;
      if (kind === TRANSFORM) {
        const { serial, bounces, x } = it.transform!;
        read = serial + bounces + 8 * x;
        it.transform = undefined;
      } else if (kind === HEALTH) {
        const { points, armour, serial } = it.health!;
        read = points + armour + serial;
        it.health = undefined;
      } else if (kind === MIND) {
        const { target, serial, path } = it.mind!;
        read = target + serial + 8 * path[2 * PLACES - 1];
        it.mind = undefined;
      } else if (kind === SPRITE) {
        const { mesh, tint, flags } = it.sprite!;
        read = mesh + tint + flags;
        it.sprite = undefined;
      } else {
        for (const item of it.bag!) read = (read + item) | 0;
        it.bag = undefined;
      }
      return read;
    },
    move(entity) {
      const it = entities[entity].transform!;
      const x = it.x + it.vx;
      it.x = wrapped(x);
      it.y = wrapped(it.y + it.vy);
      it.z = wrapped(it.z + it.vz);
      if (isOut(x)) it.bounces++;
    },
    // An array widens itself.
    widen() {},
    put(entity, _at, item) {
      entities[entity].bag!.push(item);
    },
  };
}
