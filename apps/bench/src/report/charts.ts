/** What the charts of a page are made of; `html/charts.js` draws them. */

/** In a light page, and in a dark one. */
export type Colour = readonly [light: string, dark: string];

/** `striped`: a bound, or not of this machine. */
export type Paint = "plain" | "pale" | "striped";

export interface Chart {
  readonly title: string;
  readonly caption: string;
  /** Bars from left to right with a text each; columns by category; or lines over the numbers `x`. */
  readonly kind: "bars" | "columns" | "lines";
  /** Over the whole width. */
  readonly isWide?: boolean;
  /** Pixels. */
  readonly height: number;
  /** A list is shown line by line. */
  readonly categories: readonly (string | readonly string[])[];
  readonly x?: Axis & { readonly values: readonly number[] };
  readonly y: Axis;
  readonly series: readonly Series[];
  /** Its values are written above the last category, which sums up the others. */
  readonly isSummedUp?: boolean;
  readonly hasNoLegend?: boolean;
}

export interface Axis {
  readonly title: string;
  /** Else logarithmic. */
  readonly isLinear?: boolean;
  /** Ticks at 2 and 5 too. */
  readonly isFine?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly suggestedMax?: number;
}

/** Of each category a value, or null. */
export interface Series {
  readonly label: string;
  readonly colour: Colour;
  readonly paint?: Paint | undefined;
  readonly values: readonly (number | null)[];
  /** At the end of each bar. */
  readonly texts?: readonly string[];
  /** Of each bar, where they are not all alike. */
  readonly colours?: readonly Colour[];
  readonly paints?: readonly Paint[];
}

/** Ours in cool colours, rivals in warm ones, garbage collection in greys and violet. No two are the same. */
export const COLOURS: Readonly<Record<string, Colour>> = {
  ariax: ["#2b5fc4", "#7ba4ff"],
  gc: ["#8b4fb0", "#c794ea"],
  slab: ["#0b7a5e", "#3ddbac"],
  "slab-shared": ["#3f9fd1", "#5fb8e8"],
  arena: ["#6b6fc9", "#9d9ff2"],
  wasm: ["#12a5b8", "#67dbea"],
  native: ["#5a9e2f", "#9bd765"],
  "native-c": ["#7a5fb5", "#ab93e0"],
  "engine-c": ["#2b4f94", "#4d7fd6"],
  mimalloc: ["#c0392b", "#f0705f"],
  jemalloc: ["#d98324", "#f2a950"],
  glibc: ["#c7a70a", "#e8d04a"],
  "thi.ng": ["#d4508a", "#ff8fbf"],
  "thi.ng-realloc": ["#8e2a1f", "#d95444"],
  "npm-malloc": ["#b5651d", "#dd9455"],
  assemblyscript: ["#8f7a00", "#c9b62e"],
  playcanvas: ["#a8557f", "#dd8ab3"],
  uint8array: ["#70787f", "#a7b0b7"],
  buffer: ["#a9b0b6", "#6c757c"],
  "phase-1": ["#c97a1c", "#f7b25c"],
  "phase-2": ["#b93a2b", "#f77766"],
  "phase-2.1": ["#1f8fa0", "#58c7d8"],
  bitset: ["#0e6f8a", "#4fc0dd"],
  "atomic-bitset": ["#4a86e8", "#8db5ff"],
  "metadata-pool": ["#2d8a4e", "#67cf8a"],
  "range-heap": ["#0f8f72", "#45d6b0"],
  "range-heap-moves": ["#3b6fd1", "#86aaff"],
};
const OTHERS: readonly Colour[] = [
  ["#e0563f", "#ff9280"],
  ["#e39c3a", "#ffc573"],
  ["#a39130", "#d8c660"],
  ["#9c4a72", "#cf7ba4"],
  ["#8b6f4e", "#c2a27c"],
  ["#5d656c", "#949da5"],
  ["#b04632", "#e07a64"],
  ["#b87a1e", "#e6ad58"],
  ["#6f6a2a", "#b3ad63"],
  ["#7d3a6b", "#b873a6"],
  ["#6e5a44", "#a58d72"],
  ["#3f464c", "#7f8890"],
];
/** What is no subject's. */
export const GREY: Colour = ["#667079", "#97a1a9"];

/** A subject's own, or the `i`th of the others. */
export const colourOf = (subject: string, i: number = 0): Colour => COLOURS[subject] ?? OTHERS[i % OTHERS.length]!;

/** A logarithmic axis that begins at a power of ten, not above any of the values. */
export function axisBelow(title: string, series: readonly Series[], more: Partial<Axis> = {}): Axis {
  const all = series.flatMap(({ values }) => values.filter((value) => value !== null && value > 0)) as number[];
  return { title, min: 10 ** Math.floor(Math.log10(0.9 * Math.min(...all))), ...more };
}
