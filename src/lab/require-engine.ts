import type { Optimization } from "../rl/optimization.js";
import type { EngineTraits } from "../training/engine/engine-traits.js";
import type { LabConfig } from "./lab-config.js";

/** The parts of a configuration that decide whether an engine can run it. */
type EngineUse = LabConfig & {
  outerSteps?: number;
  datasets?: number;
  studentsPerDataset?: number;
  student: { steps?: number };
  teacher: { optimization?: Optimization };
};

/**
 * Checks that an engine trains as a configuration says. Returns notices: how soarlab adapts to the engine, and what
 * the engine leaves behind.
 * @throws Error that says what to do if it does not, and the difference is not listed in `server.tolerate`
 */
export function requireEngine(config: EngineUse, traits: EngineTraits): string[] {
  const problems = [
    ...optimizationsOf(config).flatMap(([path, optimization]) => unmetBy(traits, path, optimization)),
    ...(["adamParameters", "lossReduction"] as const)
      .filter(name => !config.server.tolerate.includes(name))
      .flatMap(name => differences[name](traits)),
  ];
  if (problems.length > 0) {
    const list = problems.map(problem => `  ${problem}`).join("\n");
    throw new Error(`the engine would not train as configured:\n${list}`);
  }
  return [...reductionNotice(traits), ...deletionNotice(traits, config)];
}

function optimizationsOf(config: EngineUse): [string, Optimization][] {
  const { student, teacher } = config;
  return [
    ["student.optimization", student.optimization],
    ...(teacher.optimization
      ? [["teacher.optimization", teacher.optimization] as [string, Optimization]]
      : []),
  ];
}

function unmetBy(
  traits: EngineTraits,
  path: string,
  { gradientClip, klCoefficient }: Optimization,
): string[] {
  return [
    ...(gradientClip > 0 && !traits.gradientClip
      ? [`it ignores grad_clip_norm: set ${path}.gradientClip to 0 (it is ${gradientClip})`]
      : []),
    ...(klCoefficient > 0 && !traits.promptLogprobs
      ? [`it gives no prompt_logprobs, of which the KL is made: set ${path}.klCoefficient to 0`]
      : []),
  ];
}

const differences = {
  adamParameters: ({ adamParameters }: EngineTraits) =>
    adamParameters
      ? []
      : [
          "it ignores beta1, beta2 and eps: set them where the engine is started, and server.tolerate to [adamParameters] here",
        ],
  lossReduction: ({ lossReduction }: EngineTraits) =>
    lossReduction === "unknown"
      ? [
          "the unit of its gradients could not be found out, so eps and gradientClip mean nothing: soarlab engine check tells what was measured; server.tolerate [lossReduction] runs all the same",
        ]
      : [],
};

function reductionNotice({ lossReduction }: EngineTraits): string[] {
  if (lossReduction === "sum" || lossReduction === "unknown") return [];
  const name = lossReduction.replaceAll("-", " ");
  return [`takes the ${name} of the loss; advantages are scaled so that the gradient is the sum's`];
}

function deletionNotice(traits: EngineTraits, config: EngineUse): string[] {
  const { outerSteps: T, datasets: g = 1, studentsPerDataset: r = 1, student } = config;
  if (traits.deletesCheckpoints) return [];
  if (T === undefined || student.steps === undefined) return ["deletes no checkpoints: all stay on its disk"];
  const size = traits.checkpointBytes;
  const states = `${T} saved states${size ? `, ${Math.ceil((T * size) / 1e6)} MB,` : ""}`;
  const samplers = T * (g * r * (student.steps + 1) + 1);
  return [
    `deletes no checkpoints: ${states} and up to ${samplers} sampler archives of this run stay on its disk`,
  ];
}
