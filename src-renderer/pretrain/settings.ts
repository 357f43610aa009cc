/** @file Settings of a run as people read them. */

import type { RunPlan, RunSettings, SettingName } from '../../src-main/contract/runs.js';
import { formatCount } from '../text/format.js';
import { text } from '../text/index.js';

export function formatRate(rate: number): string {
  return rate >= 0.01 ? String(Number(rate.toPrecision(3))) : rate.toExponential(2).replace(/\.?0+e/, 'e');
}

/** The value of a setting. */
export function valueText(name: SettingName, settings: RunSettings): string {
  const words = text.pretrain;
  switch (name) {
    case 'split':
      return settings.split === null ? words.allImages : words.splits[settings.split];
    case 'method':
      return words.methods[settings.method];
    case 'positives':
      return words.positives[settings.positives];
    case 'crop':
      return words.crops[settings.crop];
    case 'backbone':
      return words.backbones[settings.backbone];
    case 'device':
      return words.devices[settings.device];
    case 'imageSize':
    case 'patchSize':
      return words.pixels(settings[name]);
    case 'depth':
      return words.blocks(settings.depth);
    case 'learningRate':
      return formatRate(settings.learningRate);
    default:
      return formatCount(settings[name]);
  }
}

/** The value of a setting in a plan, where the images are counted as well. */
export function settingText(name: SettingName, { settings, images }: RunPlan): string {
  const value = valueText(name, settings);
  return name === 'split' ? text.pretrain.splitCount(value, images) : value;
}
