import type { Domain } from "../problems/domain.js";
import type { Problem } from "../problems/problem.js";
import type { Sampler } from "../training/sampler.js";
import type { ModelTokenizer } from "../training/tokenizer.js";
import type { TrainingService } from "../training/training-service.js";
import type { LabConfig } from "./lab-config.js";
import type { SoftwareVersions } from "./software-versions.js";

/** The resources of an experiment: a session with a training server, problems, prompts. Made by `openLab`. */
export interface Lab<Config extends LabConfig = LabConfig> {
  readonly config: Config;
  readonly domain: Domain;
  readonly service: TrainingService;
  readonly tokenizer: ModelTokenizer;
  /** The hard split: the half that the teacher is rewarded on, and the held-out half. */
  readonly hardSplit: { train: Problem[]; test: Problem[] };
  /** Checkpoint that models start from (`model.start`); undefined = the base model itself. */
  readonly start: string | undefined;
  /** The model before any training, `start` if there is one: the reference of the KL penalty. */
  readonly baseSampler: Sampler;
  /** Its name on the server. */
  readonly baseModel: string;
  /** Version of soarlab, for the log. */
  readonly version: string;
  /** Commit and package versions, for the log. */
  readonly software: SoftwareVersions;
  /** Tokens of the teacher's one prompt. */
  readonly teacherPrompt: number[];
  /** The prompts of a multi-turn teacher, and the extra tokens that end its question. */
  readonly teacherTurns: {
    readonly question: number[];
    readonly questionEnd: number[];
    answer(question: string): number[];
  };
  /** Tokens of the student's prompt for a question. */
  studentPrompt(question: string): number[];
  readonly signal: AbortSignal | undefined;
  /** Ends the session, and the server if the lab started it. */
  close(): Promise<void>;
}
