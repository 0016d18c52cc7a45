import { type TreeStore, wire } from "./store.ts";

type Value = number | string | Value[] | Message;

interface Message {
  id: number;
  kind: number;
  flags: number;
  version: number;
  x: number;
  y: number;
  name: Value;
  values: Value;
}

/** Values as what they are in JavaScript. A text is a part of the message's own, as a parser has it. */
export function treesAsObjects(): TreeStore<Value> {
  const source = wire();

  const sum = (value: Value): number => {
    if (typeof value === "number") return value;
    if (typeof value === "string") {
      const { length } = value;
      return length + value.charCodeAt(0) + 7 * value.charCodeAt(length - 1);
    }
    if (!Array.isArray(value)) return (value.id + value.y + sum(value.name) + sum(value.values)) | 0;
    let total = value.length;
    for (let n = 0; n < value.length; n++) total = (total + sum(value[n])) | 0;
    return total;
  };
  return {
    follow() {},
    number: (value) => value,
    text: (from, length) => source.slice(from, from + length),
    array: () => [],
    append(array, value) {
      (array as Value[]).push(value);
      return array;
    },
    record: (id) => ({ id, kind: id & 7, flags: 1, version: 3, x: id >> 3, y: ~id, name: 0, values: 0 }),
    name(record, text) {
      (record as Message).name = text;
      return record;
    },
    fill(record, array) {
      (record as Message).values = array;
      return record;
    },
    sum,
    drop() {},
    dropped() {},
  };
}
