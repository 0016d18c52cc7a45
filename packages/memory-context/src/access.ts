/**
 * Checked access: numbers and runs of bytes, inside of a live block of the context or not at all. Whatever an index is, no
 * byte outside of the context's own can be reached: the views that are used end with them.
 */
import { InvalidArgumentError, type Offset } from "@ariax/allocator";
import { checkInteger, isUint32, show } from "@ariax/allocator/implement";
import type { Core } from "./core.ts";
import { live } from "./lookup.ts";

/** What `load` and `store` know: integers and floats by their bits, little-endian. */
export type Kind = "u8" | "i8" | "u16" | "i16" | "u32" | "i32" | "f32" | "f64" | "i64" | "u64";

export type ValueOf<K extends Kind> = K extends "i64" | "u64" ? bigint : number;

/** The number of that kind at byte `index` of a block, which need not be a multiple of anything. */
export function load(core: Core, kind: Kind, offset: Offset, index: number): number | bigint {
  const at = place(core, kind, offset, index);
  const data = core.ownData();
  switch (kind) {
    case "u8":
      return data.getUint8(at);
    case "i8":
      return data.getInt8(at);
    case "u16":
      return data.getUint16(at, true);
    case "i16":
      return data.getInt16(at, true);
    case "u32":
      return data.getUint32(at, true);
    case "i32":
      return data.getInt32(at, true);
    case "f32":
      return data.getFloat32(at, true);
    case "f64":
      return data.getFloat64(at, true);
    case "i64":
      return data.getBigInt64(at, true);
    case "u64":
      return data.getBigUint64(at, true);
  }
}

/** Throws `InvalidArgumentError`, and writes nothing, if the value does not fit; f32 rounds. */
export function store(core: Core, kind: Kind, offset: Offset, index: number, value: number | bigint): void {
  const at = place(core, kind, offset, index);
  const data = core.ownData();
  // Does it survive being stored?
  if (typeof value === "number") {
    switch (kind) {
      case "u8":
        if ((value & 0xff) === value) return void data.setUint8(at, value);
        break;
      case "i8":
        if ((value << 24) >> 24 === value) return void data.setInt8(at, value);
        break;
      case "u16":
        if ((value & 0xffff) === value) return void data.setUint16(at, value, true);
        break;
      case "i16":
        if ((value << 16) >> 16 === value) return void data.setInt16(at, value, true);
        break;
      case "u32":
        if (value >>> 0 === value) return void data.setUint32(at, value, true);
        break;
      case "i32":
        if ((value | 0) === value) return void data.setInt32(at, value, true);
        break;
      case "f32":
        return void data.setFloat32(at, value, true);
      case "f64":
        return void data.setFloat64(at, value, true);
    }
  } else if (typeof value === "bigint") {
    if (kind === "i64" && BigInt.asIntN(64, value) === value) return void data.setBigInt64(at, value, true);
    if (kind === "u64" && BigInt.asUintN(64, value) === value) return void data.setBigUint64(at, value, true);
  }
  throw new InvalidArgumentError(`invalid value: ${show(value)} does not fit ${kind}`);
}

/** Copies bytes from block to block, or inside of one, where they may overlap. O(bytes). */
export function copy(core: Core, from: Offset, fromIndex: number, to: Offset, toIndex: number, bytes: number): void {
  const [fromRoom, toRoom] = [live(core, from), live(core, to)];
  checkInteger("fromIndex", fromIndex, 0, fromRoom);
  checkInteger("toIndex", toIndex, 0, toRoom);
  checkInteger("bytes", bytes, 0, Math.min(fromRoom - fromIndex, toRoom - toIndex));
  const start = from - core.base + fromIndex;
  core.ownBytes().copyWithin(to - core.base + toIndex, start, start + bytes);
}

/** Fills a block, or its bytes from index `from` to `to`, exclusive, with a byte. O(bytes). */
export function fill(core: Core, offset: Offset, value: number, from: number, to: number | undefined): void {
  const room = live(core, offset);
  checkInteger("value", value, 0, 255);
  const end = to === undefined ? room : checkInteger("to", to, 0, room);
  const start = checkInteger("from", from, 0, end);
  core.ownBytes().fill(value, offset - core.base + start, offset - core.base + end);
}

/** Where byte `index` of a block is among the context's own bytes, if a number of that kind has room there. */
function place(core: Core, kind: Kind, offset: Offset, index: number): number {
  const most = live(core, offset) - bytesOf(kind);
  if (!(isUint32(index) && index <= most)) checkInteger("index", index, 0, most);
  return offset - core.base + index;
}

function bytesOf(kind: Kind): number {
  switch (kind) {
    case "u8":
    case "i8":
      return 1;
    case "u16":
    case "i16":
      return 2;
    case "u32":
    case "i32":
    case "f32":
      return 4;
    case "f64":
    case "i64":
    case "u64":
      return 8;
    default:
      throw new InvalidArgumentError(`invalid kind: ${show(kind)} is not one of ${KINDS}`);
  }
}

const KINDS = "u8, i8, u16, i16, u32, i32, f32, f64, i64, u64";
