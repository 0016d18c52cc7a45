/**
 * `Arena` and `FrameArena` as programs see them: the classes, with what their options say of the memory in their types. A class whose
 * constructors make several types can't be written as one.
 */
import type { Memory } from "@ariax/allocator";
import { Arena as ArenaClass, type ArenaOptions } from "./arena.ts";
import { FrameArena as FrameArenaClass, type FrameArenaOptions } from "./frame-arena.ts";

/** Memory of its own, that is not shared; that is; and memory that is given. */
type Unshared = { readonly shared?: false | undefined; readonly buffer?: undefined; readonly memory?: undefined };
type Shared = { readonly shared: true };
type Given<B extends ArrayBufferLike> = { readonly buffer: B } | { readonly memory: Memory<B> };

/** Views of an arena have its buffer's type, where the options say what that is. */
export interface ArenaConstructor {
  new <B extends ArrayBufferLike = ArrayBuffer>(options: ArenaOptions & Unshared): Arena<B>;
  new <B extends ArrayBufferLike = SharedArrayBuffer>(options: ArenaOptions & Shared): Arena<B>;
  new <B extends ArrayBufferLike = ArrayBufferLike>(options: ArenaOptions & Given<B>): Arena<B>;
  new <B extends ArrayBufferLike = ArrayBufferLike>(options: ArenaOptions): Arena<B>;
  readonly prototype: Arena;
}
export type Arena<B extends ArrayBufferLike = ArrayBufferLike> = ArenaClass<B>;
export const Arena: ArenaConstructor = ArenaClass;

/** As `ArenaConstructor`. */
export interface FrameArenaConstructor {
  new <B extends ArrayBufferLike = ArrayBuffer>(options: FrameArenaOptions & Unshared): FrameArena<B>;
  new <B extends ArrayBufferLike = SharedArrayBuffer>(options: FrameArenaOptions & Shared): FrameArena<B>;
  new <B extends ArrayBufferLike = ArrayBufferLike>(options: FrameArenaOptions & Given<B>): FrameArena<B>;
  new <B extends ArrayBufferLike = ArrayBufferLike>(options: FrameArenaOptions): FrameArena<B>;
  readonly prototype: FrameArena;
}
export type FrameArena<B extends ArrayBufferLike = ArrayBufferLike> = FrameArenaClass<B>;
export const FrameArena: FrameArenaConstructor = FrameArenaClass;
