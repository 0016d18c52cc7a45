/**
 * The times of a run, in ms of its clock, are in one Float64Array: these are their places in it. A number that is no small
 * integer, in a field or handed from call to call, is an object for V8, and so a new one each time: garbage at each beat.
 *
 * tried: fields and arguments; measured: 90 bytes of garbage a beat.
 */

/** When the run began. */
export const START = 0;
/** What the clock said last. */
export const NOW = 1;
/** The ideal moments of the next beat, and of the one after it. */
export const NEXT = 2;
export const AFTER = 3;
/** When the last beat that was called began, and when its callback was done. */
export const BEGAN = 4;
export const ENDED = 5;
/** When the last fundamental beat that was called began. */
export const FUNDAMENTAL = 6;
/** When the event loop had its last turn. */
export const TURNED = 7;
/** How many there are. */
export const TIMES = 8;
