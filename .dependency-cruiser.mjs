// The rooms of src/, from the ground up. An import, a type's included, may only point to the same room or one below.
const rooms = [
  "util",
  "grading",
  "training",
  "metrics",
  "rl",
  "problems",
  "diversity",
  "gym",
  "lab",
  "soar",
  "evaluation",
  "figures",
  "pass-at-k",
  "study",
  "report",
  "export",
  "kernel",
  "watch",
  "cli",
];

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...rooms.map((room, i) => ({
      name: `${room}-imports-downward`,
      severity: "error",
      from: { path: `^src/${room}/` },
      to: { path: "^src/", pathNot: `^src/(${rooms.slice(0, i + 1).join("|")})/` },
    })),
    { name: "every-file-in-a-room", severity: "error", from: { path: `^src/(?!index\\.ts$|(${rooms.join("|")})/)` }, to: {} },
    { name: "no-circle", severity: "error", from: {}, to: { circular: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types"] },
  },
};
