import cliProgress from "cli-progress";
import { duration } from "../base/duration.ts";

/** What a run tells about itself while it goes on. */
export interface Progress {
  /** `total` steps, and `deadline` ms at most. */
  start(total: number, deadline: number): void;
  now(what: string): void;
  advance(): void;
  stop(): void;
}

/** A bar with the time left where there is a terminal; where there is none, a line every ten seconds. */
export function progressOn(stream: NodeJS.WriteStream, now: () => number = () => performance.now()): Progress {
  let [total, done, deadline, start, said] = [0, 0, 0, 0, 0];
  const bar = stream.isTTY
    ? new cliProgress.SingleBar({
        stream,
        format: "{bar} {left} left  {what}",
        barsize: 30,
        hideCursor: true,
        clearOnComplete: true,
      })
    : undefined;
  /** In seconds: by the pace so far, and no more than the deadline leaves; past that, what was begun is still ended. */
  const left = (): number => {
    const elapsed = now() - start;
    const byPace = done < 5 ? Number.POSITIVE_INFINITY : (elapsed / done) * Math.max(0, total - done);
    return (elapsed < deadline ? Math.min(byPace, deadline - elapsed) : byPace) / 1000;
  };
  const show = (what?: string): void => {
    const elapsed = (now() - start) / 1000;
    const seconds = left();
    const text = Number.isFinite(seconds) ? duration(seconds) : "?";
    const share = Number.isFinite(seconds) ? elapsed / (elapsed + seconds) : 0;
    bar?.update(Math.round(1000 * share), { left: text, ...(what === undefined ? {} : { what }) });
    if (bar === undefined && what !== undefined && elapsed - said > 10) {
      said = elapsed;
      stream.write(`${done} of at most ${total} observations, ${text} left\n`);
    }
  };
  return {
    start(steps, until) {
      [total, deadline, start] = [steps, until, now()];
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
