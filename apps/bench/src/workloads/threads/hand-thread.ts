/** A thread of `hand-over.ts`: the first one sends, the second one gets. */
import { parentPort, workerData } from "node:worker_threads";
import type { Target } from "../../subjects/target.ts";
import { sharingOf } from "../../subjects/threads/sharings.ts";
import { sleep } from "./control.ts";
import { HAND, type HandData, type HandMode, onTheWay } from "./hand.ts";
import { Ring } from "./ring.ts";

const data = workerData as HandData;
const { subject, shared, thread, words, samples, bytes, port } = data;
const ring = new Ring(data.ring);
const byOffset = subject === "offset";
const isTransferred = subject === "transfer";
const heap: Target<number> = await sharingOf("lanes").attach(shared, thread);
const view = new Int32Array(shared.buffer);
const LENGTH = bytes / 4;
const limit = onTheWay(bytes);

let stamp = 1;

/** Another thread's word, until it is at least so much; the thread sleeps. */
function waitFor(word: number, least: number): void {
  for (let now = 0; (now = Atomics.load(words, word)) < least; ) Atomics.wait(words, word, now);
}

/** Until something is so: looks again and again, and lets others have the core where that takes long. */
function poll(isSo: () => boolean): void {
  for (let i = 0; !isSo(); i++) if (i > 5000) sleep(0.05);
}

const came = (count: number): void => {
  Atomics.add(words, HAND.CAME, count);
  Atomics.notify(words, HAND.CAME);
};

/** By a loop: `fill` of shared memory is several times as slow as that, and of other memory faster. */
function write(to: Int32Array, at: number, isWritten: boolean): void {
  const [end, value] = [isWritten ? at + LENGTH : at + 1, stamp];
  for (let i = at; i < end; i++) to[i] = value;
}

/** Sends one. */
function send(isWritten: boolean): void {
  stamp = (stamp + 1) | 0;
  if (byOffset) {
    const block = heap.allocate(bytes);
    const at = block >>> 2;
    write(view, at, isWritten);
    ring.put(0, block);
    ring.publish(1);
    return;
  }
  // Of one that is copied, the record is used again; one that is transferred has to be made anew.
  const record = isTransferred ? new Int32Array(LENGTH) : kept;
  write(record, 0, isWritten);
  port.postMessage(record, isTransferred ? [record.buffer] : []);
}
const kept = new Int32Array(LENGTH);

/** Looks at one, all of it or one word. */
function look(record: Int32Array, at: number, isWritten: boolean): void {
  stamp = (stamp + 1) | 0;
  if (record[at] !== stamp) throw new Error(`record ${stamp} came as ${record[at]}`);
  if (!isWritten) return;
  let all = 0;
  for (let i = at; i < at + LENGTH; i++) all = (all + record[i]!) | 0;
  if (all !== Math.imul(stamp, LENGTH)) throw new Error(`record ${stamp} came with other words`);
}

function get(isWritten: boolean): void {
  const block = ring.at(0);
  look(view, block >>> 2, isWritten);
  ring.drop(1);
  heap.free(block);
}

function sendAll(mode: HandMode, count: number): void {
  const start = performance.now();
  if (mode < 2) {
    for (let i = 0; i < count; i++) {
      if (byOffset) poll(() => ring.room > 0);
      else waitFor(HAND.CAME, i + 1 - limit);
      send(mode === 1);
    }
    if (byOffset) poll(() => Atomics.load(words, HAND.CAME) >= count);
    else waitFor(HAND.CAME, count);
  } else {
    for (let i = 0; i < count; i++) {
      const from = performance.now();
      send(false);
      if (mode === 3) Atomics.notify(data.ring, 16);
      poll(() => Atomics.load(words, HAND.CAME) > i);
      samples[i] = 1000 * (performance.now() - from);
      // For the other to fall asleep.
      if (mode === 3 || !byOffset) Atomics.wait(words, HAND.CAME, i + 1, 1);
    }
  }
  words[HAND.MICROS] = 1000 * (performance.now() - start);
  Atomics.store(words, HAND.DONE, 1);
  Atomics.notify(words, HAND.DONE);
}

function getAll(mode: HandMode, count: number): void {
  if (mode < 2) {
    for (let done = 0; done < count; ) {
      poll(() => ring.size > 0);
      const here = ring.size;
      for (let i = 0; i < here; i++) get(mode === 1);
      done += here;
    }
    came(count);
    return;
  }
  for (let i = 0; i < count; i++) {
    if (mode === 3) while (ring.size === 0) Atomics.wait(data.ring, 16, data.ring[16]!, 100);
    else poll(() => ring.size > 0);
    get(false);
    came(1);
  }
}

if (thread === 1 && !byOffset) {
  port.on("message", (record: Int32Array) => {
    look(record, 0, words[HAND.MODE] === 1);
    came(1);
  });
}
parentPort!.on("message", () => {
  const mode = Atomics.load(words, HAND.MODE) as HandMode;
  const count = Atomics.load(words, HAND.COUNT);
  if (thread === 0) sendAll(mode, count);
  else if (byOffset) getAll(mode, count);
});
parentPort!.postMessage("ready");
