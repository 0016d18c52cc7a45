/** The worker process: one request in its argument, one answer on its standard output. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import type { Scenario } from "@ariax/trace";
import { observe } from "./observe.ts";
import { measurePart } from "./parts.ts";
import type { Answer, Request, ScenarioFacts } from "./protocol.ts";
import { observeRealTime } from "./real-time/observe.ts";
import { scenarioOf, utilisationOf } from "./scenarios.ts";
import { makeProgram } from "./subjects.ts";

async function answer(request: Request): Promise<Answer> {
  if (request.kind === "make") {
    const facts = request.names.map((name) => {
      const scenario = scenarioOf(name).make(request.scale);
      writeFileSync(join(request.folder, name), serialize(scenario));
      return factsOf(name, scenario);
    });
    return { facts };
  }
  if (request.kind === "scenario") {
    const { scenario: name, subject, file, scale } = request;
    const scenario: Scenario = file === undefined ? scenarioOf(name).make(scale) : deserialize(readFileSync(file));
    return { scenario: await observe(await makeProgram(name, subject, scenario), scenario, request) };
  }
  if (request.kind === "real-time") {
    return { realTime: await observeRealTime(request.arm, request.frequency, { seconds: request.seconds }) };
  }
  return { figures: await measurePart(request.part, request.quick) };
}

function factsOf(name: string, scenario: Scenario): ScenarioFacts {
  const { trace, steps } = scenario;
  const utilisation = utilisationOf(scenario);
  return {
    ...{ name, events: trace.events, steps: steps.length, peakBytes: trace.peakBytes },
    ...(utilisation === undefined ? {} : { utilisation }),
  };
}

async function answerOrReason(request: Request): Promise<Answer> {
  try {
    return await answer(request);
  } catch (error) {
    const { code = "", message } = error as { code?: string; message: string };
    const line = message.split("\n", 1)[0]!;
    return /UNAVAILABLE$|^ERR_MODULE_NOT_FOUND$/.test(code) ? { unavailable: line } : { error: line };
  }
}

process.stdout.write(JSON.stringify(await answerOrReason(JSON.parse(process.argv[2]!) as Request)));
