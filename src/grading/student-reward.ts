/**
 * The reward levels of a student's completion (App. B.3): a boxed answer equal to the reference; another boxed answer
 * if the reference appears in the text; another boxed answer; none.
 */
export const studentReward = { correct: 120, mentioned: 20, boxed: 10, none: 0 } as const;
