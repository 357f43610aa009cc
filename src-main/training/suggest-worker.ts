/** @file The thread that finds what to label next; it keeps the features that it read last. */

import { statSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { PretextError } from '../base/errors.js';
import { type ComparisonSpace, comparisonSpace, informativeImages, typicalImages } from '../tasks/suggestions.js';
import { type Embedding, readEmbedding } from './embedding-store.js';
import { toReport } from './protocol.js';
import type { ShownSuggestion, SuggestReply, SuggestRequest } from './suggest-protocol.js';

interface Loaded {
  /** Path, size and time of the file that was read. */
  key: string;
  embedding: Embedding;
  space: ComparisonSpace;
}

let loaded: Loaded | null = null;

function load(path: string): Loaded {
  const { size, mtimeMs } = statSync(path);
  const key = `${path} ${size} ${mtimeMs}`;
  if (loaded?.key !== key) {
    const embedding = readEmbedding(path);
    loaded = { key, embedding, space: comparisonSpace(embedding.features, embedding.width) };
  }
  return loaded;
}

function answer({ path, mode, count, seed, classNames, labels, excluded }: SuggestRequest): ShownSuggestion[] {
  const { embedding, space } = load(path);
  const { features, imageIds, patientIds, frames } = embedding;
  const byImage = new Map<number, number>();
  for (let i = 0; i < labels.length; i += 2) byImage.set(labels[i], labels[i + 1]);
  const pool = { features, space, imageIds, patientIds, labels: byImage, excluded: new Set(excluded) };
  const suggestions =
    mode === 'typical' ? typicalImages(pool, count, seed) : informativeImages(pool, classNames, count, seed);
  return suggestions.map((suggestion) => ({ ...suggestion, frame: frames[imageIds.indexOf(suggestion.imageId)] ?? 0 }));
}

if (parentPort === null) {
  throw new PretextError({ code: 'internal', message: 'This thread is started by Pretext, not by hand.' });
}
const port = parentPort;
port.on('message', (request: SuggestRequest) => {
  let reply: SuggestReply;
  try {
    reply = { id: request.id, suggestions: answer(request) };
  } catch (error) {
    reply = { id: request.id, error: toReport(error) };
  }
  port.postMessage(reply);
});
