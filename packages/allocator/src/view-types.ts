/**
 * The types of views, which say whose memory they look into: many web APIs take no `SharedArrayBuffer`, and TypeScript knows which
 * (docs/web-apis.md).
 */

/**
 * The built-in typed arrays over a buffer `B`, by name. Before TypeScript 5.7 they have no such parameter, and are `any` here: see
 * `ViewOf`.
 */
export interface ViewTypes<B extends ArrayBufferLike> {
  /** @ts-ignore */
  readonly Int8Array: Int8Array<B>;
  /** @ts-ignore */
  readonly Uint8Array: Uint8Array<B>;
  /** @ts-ignore */
  readonly Uint8ClampedArray: Uint8ClampedArray<B>;
  /** @ts-ignore */
  readonly Int16Array: Int16Array<B>;
  /** @ts-ignore */
  readonly Uint16Array: Uint16Array<B>;
  /** @ts-ignore */
  readonly Int32Array: Int32Array<B>;
  /** @ts-ignore */
  readonly Uint32Array: Uint32Array<B>;
  /** @ts-ignore */
  readonly Float32Array: Float32Array<B>;
  /** @ts-ignore */
  readonly Float64Array: Float64Array<B>;
  /** @ts-ignore */
  readonly BigInt64Array: BigInt64Array<B>;
  /** @ts-ignore */
  readonly BigUint64Array: BigUint64Array<B>;
}

/**
 * What a view of type `T` over a buffer `B` is: `ViewOf<Float32Array, SharedArrayBuffer>` is `Float32Array<SharedArrayBuffer>`. A type of
 * another name (`DataView`, your own subclass) is itself, and so are all of them before TypeScript 5.7.
 */
export type ViewOf<T, B extends ArrayBufferLike> = T extends {
  readonly [Symbol.toStringTag]: infer K extends keyof ViewTypes<B>;
}
  ? 0 extends 1 & ViewTypes<B>[K]
    ? T
    : ViewTypes<ArrayBuffer>[K] extends T
      ? ViewTypes<B>[K]
      : T
  : T;
