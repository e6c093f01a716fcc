import { completionTexts } from "./completion-texts.js";
import type { Row } from "./stream-rows.js";

type Value = Record<string, unknown>;

/** A row of a table or log, its nested fields also as columns. */
export interface LogRow extends Row {
  /** The text of the question, if the log has it nested. */
  question?: string;
  /** The answers that the log has extracted from its responses, one each. */
  answers?: string[];
  /** What the log says of one response several times: lm-eval's filter, or the agent of verifiers. */
  part?: string;
}

export interface LogRowsParams {
  rows: Iterable<Row> | AsyncIterable<Row>;
  /** The filter (lm-eval) or agent (verifiers) whose rows are meant. Default: that of the first row. */
  filter?: string;
  /** Told which rows are left out. */
  onNotice?: (message: string) => void;
}

/**
 * Rows of a table as they are, and those of known logs with their nested fields as columns:
 *
 * - lm-evaluation-harness, `samples_*.jsonl`: `gold`, `completions` (of `resps`), and `correct`, the first of its metrics;
 *   with several responses per document, which its metrics count as one, each is left to be graded; what a filter
 *   extracted from them is `answer`, in place of `completions`;
 * - verifiers, `traces.jsonl`: `problem`, `reward`, `completion`, a row per trace; its older `results.jsonl` is flat;
 * - the output of OpenAI's batches: `choices`.
 *
 * lm-eval repeats a document per filter, and verifiers' episodes hold several agents: only one of them is passed on.
 *
 * @throws Error if no row has the filter asked for
 */
export async function* logRows({
  rows,
  filter,
  onNotice = console.warn,
}: LogRowsParams): AsyncGenerator<LogRow> {
  const skipped = new Map<string, number>();
  let isFound = filter === undefined;
  let wanted = filter;
  for await (const { row, value } of rows) {
    for (const flat of flatten(value)) {
      wanted ??= flat.part;
      if (flat.part === undefined || flat.part === wanted) {
        isFound ||= flat.part === wanted;
        yield { row, ...flat };
      } else skipped.set(flat.part, (skipped.get(flat.part) ?? 0) + 1);
    }
  }
  const names = [...skipped].map(([name, count]) => `"${name}" (${count} rows)`).join(", ");
  if (!isFound) throw new Error(`no row of "${filter}"${names ? `; there are: ${names}` : ""}.`);
  if (names) onNotice(`read are the rows of "${wanted}"; left out are those of ${names}.`);
}

function flatten(value: Value): Omit<LogRow, "row">[] {
  if ("resps" in value || "filtered_resps" in value) return [flattenLmEval(value)];
  if (Array.isArray(value.traces)) return value.traces.map(flattenTrace);
  if (Array.isArray(value.nodes) && isObject(value.task) && isObject(value.rewards)) {
    return [flattenTrace(value)];
  }
  const { response, id: _, ...rest } = value;
  // A line of a batch: `id` is that of the request, `custom_id` the sender's.
  if ("custom_id" in value && isObject(response) && isObject(response.body)) {
    return [{ value: { ...rest, choices: response.body.choices } }];
  }
  return [{ value }];
}

function flattenLmEval(value: Value): Omit<LogRow, "row"> {
  const { doc, target, resps, filtered_resps: filtered, metrics, filter } = value;
  const flat: Value = { ...value };
  const responses = responsesOf(resps) ?? responsesOf(filtered);
  const names = Array.isArray(metrics) ? metrics.map(String) : ["exact_match", "acc"];
  const metric = names.find(name => name in value);
  if (metric !== undefined && (responses?.length ?? 1) === 1) flat.correct ??= value[metric];
  // A metric is one verdict for all responses.
  else for (const name of names) delete flat[name];
  if (typeof target === "string") {
    // The reference of GSM8K is a solution that ends with "#### 72".
    flat.gold ??= /####\s*(.+?)\s*$/.exec(target)?.[1] ?? target;
  }
  // What a filter made of each response; of "none" it is the response.
  const answers = responsesOf(filtered);
  const isExtracted =
    responses !== undefined &&
    answers?.length === responses.length &&
    answers.some((answer, i) => answer !== responses[i]);
  if (isExtracted) flat.answer = answers;
  else if (responses) flat.completions ??= responses;
  const question = isObject(doc) ? (doc.question ?? doc.problem ?? doc.Question) : undefined;
  return {
    value: flat,
    ...(typeof question === "string" && { question }),
    ...(isExtracted && { answers }),
    ...(typeof filter === "string" && { part: filter }),
  };
}

/** The responses to the one request of a generation; undefined for the likelihoods of several choices. */
function responsesOf(value: unknown): string[] | undefined {
  if (!Array.isArray(value) || value.length !== 1) return undefined;
  const [first] = value;
  const isTexts = (list: unknown) => Array.isArray(list) && list.every(item => typeof item === "string");
  return typeof first === "string" || isTexts(first) ? completionTexts(first) : undefined;
}

function flattenTrace(trace: unknown): Omit<LogRow, "row"> {
  if (!isObject(trace)) return { value: {} };
  const task = isObject(trace.task) ? trace.task : {};
  const data = isObject(task.data) ? task.data : {};
  const rewards = Object.values(isObject(trace.rewards) ? trace.rewards : {}).filter(isObject);
  const said = (Array.isArray(trace.nodes) ? trace.nodes : []).findLast(
    node => isObject(node) && node.sampled === true && isObject(node.message),
  );
  const agent = isObject(trace.agent) ? trace.agent.name : undefined;
  return {
    value: {
      problem: data.id ?? task.key ?? data.name ?? data.idx,
      // As verifiers' Trace.reward: the weighted sum.
      reward: rewards.reduce((sum, { score, weight }) => sum + Number(score) * Number(weight ?? 1), 0),
      ...("answer" in data && { answer: data.answer }),
      ...(said && { completion: [said.message] }),
    },
    ...(typeof data.prompt === "string" && { question: data.prompt }),
    ...(typeof agent === "string" && { part: agent }),
  };
}

function isObject(value: unknown): value is Value {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
