/** @file The steps of the work in their order, and the keys that open them: Control or Command with 1 to 7. */

import type { Screen } from '../state/navigation.svelte.js';

export const steps: readonly Screen[] = ['import', 'explore', 'pretrain', 'label', 'finetune', 'results', 'predict'];

/** 'Control+3', as `aria-keyshortcuts` writes it; undefined for screens without a key. */
export function shortcutOf(screen: Screen): string | undefined {
  const index = steps.indexOf(screen);
  return index < 0 ? undefined : `Control+${index + 1}`;
}

/** The step that a key press opens, or null. */
export function openedBy(event: KeyboardEvent): Screen | null {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return null;
  return /^[1-9]$/.test(event.key) ? (steps[Number(event.key) - 1] ?? null) : null;
}
