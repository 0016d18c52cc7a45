/** Every allocator in C over every trace. */
import { TRACE_NAMES } from "@ariax/trace/node";
import { replays } from "./c-replays.ts";

replays(TRACE_NAMES);
