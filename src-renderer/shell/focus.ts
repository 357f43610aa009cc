/**
 * @file Keeps the place of the keyboard: where the control that has the focus goes away or can no longer be used, the
 * part of the screen around it takes the focus, so that Tab and a screen reader go on from there.
 */

/** Parts that can take it. Never another control: a key press meant for the old one might set it off. */
const PARTS = 'section, aside, [role="region"], dialog[open], main';

function isUsable(element: Element): boolean {
  return element.isConnected && !element.matches(':disabled') && element.checkVisibility();
}

/** The element and everything around it, from the inside out. */
function wayOut(element: Element): Element[] {
  const way: Element[] = [];
  for (let at: Element | null = element; at !== null; at = at.parentElement) way.push(at);
  return way;
}

function take(part: HTMLElement): void {
  if (!part.hasAttribute('tabindex')) {
    part.tabIndex = -1;
    part.addEventListener('blur', () => part.removeAttribute('tabindex'), { once: true });
  }
  part.focus({ preventScroll: true });
}

/** Watches the whole window. @returns stops watching */
export function keepFocus(): () => void {
  let way: Element[] = [];
  /** What took the focus for a control that may come back, such as a button that is disabled while it works. */
  let standIn: { part: HTMLElement; control: HTMLElement } | null = null;
  let asked = 0;

  function remember({ target }: FocusEvent): void {
    if (!(target instanceof HTMLElement) || target === standIn?.part) return;
    way = wayOut(target);
    standIn = null;
  }

  function restore(): void {
    asked = 0;
    const active = document.activeElement;
    const control = standIn?.control ?? way[0];
    if (!(control instanceof HTMLElement)) return;
    if (standIn !== null && active === standIn.part) {
      if (isUsable(control)) control.focus({ preventScroll: true });
      else if (!isUsable(standIn.part)) standIn = null;
      return;
    }
    // Focus that the user gave up, with a click beside everything, is not lost.
    if ((active !== document.body && active !== control) || isUsable(control)) return;
    const around = way.slice(1).find((element) => element.matches(PARTS) && isUsable(element));
    const part = around ?? document.querySelector('main');
    if (!(part instanceof HTMLElement)) return;
    standIn = { part, control };
    take(part);
  }

  // Screens that place the focus themselves do so before the next frame.
  const observer = new MutationObserver(() => {
    if (asked === 0) asked = requestAnimationFrame(restore);
  });
  observer.observe(document.body, { childList: true, subtree: true, attributeFilter: ['disabled', 'open'] });
  document.addEventListener('focusin', remember);
  return () => {
    observer.disconnect();
    cancelAnimationFrame(asked);
    document.removeEventListener('focusin', remember);
  };
}
