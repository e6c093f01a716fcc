/*
 * soarlab: teacher-student meta-RL of language models (SOAR, arXiv 2601.18778). The whole public surface, by room.
 */

// Rooms that are entries of their own, e.g. `import { vendiScore } from "soarlab/diversity"`.
export * from "./diversity/index.js";
export * from "./figures/index.js";
export * from "./grading/index.js";
export * from "./metrics/index.js";
export * from "./pass-at-k/index.js";

// util: seeds and tables

export { deriveSeed } from "./util/derive-seed.js";
export type { Frame } from "./util/frame-rows.js";
export type { DataFrame } from "./util/load-danfo.js";
export { createRandom, type Random } from "./util/random.js";
export { Interrupted } from "./util/stop-signal.js";
export { writeTable } from "./util/write-table.js";

// training: client of the Tinker API, the local server, tokenizers

export type { ApiClient, ApiClientParams } from "./training/api-client.js";
export { type ConnectParams, connect } from "./training/connect.js";
export { cutThinking, type ThinkingTags } from "./training/cut-thinking.js";
export { policyDatum, supervisedDatum } from "./training/datum.js";
export {
  type CheckEngineParams,
  checkEngine,
  type EngineCheck,
  type EngineReport,
} from "./training/engine/check-engine.js";
export type { EngineTraits } from "./training/engine/engine-traits.js";
export { probeEngine } from "./training/engine/probe-engine.js";
export { type LoadTokenizerParams, loadTokenizer } from "./training/load-tokenizer.js";
export { type ModelShape, readModelShape } from "./training/model-shape.js";
export { type OpenAiSamplerParams, openAiSampler } from "./training/openai-sampler.js";
export type { Sample, SampleRequest, Sampler } from "./training/sampler.js";
export { SamplingClient } from "./training/sampling-client.js";
export { type LocalServer, type LocalServerParams, startLocalServer } from "./training/start-local-server.js";
export type { ChatMessage, ModelTokenizer } from "./training/tokenizer.js";
export { type LossResult, TrainingClient, type TrainingClientOptions } from "./training/training-client.js";
export { TrainingError, type TrainingErrorKind } from "./training/training-error.js";
export {
  type CreateModelParams,
  type ServiceParams,
  type Session,
  TrainingService,
} from "./training/training-service.js";
export type {
  AdamParams,
  Datum,
  ForwardBackwardBody,
  LossName,
  ModelInput,
  Pass,
  SamplingParams,
  TensorData,
} from "./training/wire.js";

// problems: domains, pools, hub data sets, fail@k

export { type AnswerKind, answerKind, answerKinds } from "./problems/answer-kind.js";
export { type AnswerRules, mathAnswerRules } from "./problems/answer-rules.js";
export { type BoxedAnswers, type BoxedAnswersParams, boxedAnswers } from "./problems/boxed-answers.js";
export type { ProblemColumns } from "./problems/build-pool.js";
export { chooseProblems } from "./problems/choose-problems.js";
export type { Attempt, Domain, Identity, QuestionAnswer, Score, StatedQuestion } from "./problems/domain.js";
export {
  type FailAtK,
  type FailAtKModel,
  type FailAtKParams,
  type FailAtKProgress,
  type FailAtKSettings,
  failAtK,
} from "./problems/fail-at-k.js";
export {
  type FailAtKFromSamples,
  type FailAtKFromSamplesParams,
  failAtKFromSamples,
} from "./problems/fail-at-k-from-samples.js";
export type { FailAtKResult } from "./problems/fail-at-k-log.js";
export { HubError, type HubErrorKind } from "./problems/hub-error.js";
export type { HubOptions } from "./problems/hub-options.js";
export { type LoadHarpParams, loadHarp } from "./problems/load-harp.js";
export { type LoadMathParams, loadMath } from "./problems/load-math.js";
export { type LoadOlympiadBenchParams, loadOlympiadBench } from "./problems/load-olympiad-bench.js";
export { type LoadProblemsParams, loadProblems } from "./problems/load-problems.js";
export { type LoadedQuestions, type LoadQuestionsOptions, loadQuestions } from "./problems/load-questions.js";
export { type CreateMathDomainParams, createMathDomain, type MathDomain } from "./problems/math-domain.js";
export type { ExcludedRow, Pool } from "./problems/pool.js";
export { type Problem, problemSchema } from "./problems/problem.js";
export { problemFrame } from "./problems/problem-frame.js";
export { type ProblemRowsOptions, problemRows } from "./problems/problem-rows.js";
export { problemsFromFrame } from "./problems/problems-from-frame.js";
export { readQuestionTags } from "./problems/read-question-tags.js";
export { type SampleProblem, type SampleStudentParams, sampleStudent } from "./problems/sample-student.js";
export {
  type SelectedProblems,
  type SelectProblemsParams,
  selectProblems,
} from "./problems/select-problems.js";
export { splitHalf } from "./problems/split-half.js";
export { withoutProblems } from "./problems/without-problems.js";
export { writeHardSplit } from "./problems/write-hard-split.js";

// rl: RLOO over a policy

export { type LearningRateParams, learningRate } from "./rl/learning-rate.js";
export { type Optimization, optimizationSchema } from "./rl/optimization.js";
export { rlooAdvantages } from "./rl/rloo-advantages.js";
export { type GroupMember, type Metrics, type RlooStepParams, rlooStep } from "./rl/rloo-step.js";
export {
  type Policy,
  type Rollout,
  type RolloutGroupParams,
  rolloutGroup,
  type Sampling,
} from "./rl/rollout-group.js";

// gym: the tiny model's arithmetic

export { gymDomain } from "./gym/gym-domain.js";
export { gymLesson } from "./gym/gym-lesson.js";
export { type GymProblemsParams, gymProblems } from "./gym/gym-problems.js";

// lab: what every experiment works with

export type { LoopClaim } from "./lab/event-log.js";
export { type FindModelOptions, findModel } from "./lab/find-model.js";
export type { Lab } from "./lab/lab.js";
export type { LabConfig } from "./lab/lab-config.js";
export type { BuiltInDomain } from "./lab/open-domain.js";
export type { OpenExperimentParams, Outside } from "./lab/open-experiment.js";
export { type SampleAndScoreParams, type ScoredRollout, sampleAndScore } from "./lab/sample-and-score.js";
export {
  type QuestionProgress,
  type RejectedCompletion,
  type SampledQuestions,
  type SampleQuestionsParams,
  type SyntheticQuestion,
  sampleQuestions,
} from "./lab/sample-questions.js";
export type { SoftwareVersions } from "./lab/software-versions.js";
export { solvedGreedily } from "./lab/solved-greedily.js";
export { type StudentRolloutsParams, studentRollouts } from "./lab/student-rollouts.js";
export {
  type WarmStartMeasures,
  type WarmStartParams,
  type WarmStartResult,
  warmStart,
} from "./lab/warm-start.js";
export type { WarmStartExample, WarmStartExamples } from "./lab/warm-start-examples.js";
export { withSampler } from "./lab/with-sampler.js";

// soar: the method

export { type Baseline, measureBaseline } from "./soar/baseline.js";
export { type SoarConfig, type SoarConfigInput, soarConfigSchema } from "./soar/config.js";
export type {
  BaselineAccuracy,
  Promotion,
  QuestionRecord,
  RunEvent,
  StartEvent,
  StepEvent,
} from "./soar/events.js";
export {
  innerLoop,
  type ScoredStudent,
  type StudentStepParams,
  studentStep,
  type TrainStudentParams,
  trainStudent,
} from "./soar/inner-loop.js";
export { type OpenLabParams, openLab, type SoarLab } from "./soar/open-lab.js";
export { outerLoop } from "./soar/outer-loop.js";
export { parseConfig } from "./soar/parse-config.js";
export { type PlanRunParams, planRun, type RunPlan } from "./soar/plan-run.js";
export { presets } from "./soar/presets.js";
export type { OnProgress, Progress } from "./soar/progress.js";
export { choosePromoted, movingAverage, promotes } from "./soar/promotion-rule.js";
export type { RewardInputs, TeacherReward } from "./soar/rewards/teacher-reward.js";
export {
  RunLog,
  type RunProgress,
  type RunRecord,
  readRollouts,
  readRun,
  readStudentSteps,
  type StudentRecords,
} from "./soar/run-log.js";
export { type RunSoarParams, runSoar } from "./soar/run-soar.js";
export { meanReward, type RunState, replay } from "./soar/run-state.js";
export type { RolloutRecord, ScoredGroup, StudentStepRecord } from "./soar/student-log.js";
export { Teacher } from "./soar/teacher.js";

// evaluation: protocols of section 5

export type { EvaluationConfig, EvaluationConfigInput } from "./evaluation/evaluation-config.js";
export {
  type EvaluationChanges,
  type EvaluationConfigForParams,
  evaluationConfigFor,
} from "./evaluation/evaluation-config-for.js";
export type { EvaluationEvent, EvaluationStart, TrainingQuestion } from "./evaluation/evaluation-events.js";
export type { EvaluationProgress, OnEvaluationProgress } from "./evaluation/evaluation-progress.js";
export { evaluationProgressLine } from "./evaluation/evaluation-progress-line.js";
export { type EvaluationResult, evaluationResult } from "./evaluation/evaluation-result.js";
export { type ProtocolName, protocols } from "./evaluation/protocols.js";
export { type EvaluationRecord, readEvaluation } from "./evaluation/read-evaluation.js";
export { type RunEvaluationParams, runEvaluation } from "./evaluation/run-evaluation.js";
export { type SampleCountsParams, sampleCounts } from "./evaluation/sample-counts.js";

// study: protocols over seeds, with tables and figures

export type { PlannedEvaluation, PlannedRun } from "./study/plan-study.js";
export { readStudy, type Study } from "./study/read-study.js";
export { type RunStudyParams, runStudy, type StudyProgress } from "./study/run-study.js";
export type { StudyConfig, StudyConfigInput } from "./study/study-config.js";
export type { StudyDiversity } from "./study/study-diversity.js";
export { type StudyFigureName, type StudyFigures, studyFigures } from "./study/study-figures.js";
export type { StudyPassAtK } from "./study/study-pass-at-k.js";
export { studyProgressLine } from "./study/study-progress-line.js";
export { type StudyResults, studyResults } from "./study/study-results.js";

// report: pages of runs, evaluations and studies

export { evaluationHtml } from "./report/evaluation-html.js";
export { reportHtml } from "./report/report-html.js";
export type { ReportOptions } from "./report/report-page.js";
export { type MadeResults, type StudyHtmlOptions, studyHtml } from "./report/study-section.js";
export { writeStudyResults } from "./report/write-study-results.js";

// export: tables and event files of runs, and what is published on the hub

export { type ExportFormat, type ExportRunsParams, exportRuns } from "./export/export-runs.js";
export { type DatasetFilesParams, datasetFiles } from "./export/hub/dataset-files.js";
export { type ModelFilesParams, modelFiles } from "./export/hub/model-files.js";
export { type Published, type PublishedFile, type PublishParams, publish } from "./export/hub/publish.js";
export {
  type MetricRow,
  outerStepRow,
  outerStepRows,
  studentStepRows,
  trainingStepRows,
} from "./export/metric-rows.js";
export { questionRows } from "./export/question-rows.js";
export { type Tracker, type TrackParams, track } from "./export/track.js";

// watch: a live page of experiments

export { type Watch, type WatchFoldersParams, watchFolders } from "./watch/watch-folders.js";
