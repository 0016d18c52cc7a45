import { killWorkers } from "../spawn.ts";

/** Ctrl-C, while a command measures: its signal aborts, and what runs is ended. `using`: afterwards Ctrl-C is Node's again. */
export function interruptible(): { readonly signal: AbortSignal } & Disposable {
  const stop = new AbortController();
  const onInterrupt = (): void => {
    stop.abort();
    killWorkers();
  };
  process.once("SIGINT", onInterrupt);
  return { signal: stop.signal, [Symbol.dispose]: () => process.off("SIGINT", onInterrupt) };
}
