/**
 * @file Measures what suggestions are worth: a probe on images that `suggestions` chose beside one on as many images
 * drawn at random, on a project whose images are all labelled and split:
 *
 *   node bench/suggestions.mjs --project FOLDER --task pneumonia [--run ID] [--counts 10,20,50] [--seeds 20]
 *     [--csv bench/results/FILE.csv]
 *
 * Nothing that chooses sees a label before it has asked for it. `typical` and `random` choose all at once; `typical,
 * then informative` asks for 10 typical images, then for 10 informative ones at a time. Where all images that were
 * chosen are of one class nothing can be learnt: such a draw counts with an AUC of 0.5.
 */

import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: flags } = parseArgs({
  options: {
    project: { type: 'string' },
    task: { type: 'string' },
    run: { type: 'string' },
    counts: { type: 'string', default: '10,20,50' },
    seeds: { type: 'string', default: '20' },
    csv: { type: 'string' },
  },
});
if (flags.project === undefined || flags.task === undefined) throw new Error('name --project and --task');

const load = async (file) => (await runnerImport(join(root, 'src-main', file), { root, logLevel: 'error' })).module;
const { Project } = await load('catalogue/project.ts');
const { labelledImages } = await load('catalogue/queries.ts');
const { getTask } = await load('catalogue/tasks.ts');
const { embeddingPaths, listEmbeddings, readEmbedding } = await load('training/embedding-store.ts');
const { comparisonSpace, informativeImages, typicalImages } = await load('tasks/suggestions.ts');
const { fitProbe, probeProbabilities } = await load('tasks/probe.ts');
const { macroAuc } = await load('tasks/metrics.ts');
const { Random } = await load('base/random.ts');

const project = Project.open(flags.project);
const classNames = getTask(project, flags.task).classes.map(({ name }) => name);
const labelled = new Map(labelledImages(project, flags.task).map((image) => [image.imageId, image]));
const card = listEmbeddings(project).find(({ run }) => flags.run === undefined || run === flags.run);
if (card === undefined) throw new Error('there is no embedding: pretext embed');
const embedding = readEmbedding(embeddingPaths(project, card.run).tensors);
project.close();

const { width } = embedding;
const rowsOf = (split) =>
  Array.from(embedding.imageIds.keys()).filter((row) => labelled.get(embedding.imageIds[row])?.split === split);
const featuresOf = (rows) => {
  const features = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) {
    features.set(embedding.features.subarray(row * width, (row + 1) * width), i * width);
  }
  return features;
};
const train = rowsOf('train');
const test = rowsOf('test');
const pool = {
  features: featuresOf(train),
  imageIds: Int32Array.from(train, (row) => embedding.imageIds[row]),
  patientIds: Int32Array.from(train, (row) => embedding.patientIds[row]),
  labels: new Map(),
  excluded: new Set(),
};
pool.space = comparisonSpace(pool.features, width);
const testFeatures = featuresOf(test);
const testLabels = Int32Array.from(test, (row) => labelled.get(embedding.imageIds[row]).classIndex);
const rowOfImage = new Map(Array.from(pool.imageIds, (id, row) => [id, row]));
const truth = (imageId) => labelled.get(imageId).classIndex;

const idsOf = (suggestions) => suggestions.map(({ imageId }) => imageId);
const choosers = {
  random: (count, seed) =>
    Array.from(new Random(seed, 99).permutation(train.length).slice(0, count), (i) => pool.imageIds[i]),
  typical: (count, seed) => idsOf(typicalImages(pool, count, seed)),
  'typical, then informative': (count, seed) => {
    const asked = idsOf(typicalImages(pool, Math.min(10, count), seed));
    while (asked.length < count) {
      const labels = new Map(asked.map((id) => [id, truth(id)]));
      const more = Math.min(10, count - asked.length);
      const known = { ...pool, labels };
      const next =
        new Set(labels.values()).size < 2
          ? typicalImages(known, more, seed)
          : informativeImages(known, classNames, more, seed);
      asked.push(...idsOf(next));
    }
    return asked;
  },
};

/** Macro AUC on the test images of a probe on these images. */
function aucOf(ids) {
  const labels = Int32Array.from(ids, truth);
  if (new Set(labels).size < 2) return 0.5;
  const features = new Float32Array(ids.length * width);
  for (const [i, id] of ids.entries()) {
    const row = rowOfImage.get(id);
    features.set(pool.features.subarray(row * width, (row + 1) * width), i * width);
  }
  const probe = fitProbe({ features, labels }, classNames.length);
  return macroAuc(probeProbabilities(probe, testFeatures), testLabels, classNames.length).macro.value;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
const seeds = Array.from({ length: Number(flags.seeds) }, (_, seed) => seed);
const table = ['encoder,chosen,labels,seeds,auc_mean,auc_sd,auc_lowest,one_class_draws,beats_random'];
for (const count of flags.counts.split(',').map(Number)) {
  let random = [];
  for (const [name, choose] of Object.entries(choosers)) {
    if (name.includes('then') && count <= 10) continue;
    const drawn = seeds.map((seed) => choose(count, seed));
    const areas = drawn.map(aucOf);
    if (name === 'random') random = areas;
    const single = drawn.filter((ids) => new Set(ids.map(truth)).size < 2).length;
    const better =
      name === 'random' ? '' : `${seeds.filter((seed) => areas[seed] > random[seed]).length} of ${seeds.length}`;
    const figures = [mean(areas), deviation(areas), Math.min(...areas)].map((value) => value.toFixed(3));
    table.push(
      [
        `${card.run.split('-')[0]} ${card.step} steps`,
        JSON.stringify(name),
        count,
        seeds.length,
        ...figures,
        single,
        better,
      ].join(','),
    );
    console.log(table.at(-1));
  }
}
if (flags.csv !== undefined) writeFileSync(flags.csv, `${table.join('\n')}\n`);
