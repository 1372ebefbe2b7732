/** Undo and redo are the browser's own way back and forth: each view is an entry of its history, with its position. */

export interface Position {
  /** How many views of this visit to the page lie before this one. */
  position: number;
}

/** Whether the state of a history entry says where it is. */
export function hasPosition(state: unknown): state is Position {
  return (
    typeof state === 'object' && state !== null && 'position' in state && typeof state.position === 'number'
  );
}

/** The position in the state of a history entry; 0 if it has none. */
export function positionIn(state: unknown): number {
  return hasPosition(state) ? state.position : 0;
}

/** What can be undone and redone at a position, when `furthest` is the last entry that was made. */
export function ways(position: number, furthest: number): { canUndo: boolean; canRedo: boolean } {
  return { canUndo: position > 0, canRedo: position < furthest };
}
