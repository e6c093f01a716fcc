// How much faster the g*r students of an outer step train at once than one after another, on one server.
//   node scripts/bench/students-together.mjs [students=8] [rounds=3]
import { gymProblems, innerLoop, openLab, presets } from "soarlab";

const students = Number(process.argv[2] ?? 8);
const rounds = Number(process.argv[3] ?? 3);
const lab = await openLab({ config: presets.gym });
const steps = lab.config.student.steps;
const rewardQuestions = lab.hardSplit.train.slice(0, lab.config.rewardQuestions);
const datasets = Array.from({ length: students }, (_, i) =>
  gymProblems({ count: 16, terms: [3, 4, 5], seed: i }),
);

const train = async seed => {
  const { model, accuracy } = await innerLoop(lab, { dataset: datasets[seed], steps, seed }, rewardQuestions);
  await model.unload();
  return accuracy;
};
const timed = async action => {
  const { tokensSampled, tokensTrained } = lab.service.api.traffic;
  const started = performance.now();
  const accuracies = await action();
  const seconds = (performance.now() - started) / 1000;
  const { traffic } = lab.service.api;
  return {
    seconds,
    accuracies,
    tokens: traffic.tokensSampled + traffic.tokensTrained - tokensSampled - tokensTrained,
  };
};

const seeds = [...datasets.keys()];
await train(0); // warm-up
const ratios = [];
for (let round = 0; round < rounds; round++) {
  const together = await timed(() => Promise.all(seeds.map(train)));
  const serial = await timed(async () => {
    const accuracies = [];
    for (const seed of seeds) accuracies.push(await train(seed));
    return accuracies;
  });
  ratios.push(together.seconds / serial.seconds);
  const row = ({ seconds, tokens }) => `${seconds.toFixed(2)} s, ${Math.round(tokens / seconds)} tokens/s`;
  const same = JSON.stringify(together.accuracies) === JSON.stringify(serial.accuracies);
  console.log(
    `round ${round + 1}: together ${row(together)} | one after another ${row(serial)} | ratio ${ratios.at(-1).toFixed(2)} | same accuracies: ${same}`,
  );
}
ratios.sort((a, b) => a - b);
console.log(
  `median ratio ${ratios[Math.floor(ratios.length / 2)].toFixed(2)} (${students} students, ${steps} steps each)`,
);
await lab.close();
