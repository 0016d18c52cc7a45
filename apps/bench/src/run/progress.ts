import cliProgress from "cli-progress";
import { duration } from "../base/duration.ts";

/** What a run tells about itself while it goes on. */
export interface Progress {
  /** `least` steps in any case, and up to `total` of them where they end before `deadline`, in ms. */
  start(least: number, total: number, deadline: number): void;
  now(what: string): void;
  advance(): void;
  stop(): void;
}

/** A bar with the time left where there is a terminal; where there is none, a line every ten seconds. */
export function progressOn(stream: NodeJS.WriteStream, now: () => number = () => performance.now()): Progress {
  let [least, total, done, deadline, start, said] = [0, 0, 0, 0, 0, 0];
  const bar = stream.isTTY
    ? new cliProgress.SingleBar({
        stream,
        format: "{bar} {left} left  {what}",
        barsize: 30,
        hideCursor: true,
        clearOnComplete: true,
      })
    : undefined;
  /** In seconds, by the pace so far: what is done in any case, and of the rest what the deadline leaves time for. */
  const left = (): number => {
    const elapsed = now() - start;
    if (done < 5) return Math.max(0, deadline - elapsed) / 1000;
    const byPace = (steps: number): number => (elapsed / done) * Math.max(0, steps - done);
    const rest = Math.min(byPace(total), Math.max(0, deadline - elapsed));
    return Math.max(byPace(Math.max(least, done + 1)), rest) / 1000;
  };
  const show = (what?: string): void => {
    const elapsed = (now() - start) / 1000;
    const seconds = left();
    const text = Number.isFinite(seconds) ? duration(seconds) : "?";
    const share = Number.isFinite(seconds) ? elapsed / (elapsed + seconds) : 0;
    bar?.update(Math.round(1000 * share), { left: text, ...(what === undefined ? {} : { what }) });
    if (bar === undefined && what !== undefined && elapsed - said > 10) {
      said = elapsed;
      const of = done < least ? `at least ${least}` : `at most ${total}`;
      stream.write(`${done} of ${of} observations, ${text} left\n`);
    }
  };
  return {
    start(atLeast, atMost, until) {
      [least, total, deadline, start] = [atLeast, atMost, until, now()];
      bar?.start(1000, 0, { left: "?", what: "" });
    },
    now: show,
    advance() {
      done++;
      show();
    },
    stop: () => bar?.stop(),
  };
}

/** Says nothing. */
export const silent: Progress = { start() {}, now() {}, advance() {}, stop() {} };
