import { homedir } from "node:os";
import { join } from "node:path";

/** Every variable of the environment that the toolkit reads, as it stands at each use. docs/environment.md lists them. */
export const environment = {
  /** Key of a remote training server: TINKER_API_KEY. */
  get apiKey(): string | undefined {
    return process.env.TINKER_API_KEY || undefined;
  },
  /** Key of an OpenAI-compatible endpoint: OPENAI_API_KEY. */
  get openAiKey(): string | undefined {
    return process.env.OPENAI_API_KEY || undefined;
  },
  /** Token of the Hugging Face hub: HF_TOKEN. */
  get hubToken(): string | undefined {
    return process.env.HF_TOKEN || undefined;
  },
  /** Address of the hub: HF_ENDPOINT; undefined = the public one. */
  get hubEndpoint(): string | undefined {
    return process.env.HF_ENDPOINT || undefined;
  },
  /** Whether only what is cached may be used: HF_HUB_OFFLINE. */
  get isOffline(): boolean {
    return /^(1|true|yes|on)$/i.test(process.env.HF_HUB_OFFLINE ?? "");
  },
  /** Python interpreter with the training server's packages: SOARLAB_PYTHON. */
  get python(): string | undefined {
    return process.env.SOARLAB_PYTHON || undefined;
  },
  /** Folder of downloads and of the Python environment of an installed package: SOARLAB_CACHE, else the user's cache. */
  get cacheFolder(): string {
    return (
      process.env.SOARLAB_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "soarlab")
    );
  },
  /** Whether the command line prints stacks of errors: SOARLAB_DEBUG. */
  get isDebug(): boolean {
    return Boolean(process.env.SOARLAB_DEBUG);
  },
  /** Whether notebooks show figures as pictures alone: SOARLAB_FIGURES=static. */
  get showsStaticFigures(): boolean {
    return process.env.SOARLAB_FIGURES === "static";
  },
};
