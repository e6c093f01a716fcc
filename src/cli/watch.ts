import type { Command } from "commander";
import { wholeNumber } from "./options.js";
import { runInterruptibly } from "./run-interruptibly.js";

/** `soarlab watch`. */
export function registerWatch(program: Command): void {
  program
    .command("watch")
    .description("serve a live page of runs, evaluations and studies; it runs until Ctrl-C")
    .argument("[folders...]", "runs, evaluations and studies, or folders of them", ["runs"])
    .option("--port <port>", "port on the loopback interface; 0 = any free one", wholeNumber(0, 65_535), 0)
    .action(async (folders: string[], { port }: { port: number }) => {
      const { watchFolders } = await import("../watch/watch-folders.js");
      await runInterruptibly("stopped watching; the experiments continue", async signal => {
        const watch = await watchFolders({ folders, port });
        console.log(watch.url);
        console.error(
          "open the link; from another machine, first run: ssh -L PORT:127.0.0.1:PORT HOST, with the PORT of the link",
        );
        try {
          await new Promise<never>((_, reject) => {
            signal.addEventListener("abort", () => reject(signal.reason), { once: true });
          });
        } finally {
          await watch.close();
        }
      });
    });
}
