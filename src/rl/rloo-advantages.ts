/**
 * RLOO advantages of one group (Ahmadian et al. 2024): each reward minus the mean of the others', not divided by a
 * standard deviation. They sum to zero. A group of one has no baseline and gets 0.
 */
export function rlooAdvantages(rewards: readonly number[]): number[] {
  const others = rewards.length - 1;
  if (others < 1) return rewards.map(() => 0);
  const sum = rewards.reduce((total, reward) => total + reward, 0);
  // Equal rewards give exactly 0, regardless of rounding in the sum.
  if (rewards.every(reward => reward === rewards[0])) return rewards.map(() => 0);
  return rewards.map(reward => reward - (sum - reward) / others);
}
