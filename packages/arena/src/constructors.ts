/**
 * `Arena` and `FrameArena` as programs see them: the classes, with what their options say of the memory in their types. A class whose
 * constructors make several types can't be written as one.
 */
import type { Memory } from "@ariax/allocator";
import { Arena as ArenaClass, type ArenaOptions } from "./arena.ts";
import { FrameArena as FrameArenaClass, type FrameArenaOptions } from "./frame-arena.ts";

/** Views of an arena have its buffer's type, where the options say what that is. */
export interface ArenaConstructor {
  new <B extends ArrayBufferLike = ArrayBuffer>(
    options: ArenaOptions & {
      readonly shared?: false | undefined;
      readonly buffer?: undefined;
      readonly memory?: undefined;
    },
  ): Arena<B>;
  new <B extends ArrayBufferLike = SharedArrayBuffer>(options: ArenaOptions & { readonly shared: true }): Arena<B>;
  new <B extends ArrayBufferLike = ArrayBufferLike>(
    options: ArenaOptions & ({ readonly buffer: B } | { readonly memory: Memory<B> }),
  ): Arena<B>;
  new <B extends ArrayBufferLike = ArrayBufferLike>(options: ArenaOptions): Arena<B>;
  readonly prototype: Arena;
}
/** See `ArenaClass`, which has the verbs. */
export type Arena<B extends ArrayBufferLike = ArrayBufferLike> = ArenaClass<B>;
/** Makes one: `new Arena({ capacity })`. */
export const Arena: ArenaConstructor = ArenaClass;

/** As `ArenaConstructor`. */
export interface FrameArenaConstructor {
  new <B extends ArrayBufferLike = ArrayBuffer>(
    options: FrameArenaOptions & {
      readonly shared?: false | undefined;
      readonly buffer?: undefined;
      readonly memory?: undefined;
    },
  ): FrameArena<B>;
  new <B extends ArrayBufferLike = SharedArrayBuffer>(
    options: FrameArenaOptions & { readonly shared: true },
  ): FrameArena<B>;
  new <B extends ArrayBufferLike = ArrayBufferLike>(
    options: FrameArenaOptions & ({ readonly buffer: B } | { readonly memory: Memory<B> }),
  ): FrameArena<B>;
  new <B extends ArrayBufferLike = ArrayBufferLike>(options: FrameArenaOptions): FrameArena<B>;
  readonly prototype: FrameArena;
}
/** See `FrameArenaClass`, which has the verbs. */
export type FrameArena<B extends ArrayBufferLike = ArrayBufferLike> = FrameArenaClass<B>;
/** Makes one: `new FrameArena({ capacity })`. */
export const FrameArena: FrameArenaConstructor = FrameArenaClass;
