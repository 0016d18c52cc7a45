/** Words of a thread that is to be stopped: asked to; the call that it is stopped in; at which access; what nobody wakes it by. */
export const VICTIM = { STOP: 0, CALL: 1, COUNTDOWN: 2, NEVER: 3 } as const;
