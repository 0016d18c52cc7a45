/** The build, for the other parts of the workspace. As a command: `node packages/native/src/build-command.ts`. */
export { type Build, build } from "../src/build.ts";
