/** Data that can't be unpacked: damaged, cut off, or too long. Never seen outside: there it is a `TraceError`. */
export class StreamError extends Error {}

export function damaged(): never {
  throw new StreamError("the gzip data are damaged or cut off");
}
