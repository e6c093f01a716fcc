import type { DiversityInput } from "../diversity/diversity-input.js";
import { embedTexts } from "../diversity/embed-texts.js";
import { meanPairwiseDistance } from "../diversity/mean-pairwise-distance.js";
import { vendiSubsamples } from "../diversity/vendi-subsamples.js";
import { mean, standardDeviation } from "../metrics/statistics.js";
import { environment } from "../util/environment.js";
import { mapSequentially } from "../util/map-sequentially.js";
import type { Study } from "./read-study.js";
import { studyQuestionSets } from "./study-question-sets.js";

/** How diverse a method's questions are. */
export interface StudyDiversity {
  method: string;
  /** Questions in each subsample. */
  size: number;
  /** Vendi Score: mean over sets of the mean over subsamples. */
  vendi: number;
  /** SD over all subsamples of all sets, as in the paper's Table 1. */
  sd: number;
  /** Sample SD of the sets' means; NaN for one set. */
  sdBetweenSets: number;
  /** Mean pairwise distance, 1 - similarity, over the sets. */
  distance: number;
  /** Question sets, one per teacher seed; those smaller than a subsample are left out. */
  sets: number;
}

/**
 * Vendi Scores and mean pairwise distances of a study's question sets, subsampled to the configured sizes (SOAR, section
 * 5.2, Table 1); one row per method and size, and none if every set of the method is smaller than the size.
 */
export async function studyDiversity(study: Study): Promise<StudyDiversity[]> {
  const { sizes, draws, embeddings } = study.config.diversity;
  const inputs = await mapSequentially(studyQuestionSets(study), async ({ method, questions }) => ({
    method,
    input: await similarityInput(
      questions.map(({ question }) => question),
      embeddings,
    ),
    count: questions.length,
  }));
  return study.methods.flatMap(method =>
    sizes.flatMap(size => {
      const sets = inputs.filter(set => set.method === method && set.count >= size);
      if (sets.length === 0) return [];
      const scores = sets.map(({ input }) => vendiSubsamples({ ...input, size, draws })[0]!.scores);
      return {
        method,
        size,
        vendi: mean(scores.flat()),
        sd: standardDeviation(scores.flat()),
        sdBetweenSets: standardDeviation(scores.map(mean)),
        distance: mean(sets.map(({ input }) => meanPairwiseDistance(input))),
        sets: sets.length,
      };
    }),
  );
}

/**
 * Texts as diversity measures take them: embedded if the study names an endpoint, else unchanged, for
 * n-grams.
 */
export async function similarityInput(
  texts: string[],
  embeddings: Study["config"]["diversity"]["embeddings"],
): Promise<DiversityInput> {
  if (!embeddings) return { items: texts };
  const { baseUrl, model, cacheFolder = ".cache/embeddings" } = embeddings;
  return {
    vectors: await embedTexts({ texts, baseUrl, model, cacheFolder, apiKey: environment.openAiKey }),
  };
}
