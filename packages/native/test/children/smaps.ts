/** In a process that may read no file but those of the workspace: asks for huge pages. */
import { Region } from "../../src/index.ts";

const region = Region.map({ bytes: 65536 });
try {
  region.hugePageBytes();
} catch (error) {
  const { name, code, message } = error as Error & { code: string };
  console.log(`${name} ${code}: ${message}`);
}
