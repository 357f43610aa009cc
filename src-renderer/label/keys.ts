/** @file Which key does what on the label screen. */

import type { LabelAct } from '../state/labelling.svelte.js';

export type KeyAction =
  | LabelAct
  | { kind: 'undo' }
  | { kind: 'move'; by: number }
  | { kind: 'scroll'; by: number }
  | { kind: 'view' }
  | { kind: 'suggest' }
  | { kind: 'help' };

/** The class that a digit key stands for; by its place on the keyboard, so that Shift does not matter. */
function digitOf(code: string): number | null {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1];
  return digit === undefined ? null : Number(digit);
}

/** What a key press means, or null. @param classNames in the order of the task. */
export function actionOf(event: KeyboardEvent, classNames: readonly string[]): KeyAction | null {
  const key = event.key.toLowerCase();
  if (event.altKey) return null;
  if (event.ctrlKey || event.metaKey) return key === 'z' && !event.shiftKey ? { kind: 'undo' } : null;
  const digit = digitOf(event.code);
  if (digit !== null) {
    const className = digit === 0 ? null : classNames[digit - 1];
    return className === undefined
      ? null
      : { kind: 'label', className, level: event.shiftKey && digit !== 0 ? 'series' : 'image' };
  }
  // They set the window of the picture.
  if (event.shiftKey && key.startsWith('arrow')) return null;
  switch (key) {
    case 'delete':
    case 'backspace':
      return { kind: 'label', className: null, level: 'image' };
    case 'u':
      return { kind: 'mark', mark: 'unsure' };
    case 's':
      return { kind: 'mark', mark: 'skipped' };
    case 'z':
      return { kind: 'undo' };
    case 'arrowright':
      return { kind: 'move', by: 1 };
    case 'arrowleft':
      return { kind: 'move', by: -1 };
    case 'arrowdown':
      return { kind: 'scroll', by: 1 };
    case 'arrowup':
      return { kind: 'scroll', by: -1 };
    case 'g':
      return { kind: 'view' };
    case 'n':
      return { kind: 'suggest' };
    case '?':
      return { kind: 'help' };
    default:
      return null;
  }
}

const ARROWS = /^(arrow|home|end|page)/i;

/** Whether the element that has the focus needs this key itself: text to type, a list, a slider. */
export function isTakenBy(target: EventTarget | null, event: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('dialog') !== null || target.isContentEditable) return true;
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  if (!(target instanceof HTMLInputElement)) return false;
  return ['text', 'search', 'number'].includes(target.type) || ARROWS.test(event.key);
}
