/** The hashes that a pager can make keys by. A pager's header has the index: new ones are added at the end. */
export const HASHES = ["blake3", "sha256", "sha256_cbor"] as const;
export type HashName = (typeof HASHES)[number];
