import { mean, standardDeviation } from "./statistics.js";

/** One run's value, and which seeds made it. */
export interface SeedValue {
  teacher: string | number;
  student: string | number;
  value: number;
}

export interface SeedAggregate {
  /** Mean over all runs. */
  mean: number;
  /** Sample SD over all runs, the value in the paper's tables; NaN for one run. */
  sd: number;
  /** Sample SD of the teachers' means; NaN for one teacher. */
  sdBetweenTeachers: number;
  /** SD of students around their own teacher's mean, pooled; NaN if no teacher has two students. */
  sdWithinTeachers: number;
  teachers: number;
  /** Fewest and most students of a teacher; equal when the design is balanced. */
  studentsPerTeacher: { min: number; max: number };
  runs: number;
}

/**
 * Mean and spread over nested seeds: students within teachers (SOAR, App. B.8). Student seeds are
 * distinguished within their teacher only. Without runs, the metrics are NaN and the counts 0.
 *
 * @throws RangeError on a value that is not finite or a (teacher, student) pair given twice
 */
export function aggregateSeeds({ runs }: { runs: readonly SeedValue[] }): SeedAggregate {
  const byTeacher = new Map<string | number, Map<string | number, number>>();
  for (const { teacher, student, value } of runs) {
    if (!Number.isFinite(value)) {
      throw new RangeError(
        `aggregateSeeds: teacher ${teacher}, student ${student}: value = ${value}, expected a finite number`,
      );
    }
    const students = byTeacher.get(teacher) ?? new Map<string | number, number>();
    if (students.has(student)) {
      throw new RangeError(`aggregateSeeds: teacher ${teacher}, student ${student} is given twice`);
    }
    byTeacher.set(teacher, students.set(student, value));
  }
  const groups = [...byTeacher.values()].map(students => [...students.values()]);
  const teacherMeans = groups.map(mean);
  let squares = 0;
  groups.forEach((group, t) => {
    for (const value of group) squares += (value - teacherMeans[t]!) ** 2;
  });
  const values = groups.flat();
  const freedom = values.length - groups.length;
  const sizes = groups.map(group => group.length);
  return {
    mean: mean(values),
    sd: standardDeviation(values),
    sdBetweenTeachers: standardDeviation(teacherMeans),
    sdWithinTeachers: freedom > 0 ? Math.sqrt(squares / freedom) : Number.NaN,
    teachers: groups.length,
    studentsPerTeacher: {
      min: sizes.reduce((a, b) => Math.min(a, b), sizes[0] ?? 0),
      max: sizes.reduce((a, b) => Math.max(a, b), 0),
    },
    runs: values.length,
  };
}
