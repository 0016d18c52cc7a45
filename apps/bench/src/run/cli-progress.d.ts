/** The part of cli-progress that is used; the package has no types of its own. */
declare module "cli-progress" {
  export class SingleBar {
    constructor(options: {
      stream: NodeJS.WriteStream;
      format: string;
      barsize: number;
      hideCursor: boolean;
      clearOnComplete: boolean;
    });
    start(total: number, value: number, payload: Record<string, string>): void;
    update(value: number, payload: Record<string, string>): void;
    stop(): void;
  }
  const cliProgress: { SingleBar: typeof SingleBar };
  export default cliProgress;
}
