import { Icon } from './Icon';
import { focusAfter } from './focus';

export interface Told {
  // The dashboard on which it is told.
  readonly at: string;
  readonly text: string;
  readonly undo: (() => void) | undefined;
}

// What was done, with a way back, until it is closed. The place is always there, so that it is read out when it fills.
export function Notice({ told, onClose }: { told: Told | undefined; onClose: () => void }) {
  const undo = told?.undo;
  return (
    <div className="notice" role="status">
      {told && (
        <div>
          <p>{told.text}</p>
          {undo && <button type="button" onClick={() => focusAfter(() => { undo(); onClose(); })}>Undo</button>}
          <button type="button" className="quiet round" aria-label="Close" onClick={() => focusAfter(onClose)}><Icon name="close" /></button>
        </div>
      )}
    </div>
  );
}
