import { whyUnavailable } from "../../src/index.ts";

console.log(whyUnavailable());
