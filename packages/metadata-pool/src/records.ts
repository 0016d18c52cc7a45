/**
 * What all pools of records have: their place, their columns, and their fields, by handle and by name. How a slot is acquired and released, and who
 * has it, is the pools' own. Hot loops call `slot`, which is theirs too, and the accessors: nothing here.
 */
import { CorruptionError, DetachedError, InvalidArgumentError } from "@ariax/allocator";
import { present, show, type Words } from "@ariax/allocator/implement";
import type { Accessor } from "./accessors.ts";
import type { Column, FieldValue, Schema } from "./fields.ts";
import type { Handle } from "./handle.ts";
import type { PlacedField } from "./layout.ts";
import { checkPlace } from "./options.ts";

/** What is needed of a pool's layout. */
interface Placed {
  readonly capacity: number;
  readonly byteLength: number;
  readonly fields: readonly PlacedField[];
}

/** The records of a pool: of a `MetadataPool`, or of a `SharedMetadataPool`. */
export abstract class Records<const F extends Schema> {
  declare readonly capacity: number;
  /** All of the pool's state is here, from `byteOffset` on. */
  declare readonly buffer: ArrayBufferLike;
  declare readonly byteOffset: number;
  declare readonly byteLength: number;
  /** A typed array for each field, indexed by `slot(handle)`; by n times that for `bytes:n`. Nothing is checked. */
  declare readonly columns: { readonly [K in keyof F]: Column<F[K]> };
  /** Each field, checked: `fields.size.get(handle)`, `fields.size.set(handle, value)`. For hot loops as good as columns. */
  declare readonly fields: { readonly [K in keyof F]: Accessor<FieldValue<F[K]>, Handle<F>> };
  declare private readonly names: readonly string[];
  declare private readonly accessors: readonly Accessor<unknown, Handle<F>>[];
  /** The pool. */
  declare protected readonly words: Int32Array;

  protected constructor(says: Words<never>, layout: Placed, buffer: ArrayBufferLike, byteOffset: number) {
    present(this, says as Words<object>);
    checkPlace(buffer, byteOffset, layout.byteLength);
    this.capacity = layout.capacity;
    this.buffer = buffer;
    this.byteOffset = byteOffset;
    this.byteLength = layout.byteLength;
    this.words = new Int32Array(buffer, byteOffset, layout.byteLength / 4);
    const columns = layout.fields.map((f) => f.column(buffer, byteOffset + f.at, layout.capacity));
    this.names = layout.fields.map((f) => f.name);
    this.accessors = layout.fields.map((f, i) => new f.Accessor(f, columns[i] as never, this as never));
    const named = <T>(list: readonly T[]): { readonly [name: string]: T } =>
      Object.freeze(Object.fromEntries(this.names.map((name, i) => [name, list[i]])));
    this.columns = named(columns) as typeof this.columns;
    this.fields = named(this.accessors) as unknown as typeof this.fields;
  }

  /**
   * Where the record is in each column. O(1).
   *
   * @throws `StaleHandleError` for a handle of no live record.
   */
  abstract slot(handle: Handle<F>): number;

  /** The handle of the live record in a slot, or 0. O(1). */
  abstract handleAt(slot: number): Handle<F> | 0;

  /**
   * A field of a record by its name: see `Accessor.get`. O(fields).
   *
   * @throws `InvalidArgumentError` for a name that is no field's.
   */
  get<K extends keyof F & string>(handle: Handle<F>, name: K): FieldValue<F[K]> {
    return this.field(name).get(handle) as FieldValue<F[K]>;
  }

  /**
   * Writes a field: see `Accessor.set`. O(fields).
   *
   * @throws `InvalidArgumentError` for a name that is no field's.
   */
  set<K extends keyof F & string>(handle: Handle<F>, name: K, value: FieldValue<F[K]>): void {
    this.field(name).set(handle, value);
  }

  /** The handles of all live records by slot. What is acquired or released ahead of the iterator counts. O(capacity). */
  *[Symbol.iterator](): Generator<Handle<F>, void, undefined> {
    for (let slot = 0; slot < this.capacity; slot++) {
      const handle = this.handleAt(slot);
      if (handle !== 0) yield handle;
    }
  }

  /** Bytes that are no record's field. */
  protected get overhead(): number {
    let rest = this.byteLength;
    for (const name of this.names) rest -= this.columns[name].byteLength;
    return rest;
  }

  /** Where nothing is found: is there nothing to be found in? A view of a buffer that was transferred or shrunk has no words. */
  protected checkAttached(): void {
    if (this.words.length > 0) return;
    const room = this.buffer.byteLength - this.byteOffset;
    if (room <= 0) throw new DetachedError();
    throw new CorruptionError(`truncated: the pool has ${this.byteLength} bytes, ${room} are there`);
  }

  /** A comparison or a few. tried: a Map; measured: 4 ns more an access, with four fields. */
  private field(name: string): Accessor<unknown, Handle<F>> {
    const { names, accessors } = this;
    for (let i = 0; i < names.length; i++) if (names[i] === name) return accessors[i];
    return this.unknown(name);
  }

  /** Apart, as V8 inlines by size. */
  private unknown(name: string): never {
    throw new InvalidArgumentError(`unknown field: ${show(name)} is not one of ${this.names.join(", ")}`);
  }
}
