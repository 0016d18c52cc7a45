/** The field types: what a schema may say, what a column is, and which values fit. */
import { InvalidArgumentError } from "@ariax/allocator";
import { checkInteger, isRevoked, show, tagOf } from "@ariax/allocator/implement";
import {
  type AccessorType,
  BigField,
  BytesField,
  F32Field,
  F64Field,
  I8Field,
  I16Field,
  I32Field,
  U8Field,
  U16Field,
  U32Field,
} from "./accessors.ts";

/** The columns of the number types, as TypeScript sees them. */
export interface ColumnOf {
  readonly u8: Uint8Array;
  readonly i8: Int8Array;
  readonly u16: Uint16Array;
  readonly i16: Int16Array;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
  readonly i64: BigInt64Array;
  readonly u64: BigUint64Array;
}

/** `"bytes:16"`: a string of exactly 16 bytes; 1 to 65,536. */
export type BytesType = `bytes:${number}`;
export type FieldType = keyof ColumnOf | BytesType;

/** Field names, and the type of each. The order of the fields means nothing. */
export type Schema = Readonly<Record<string, FieldType>>;

/** A column: one element a slot; of a `bytes:n` field, n elements a slot. */
export type Column<T extends FieldType> = T extends keyof ColumnOf ? ColumnOf[T] : Uint8Array;

/** What `get` returns and `set` takes. */
export type FieldValue<T extends FieldType> = T extends "i64" | "u64"
  ? bigint
  : T extends BytesType
    ? Uint8Array
    : number;

type AnyColumn = ColumnOf[keyof ColumnOf];

interface NumberType {
  readonly Accessor: AccessorType;
  readonly array: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => AnyColumn;
  readonly bytes: number;
  /** Throws `InvalidArgumentError` unless `value` is one that the field can hold. */
  readonly check: (name: string, value: unknown) => void;
}

const TYPES: Readonly<Record<keyof ColumnOf, NumberType>> = {
  u8: { Accessor: U8Field, array: Uint8Array, bytes: 1, check: integer(0, 0xff) },
  i8: { Accessor: I8Field, array: Int8Array, bytes: 1, check: integer(-0x80, 0x7f) },
  u16: { Accessor: U16Field, array: Uint16Array, bytes: 2, check: integer(0, 0xffff) },
  i16: { Accessor: I16Field, array: Int16Array, bytes: 2, check: integer(-0x8000, 0x7fff) },
  u32: { Accessor: U32Field, array: Uint32Array, bytes: 4, check: integer(0, 0xffffffff) },
  i32: { Accessor: I32Field, array: Int32Array, bytes: 4, check: integer(-0x80000000, 0x7fffffff) },
  f32: { Accessor: F32Field, array: Float32Array, bytes: 4, check: float },
  f64: { Accessor: F64Field, array: Float64Array, bytes: 8, check: float },
  i64: { Accessor: BigField, array: BigInt64Array, bytes: 8, check: bigint(-(2n ** 63n), 2n ** 63n - 1n) },
  u64: { Accessor: BigField, array: BigUint64Array, bytes: 8, check: bigint(0n, 2n ** 64n - 1n) },
};

const MAX_BYTES = 65536;

/** A field of a schema, read. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** Bytes of an element, and so the alignment of the column. */
  readonly bytes: number;
  /** Elements a slot: 1, or n of `bytes:n`. */
  readonly elements: number;
  readonly Accessor: AccessorType;
  /** What a value of it is called in an error: a field may have the name of an argument. */
  readonly what: string;
  readonly check: (name: string, value: unknown) => void;
  readonly column: (buffer: ArrayBufferLike, byteOffset: number, slots: number) => AnyColumn;
}

/** The fields of `schema`, widest first and then by name: columns in this order need no padding. */
export function readSchema(schema: Schema): Field[] {
  // A Map or a list has no names and types of its own.
  if (typeof schema !== "object" || schema === null || isRevoked(schema) || Symbol.iterator in schema) {
    throw new InvalidArgumentError("invalid fields: they are not an object of names and types");
  }
  const fields = Object.entries(schema).map(([name, type]) => readField(name, type));
  return fields.sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
}

function readField(name: string, type: FieldType): Field {
  if (typeof type !== "string") throw new InvalidArgumentError(`invalid field: the type of ${show(name)} is no string`);
  if (name === "") throw new InvalidArgumentError("invalid field: its name is empty");
  const elements = /^bytes:([1-9]\d*)$/.test(type) ? Number(type.slice(6)) : 0;
  const isBytes = elements > 0 && elements <= MAX_BYTES;
  if (!isBytes && !Object.hasOwn(TYPES, type)) {
    const known = [...Object.keys(TYPES), `bytes:1 to bytes:${MAX_BYTES}`].join(", ");
    throw new InvalidArgumentError(
      `invalid field: ${show(name)} is of type ${show(type)}, which is not one of ${known}`,
    );
  }
  const { Accessor, array, bytes, check } = TYPES[isBytes ? "u8" : (type as keyof ColumnOf)];
  return {
    ...{ name, type, bytes },
    Accessor: isBytes ? BytesField : Accessor,
    what: `value of field ${show(name)}`,
    elements: isBytes ? elements : 1,
    check: isBytes ? byteString(elements) : check,
    column: (buffer, byteOffset, slots) => new array(buffer, byteOffset, slots * (isBytes ? elements : 1)),
  };
}

function integer(least: number, most: number): NumberType["check"] {
  return (name, value) => void checkInteger(name, value as number, least, most);
}

/** Any number; an `f32` rounds it. */
function float(name: string, value: unknown): void {
  if (typeof value !== "number") throw new InvalidArgumentError(`invalid ${name}: ${show(value)} is not a number`);
}

function bigint(least: bigint, most: bigint): NumberType["check"] {
  return (name, value) => {
    if (typeof value === "bigint" && value >= least && value <= most) return;
    throw new InvalidArgumentError(`invalid ${name}: ${show(value)} is not a bigint from ${least} to ${most}`);
  };
}

function byteString(most: number): NumberType["check"] {
  return (name, value) => {
    if (!ArrayBuffer.isView(value) || tagOf(value) !== "Uint8Array")
      throw new InvalidArgumentError(`invalid ${name}: ${show(value)} is no Uint8Array`);
    const { byteLength } = value;
    if (byteLength > most) throw new InvalidArgumentError(`invalid ${name}: ${byteLength} bytes do not fit ${most}`);
  };
}
