/** Processes that take turns: all are started, then one of them works at a time. */
import { availableParallelism } from "node:os";
import type { Answer, Task } from "../worker/protocol.ts";
import { type Player, start } from "./processes.ts";

export type Start = typeof start;

/** How many load and parse beside each other, and come to an end. */
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
  // Behind its last turn a process checks contents and looks at the tail: as many at a time as have a core.
  for (let i = 0; i < players.length && !signal.aborted; i += STARTING) {
    answers.push(...(await Promise.all(players.slice(i, i + STARTING).map((player) => player.end()))));
  }
  return answers;
}
