/**
 * MessagePack, by `@msgpack/msgpack`: whole numbers of 64 bits are exact, as bigints, and bytes are bytes. What is read comes from a network or a
 * file, so all that it says of its size is bounded.
 */
import { Decoder, Encoder } from "@msgpack/msgpack";
import { LineError } from "../plan/read/line-error.ts";

/** Elements of a list at most, with those of the lists that it is in: tokens of the longest prompts. */
const MOST_ELEMENTS = 2 ** 20;
/** Lists and maps in each other: vLLM's are 6 deep. */
const DEEPEST = 16;

const LIMITS = {
  useBigInt64: true,
  ...{ maxArrayLength: MOST_ELEMENTS, maxMapLength: 1024, maxStrLength: 2 ** 20, maxBinLength: 2 ** 20 },
  maxExtLength: 2 ** 16,
};

interface Stack {
  readonly length: number;
  pushArrayState(size: number): void;
  pushMapState(size: number): void;
}

/**
 * A decoder that goes `DEEPEST` deep. The library makes room for a list before it has read it, and has no limit for lists in lists: 5,000 bytes
 * that say a thousand times "a list of a million" end a process. So its stack, which is its own affair, is asked first.
 */
class BoundedDecoder extends Decoder {
  constructor() {
    super(LIMITS);
    const { stack } = this as unknown as { readonly stack: Stack };
    const { pushArrayState, pushMapState } = stack;
    /** What the lists say that are being read, one in the other. */
    const sizes: number[] = [];
    const enter = (size: number) => {
      if (stack.length >= DEEPEST) throw new LineError(`lists are more than ${DEEPEST} deep`);
      sizes.length = stack.length;
      sizes.push(size);
      if (sizes.reduce((a, b) => a + b) > MOST_ELEMENTS) {
        throw new LineError(`lists say that they have more than ${MOST_ELEMENTS} elements`);
      }
    };
    stack.pushArrayState = (size) => {
      enter(size);
      pushArrayState.call(stack, size);
    };
    stack.pushMapState = (size) => {
      enter(0);
      pushMapState.call(stack, size);
    };
  }
}

/** The bytes of a value. */
export function encodeValue(value: unknown): Uint8Array {
  return new Encoder({ useBigInt64: true }).encode(value);
}

/** The value that the bytes are, all of them. Throws whatever the library throws. */
export function decodeValue(bytes: Uint8Array): unknown {
  return new BoundedDecoder().decode(bytes);
}

/** Values, one behind another; nothing is said of one that is cut off at the end. Throws whatever the library, and `pieces`, throw. */
export function decodeValues(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  return new BoundedDecoder().decodeStream(pieces);
}
