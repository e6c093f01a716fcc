/* soarlab/diversity: Vendi Score, distances, embeddings. */

export { embedTexts } from "./embed-texts.js";
export { meanPairwiseDistance } from "./mean-pairwise-distance.js";
export { vendiScore } from "./vendi-score.js";
export { vendiSubsamples } from "./vendi-subsamples.js";
