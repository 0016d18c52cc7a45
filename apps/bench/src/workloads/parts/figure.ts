/** What is measured of a part. */
export interface Figure {
  /** "first() + clear(), 10,000,000 bits". */
  readonly what: string;
  readonly value: number;
  readonly unit: "ns" | "µs" | "bytes" | "×" | "";
}
