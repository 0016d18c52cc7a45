/** Processes that take turns: all are started, then one of them works at a time. */
import { availableParallelism } from "node:os";
import type { Answer, Task } from "../worker/protocol.ts";
import { type Player, start } from "./processes.ts";

export type Start = typeof start;

/** How many are started at a time: they load and parse beside each other. */
const STARTING = availableParallelism();

/**
 * The answers, in the order of the tasks; fewer where the signal ends it. Never rejects. The first turn warms up; then every
 * second time they go from the last to the first, so that none always follows the same neighbour.
 */
export async function askAll(
  tasks: readonly Task[],
  turns: number,
  signal: AbortSignal,
  startOne: Start = start,
): Promise<Answer[]> {
  const players: Player[] = [];
  for (let i = 0; i < tasks.length; i += STARTING) {
    players.push(...(await Promise.all(tasks.slice(i, i + STARTING).map((task) => startOne(task, signal)))));
  }
  for (let turn = 0; turns > 0 && turn <= turns && !signal.aborted; turn++) {
    for (const player of turn % 2 === 0 ? players : players.toReversed()) await player.turn();
  }
  const answers: Answer[] = [];
  // What a process does after its last turn is undisturbed too.
  for (const player of players) {
    if (signal.aborted) break;
    answers.push(await player.end());
  }
  return answers;
}
