/**
 * The fields of a pool, as objects: `pool.fields.size.get(handle)`. Each access checks its handle, as `slot` does, and each value
 * that is written.
 *
 * A class for each type, though they differ in one expression: V8 learns what a place in the code sees, and here it sees one kind of array
 * ever. Where the pool is a constant of the caller, a `get` is two comparisons, the load of the slot's word, a comparison, and the
 * load of the field: two accesses of typed arrays, and `set` has as many. Each is as short as it can be: a record of six accesses is within
 * what V8 inlines (920 bytes of bytecode) together with its `acquire` and `release`.
 */
import { InvalidArgumentError } from "@ariax/allocator";

/** A field of every record of a pool, checked: `H` is what its handles are. */
export interface Accessor<V, H> {
  /**
   * Of a `bytes:n` field, a view of its n bytes, not a copy. O(1).
   *
   * @throws `StaleHandleError` for a handle that is not live.
   */
  get(handle: H): V;
  /**
   * The value must fit: integers in their range, bigints for 64 bits, at most n bytes (zeros follow); f32 rounds. O(1).
   *
   * @throws `InvalidArgumentError` for any other value.
   * @throws `StaleHandleError` for a handle that is not live.
   */
  set(handle: H, value: V): void;
}

/** What an accessor knows of its field. */
interface Kind {
  /** What a value of it is called in an error. */
  readonly what: string;
  /** Elements a slot. */
  readonly elements: number;
  /** Throws `InvalidArgumentError` unless the value is one that the field can hold. */
  readonly check: (name: string, value: unknown) => void;
}

/** Its `slot` throws unless the handle is live. */
interface Lookup {
  slot(handle: number): number;
}

export type AccessorType = new (kind: Kind, column: never, pool: never) => Accessor<unknown, never>;

abstract class Scalar<C, V> {
  declare protected readonly column: C;
  declare protected readonly pool: Lookup;
  declare private readonly kind: Kind;

  constructor(kind: Kind, column: C, pool: Lookup) {
    this.column = column;
    this.pool = pool;
    this.kind = kind;
  }

  /** What did not pass for a value at first sight: throws, or it is one. */
  protected checked(value: V): V {
    this.kind.check(this.kind.what, value);
    return value;
  }
}

export class U8Field extends Scalar<Uint8Array, number> {
  get(handle: number): number {
    return this.column[this.pool.slot(handle)];
  }

  set(handle: number, value: number): void {
    this.column[this.pool.slot(handle)] =
      typeof value === "number" && (value & 0xff) === value ? value : this.checked(value);
  }
}

export class I8Field extends Scalar<Int8Array, number> {
  get(handle: number): number {
    return this.column[this.pool.slot(handle)];
  }

  set(handle: number, value: number): void {
    this.column[this.pool.slot(handle)] =
      typeof value === "number" && (value << 24) >> 24 === value ? value : this.checked(value);
  }
}

export class U16Field extends Scalar<Uint16Array, number> {
  get(handle: number): number {
    return this.column[this.pool.slot(handle)];
  }

  set(handle: number, value: number): void {
    this.column[this.pool.slot(handle)] =
      typeof value === "number" && (value & 0xffff) === value ? value : this.checked(value);
  }
}

export class I16Field extends Scalar<Int16Array, number> {
  get(handle: number): number {
    return this.column[this.pool.slot(handle)];
  }

  set(handle: number, value: number): void {
    this.column[this.pool.slot(handle)] =
      typeof value === "number" && (value << 16) >> 16 === value ? value : this.checked(value);
  }
}

export class U32Field extends Scalar<Uint32Array, number> {
  get(handle: number): number {
    return this.column[this.pool.slot(handle)];
  }

  set(handle: number, value: number): void {
    this.column[this.pool.slot(handle)] =
      typeof value === "number" && value >>> 0 === value ? value : this.checked(value);
  }
}

export class I32Field extends Scalar<Int32Array, number> {
  get(handle: number): number {
    return this.column[this.pool.slot(handle)];
  }

  set(handle: number, value: number): void {
    this.column[this.pool.slot(handle)] =
      typeof value === "number" && (value | 0) === value ? value : this.checked(value);
  }
}

export class F32Field extends Scalar<Float32Array, number> {
  get(handle: number): number {
    return this.column[this.pool.slot(handle)];
  }

  set(handle: number, value: number): void {
    this.column[this.pool.slot(handle)] = typeof value === "number" ? value : this.checked(value);
  }
}

export class F64Field extends Scalar<Float64Array, number> {
  get(handle: number): number {
    return this.column[this.pool.slot(handle)];
  }

  set(handle: number, value: number): void {
    this.column[this.pool.slot(handle)] = typeof value === "number" ? value : this.checked(value);
  }
}

/** 64-bit integers, of both kinds: what is read is a bigint, an object, whatever reads it. */
export class BigField extends Scalar<BigInt64Array | BigUint64Array, bigint> {
  get(handle: number): bigint {
    return this.column[this.pool.slot(handle)];
  }

  set(handle: number, value: bigint): void {
    this.column[this.pool.slot(handle)] = this.checked(value);
  }
}

/** Byte strings: what is read is a view in place. */
export class BytesField {
  declare private readonly column: Uint8Array;
  declare private readonly pool: Lookup;
  declare private readonly kind: Kind;

  constructor(kind: Kind, column: Uint8Array, pool: Lookup) {
    this.column = column;
    this.pool = pool;
    this.kind = kind;
  }

  get(handle: number): Uint8Array {
    const { column, pool, kind } = this;
    const at = pool.slot(handle) * kind.elements;
    return column.subarray(at, at + kind.elements);
  }

  set(handle: number, value: Uint8Array): void {
    const { what, check } = this.kind;
    const cell = this.get(handle);
    check(what, value);
    const { length } = value;
    try {
      cell.set(value);
    } catch {
      throw new InvalidArgumentError(`invalid ${what}: its buffer was transferred or shrunk`);
    }
    cell.fill(0, length);
  }
}
