/* soarlab/diversity: Vendi Score, distances, embeddings. */

export type { DiversityInput } from "./diversity-input.js";
export { type EmbedTextsParams, embedTexts } from "./embed-texts.js";
export type { SquareMatrix } from "./linear-algebra/square-matrix.js";
export { meanPairwiseDistance } from "./mean-pairwise-distance.js";
export { type VendiOptions, type VendiRow, vendiScore } from "./vendi-score.js";
export { type VendiSubsamples, type VendiSubsamplesOptions, vendiSubsamples } from "./vendi-subsamples.js";
