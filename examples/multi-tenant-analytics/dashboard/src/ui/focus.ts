// Where the focus goes when what had it is no longer there.

import { flushSync } from 'react-dom';

// The heading of the page, which says where one is.
export function focusHeading(): void {
  (document.querySelector<HTMLElement>('main h1') ?? document.querySelector<HTMLElement>('main'))?.focus();
}

// Draws a change that takes away the control that was used, and moves the focus to what `find` finds then, or else to
// the heading.
export function focusAfter(change: () => void, find: () => Element | null | undefined = () => null): void {
  flushSync(change);
  const found = find();
  if (found instanceof HTMLElement) found.focus();
  else focusHeading();
}
