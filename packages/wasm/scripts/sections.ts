/** A WebAssembly module as its sections: enough to check one, and to take what is not needed out of it. */

/** What follows a module's magic number and version, in its order. */
export interface Section {
  readonly id: number;
  readonly body: Uint8Array;
}

export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  code: 10,
  data: 11,
} as const;

const HEADER = 8;

export function sectionsOf(bytes: Uint8Array): Section[] {
  const sections: Section[] = [];
  for (let at = HEADER; at < bytes.length; ) {
    const id = bytes[at];
    const { value: length, end } = readUnsigned(bytes, at + 1);
    sections.push({ id, body: bytes.subarray(end, end + length) });
    at = end + length;
  }
  return sections;
}

export function moduleOf(sections: readonly Section[]): Uint8Array<ArrayBuffer> {
  const bytes = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  for (const { id, body } of sections) bytes.push(id, ...unsigned(body.length), ...body);
  return Uint8Array.from(bytes);
}

/** LEB128. */
function readUnsigned(bytes: Uint8Array, at: number): { value: number; end: number } {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value: value >>> 0, end: at };
  }
}

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}
