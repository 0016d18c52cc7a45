/** What a game makes, and what a store of it does: over a heap, and as objects and strings. */
export interface GameStore {
  emit(slot: number, serial: number): void;
  /** The particle is gone; what was read of it. */
  burn(slot: number): number;
  /** What is read of the particle in a slot; 0 where there is none. */
  look(slot: number): number;
  /** A text of a label, a number, and the first `remark` characters of a remark. */
  write(slot: number, serial: number, value: number, remark: number): void;
  /** The text is drawn, which reads all of it, and gone; what was read. */
  erase(slot: number): number;
  /** The memory may be another by now. */
  follow(): void;
}

/** Eight of them, taken in turn. */
export const LABELS: readonly string[] = ["hp ", "score ", "ammo ", "gold ", "Player ", "wave ", "+", "time "];
export const LONGEST_REMARK = 160;
const REMARK = " points for the longest jump that anyone has ever seen in this valley, or in the next one;";
/** Its first characters, by how many. */
export const REMARKS: readonly string[] = Array.from({ length: LONGEST_REMARK + 1 }, (_, length) =>
  REMARK.repeat(2).slice(0, length),
);

/** In eighths, and none of them whole: 32 bits hold them exactly. */
export const coordinate = (serial: number): number => ((serial & 1023) - 511.5) / 4;
