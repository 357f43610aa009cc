/** @file Every text of the window, by screen. A translation is another folder beside `en` with the same names. */

import { explore } from './en/explore.js';
import { finetune } from './en/finetune.js';
import { importing } from './en/import.js';
import { label } from './en/label.js';
import { map } from './en/map.js';
import { predict } from './en/predict.js';
import { pretrain } from './en/pretrain.js';
import { results } from './en/results.js';
import { settings } from './en/settings.js';
import { shell } from './en/shell.js';
import { start } from './en/start.js';
import { viewer } from './en/viewer.js';

export const text = {
  explore,
  finetune,
  importing,
  label,
  map,
  predict,
  pretrain,
  results,
  settings,
  shell,
  start,
  viewer,
};
