import type { SoarConfig } from "./config.js";
import type { TeacherReward } from "./rewards/teacher-reward.js";

/** The students of an outer step. */
export interface StudentPlan {
  /** Datasets that students are trained on: all g, or none if neither rewards nor promotions ask for students. */
  datasets: number;
  /** r. */
  perDataset: number;
  /** RLOO steps per student. */
  steps: number;
  /** Factor on the configured learning rate. */
  learningRateScale: number;
}

/** How students are trained after a given number of promotions (Table 3). */
export function studentPlan(config: SoarConfig, reward: TeacherReward, promotions: number): StudentPlan {
  const { student, promotion, datasets, studentsPerDataset } = config;
  return {
    datasets: reward.needsStudents || promotion.enabled ? datasets : 0,
    perDataset: studentsPerDataset,
    steps: student.steps + student.extraStepsPerPromotion * promotions,
    learningRateScale: promotions > 0 ? student.promotedLearningRateScale : 1,
  };
}
