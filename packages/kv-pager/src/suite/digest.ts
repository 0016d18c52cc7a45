/** FNV-1a, twice, over 32-bit words: of a pager's state before and after a call that was refused. */
export function digest(bytes: Uint8Array): string {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2);
  let [a, b] = [0x811c9dc5, 0x12345678];
  for (let i = 0; i < words.length; i++) {
    if (words[i] === 0) continue;
    a = Math.imul(a ^ words[i], 0x01000193) ^ i;
    b = Math.imul((b ^ words[i]) + i, 0x85ebca6b);
  }
  return `${a} ${b}`;
}
