// @vitest-environment happy-dom
/** Ways back are always there; a file that is being made is told and can be given up; a view that fails can be left. */

import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { saveRows } from '../src/explore/exporting';
import { Toolbar } from '../src/explore/Toolbar';
import type { Asked } from '../src/explore/useAnswer';
import type { Explored } from '../src/explore/useExploration';
import { useSaving } from '../src/explore/useSaving';
import { ViewBoundary } from '../src/explore/ViewBoundary';
import { NOTHING } from '../src/query/query';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const ASKED: Asked = {
  query: { measures: ['o.n'] },
  apiUrl: '/v1',
  caller: { id: 'a', name: 'A', claims: null },
  modelVersion: null,
};

function explored(more: Partial<Explored> = {}): Explored {
  const ways = { canUndo: false, canRedo: false, undo: vi.fn(), redo: vi.fn() };
  return { exploration: NOTHING, problem: null, dispatch: vi.fn(), ...ways, ...more };
}

function Bar({ of, isAsked }: { of: Explored; isAsked: boolean }) {
  const saving = useSaving();
  return (
    <>
      <Toolbar
        explored={of}
        isAsked={isAsked}
        chart="number"
        axes={{ x: [], y: [] }}
        columns={new Map()}
        canSaveRows
        canSaveChart={false}
        saving={saving}
        onSaveRows={(format) => saving.save(format, (signal) => saveRows(ASKED, format, signal))}
        onSaveChart={vi.fn()}
      />
      <p role="note">{saving.problem}</p>
    </>
  );
}

test('undo is there while nothing is asked', () => {
  const of = explored({ canUndo: true });
  render(<Bar of={of} isAsked={false} />);
  fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
  expect(of.undo).toHaveBeenCalled();
  expect(screen.queryByRole('button', { name: 'Export' })).toBeNull();
  expect(screen.queryByRole('radio', { name: 'Table' })).toBeNull();
});

/** A server that answers when it is told to; `left` says that the browser no longer waits. */
function server() {
  const state = { left: false, answer: (_: Response) => {} };
  vi.stubGlobal('fetch', (_path: string, { signal }: RequestInit) => {
    return new Promise<Response>((done, fail) => {
      state.answer = done;
      signal?.addEventListener('abort', () => {
        state.left = true;
        fail(signal.reason);
      });
    });
  });
  return state;
}

async function exportCsv() {
  fireEvent.click(screen.getByRole('button', { name: 'Export' }));
  await act(async () => fireEvent.click(screen.getByRole('menuitem', { name: /CSV/ })));
}

test('a file that is being made is told, and given up by Cancel', async () => {
  const state = server();
  const saved = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {});
  render(<Bar of={explored()} isAsked />);
  await exportCsv();
  expect(screen.getByText('Saving csv')).toBeTruthy();
  const cancel = screen.getByRole('button', { name: 'Cancel' });
  act(() => cancel.focus());
  await act(async () => fireEvent.click(cancel));
  expect(state.left).toBe(true);
  expect(screen.queryByText('Saving csv')).toBeNull();
  expect(screen.getByRole('note').textContent).toBe('');
  expect(document.activeElement?.textContent).toContain('Export');
  expect(saved).not.toHaveBeenCalled();

  await exportCsv();
  await act(async () => state.answer(new Response('o.n\n1\n')));
  expect(saved).toHaveBeenCalledTimes(1);
  expect(screen.queryByText('Saving csv')).toBeNull();
});

test('why a file could not be made is told', async () => {
  const state = server();
  render(<Bar of={explored()} isAsked />);
  await exportCsv();
  await act(async () => state.answer(new Response('{"error": "Too much"}', { status: 400 })));
  expect(screen.getByRole('note').textContent).toBe('Too much');
});

function Fails(): never {
  throw new Error('no such range');
}

test('a view that fails is left by Start anew, and another one is drawn', () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const clear = vi.fn();
  const { rerender } = render(
    <ViewBoundary exploration={NOTHING} onClear={clear}>
      <Fails />
    </ViewBoundary>,
  );
  expect(screen.getByText('no such range')).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Start anew' }));
  expect(clear).toHaveBeenCalled();
  rerender(
    <ViewBoundary exploration={{ ...NOTHING, totals: false }} onClear={clear}>
      <p>drawn</p>
    </ViewBoundary>,
  );
  expect(screen.getByText('drawn')).toBeTruthy();
});
