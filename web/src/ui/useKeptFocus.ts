import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

const FOCUSABLE = 'button, input, textarea, a[href], [tabindex]';

/** What had the focus within a part of the page, among all that could. */
interface Held {
  element: HTMLElement;
  among: readonly HTMLElement[];
}

/**
 * Keeps the focus within a part of the page when what had it is taken away: it goes to what followed, or else to what
 * stood before. Without this it falls to the page as a whole, and whoever has no mouse begins at the top.
 *
 * Whoever uses it is drawn again when something in it goes.
 */
export function useKeptFocus(place: RefObject<HTMLElement | null>): void {
  const held = useRef<Held | null>(null);
  useEffect(() => {
    const part = place.current;
    const onFocus = () => {
      held.current = heldIn(part);
    };
    part?.addEventListener('focusin', onFocus);
    return () => part?.removeEventListener('focusin', onFocus);
  }, [place]);
  useLayoutEffect(() => {
    const was = held.current;
    if (was !== null && !was.element.isConnected && document.activeElement === document.body) {
      const at = was.among.indexOf(was.element);
      const [before, after] = [was.among.slice(0, at), was.among.slice(at + 1)];
      [...after, ...before.reverse()].find((one) => one.isConnected)?.focus();
    }
    held.current = heldIn(place.current);
  });
}

function heldIn(part: HTMLElement | null): Held | null {
  const element = document.activeElement;
  if (!(element instanceof HTMLElement) || !part?.contains(element)) return null;
  const among = [...part.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
    (one) => one === element || (one.tabIndex >= 0 && !one.hasAttribute('disabled')),
  );
  return { element, among };
}
