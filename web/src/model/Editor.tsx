import {
  autocompletion,
  type Completion,
  type CompletionContext,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  snippet,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { python } from '@codemirror/lang-python';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, indentOnInput, indentUnit } from '@codemirror/language';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { unifiedMergeView } from '@codemirror/merge';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  hoverTooltip,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { atPlace, type Finding, type PlaceInText, type Span } from '../api/model';
import { editorLooks } from '../ui/editorLooks';
import styles from './Editor.module.css';
import { explanation } from './explanation';
import { columnAt, offsetAt } from './places';

export interface EditorProps {
  fileName: string;
  kind: 'yaml' | 'template' | 'python';
  /** The text, as it was typed or given. */
  text: string;
  /** Another number when the text was given, and not typed here. */
  given: number;
  /** What is there on the disk instead: both are shown, line by line. */
  theirs: string | null;
  isReadOnly: boolean;
  findings: readonly Finding[];
  /** Where to put the cursor, from 1. */
  cursor: { line: number; column: number } | null;
  onChange: (text: string) => void;
  onSave: () => void;
  onDefinition: (span: Span) => void;
}

/** A model file being written: completed, explained and checked by the server. */
export default function Editor(props: EditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef(props);
  latest.current = props;
  const { fileName, kind, text, given, theirs, isReadOnly, findings, cursor } = props;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another file is another editor, and so is one with two texts
  useEffect(() => {
    if (place.current === null) return;
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({ doc: text, extensions: extensions(latest, kind, isReadOnly, theirs) }),
    });
    view.current = made;
    return () => {
      made.destroy();
      view.current = null;
    };
  }, [fileName, kind, theirs, isReadOnly]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is typed is there already
  useEffect(() => {
    const made = view.current;
    if (made !== null) become(made, text);
  }, [given, fileName]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: an editor that is new has none yet
  useEffect(() => {
    const made = view.current;
    if (made !== null) made.dispatch(setDiagnostics(made.state, diagnostics(made.state, findings, fileName)));
  }, [findings, fileName, theirs]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: in another text the cursor is put anew
  useEffect(() => {
    const made = view.current;
    if (made === null || cursor === null) return;
    const anchor = positionOf(made.state, cursor.line, cursor.column);
    made.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
    made.focus();
  }, [cursor, fileName]);

  return <div className={styles.editor} ref={place} />;
}

/** Gives the editor another text: only what differs is changed, so that the cursor stays, and can be undone. */
function become(view: EditorView, text: string): void {
  const before = view.state.doc.toString();
  if (before === text) return;
  const least = Math.min(before.length, text.length);
  let from = 0;
  while (from < least && before[from] === text[from]) from += 1;
  let same = 0;
  while (same < least - from && before[before.length - 1 - same] === text[text.length - 1 - same]) same += 1;
  view.dispatch({
    changes: { from, to: before.length - same, insert: text.slice(from, text.length - same) },
  });
}

type Latest = { readonly current: EditorProps };

function extensions(
  latest: Latest,
  kind: EditorProps['kind'],
  isReadOnly: boolean,
  theirs: string | null,
): Extension {
  const goToDefinition = (view: EditorView, position: number): boolean => {
    void atPlace('definition', placeAt(view.state, position, latest)).then(({ definitions }) => {
      const first = definitions?.[0];
      if (first !== undefined) latest.current.onDefinition(first);
    }, ignored);
    return true;
  };
  return [
    lineNumbers(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    history(),
    drawSelection(),
    indentOnInput(),
    indentUnit.of(kind === 'python' ? '    ' : '  '),
    bracketMatching(),
    closeBrackets(),
    highlightSelectionMatches(),
    lintGutter(),
    kind === 'python' ? python() : yaml(),
    editorLooks,
    EditorState.readOnly.of(isReadOnly),
    EditorView.editable.of(!isReadOnly),
    EditorView.contentAttributes.of({
      'aria-label': `Text of ${latest.current.fileName}`,
      // What scrolls has to be reached by keyboard, as checkers see it.
      tabindex: '0',
      'aria-description': 'Tab indents. Press Escape and then Tab to leave the editor.',
    }),
    autocompletion({ override: [(context) => completions(context, latest)], icons: true }),
    hoverTooltip((view, position) => hovered(view, position, latest)),
    theirs === null ? [] : unifiedMergeView({ original: theirs, mergeControls: false, gutter: true }),
    keymap.of([
      {
        key: 'Mod-s',
        preventDefault: true,
        run: () => {
          latest.current.onSave();
          return true;
        },
      },
      { key: 'F12', run: (view) => goToDefinition(view, view.state.selection.main.head) },
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...lintKeymap,
      ...defaultKeymap,
      indentWithTab,
    ]),
    EditorView.domEventHandlers({
      mousedown: (event, view) => {
        if (!(event.metaKey || event.ctrlKey)) return false;
        const position = view.posAtCoords({ x: event.clientX, y: event.clientY });
        return position === null ? false : goToDefinition(view, position);
      },
    }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) latest.current.onChange(update.state.doc.toString());
    }),
  ];
}

/** An answer that nobody waits for any more, or a server that is gone: typing goes on. */
function ignored(): null {
  return null;
}

function placeAt(state: EditorState, position: number, latest: Latest): PlaceInText {
  const line = state.doc.lineAt(position);
  return {
    fileName: latest.current.fileName,
    content: state.doc.toString(),
    line: line.number,
    column: columnAt(line.text, position - line.from),
  };
}

function positionOf(state: EditorState, line: number, column: number): number {
  const found = state.doc.line(Math.min(Math.max(line, 1), state.doc.lines));
  return Math.min(found.from + offsetAt(found.text, column), found.to);
}

// What is before a place at which completion begins by itself: a name being written, or what a name follows.
const NAME_BEGUN = /[\w]+$/;
const AWAITS_NAME = /(\{|\.|\[ ?|, |: |- )$/;

async function completions(context: CompletionContext, latest: Latest) {
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  const begun = NAME_BEGUN.exec(before)?.[0] ?? '';
  if (!context.explicit && begun === '' && !AWAITS_NAME.test(before)) return null;
  const ending = new AbortController();
  context.addEventListener('abort', () => ending.abort());
  const found = await atPlace(
    'completions',
    placeAt(context.state, context.pos, latest),
    ending.signal,
  ).catch(ignored);
  if (found === null || context.aborted) return null;
  const options: Completion[] = (found.completions ?? []).map((one) => ({
    label: one.text,
    apply: one.pattern === null ? (one.kind === 'key' ? `${one.text}: ` : one.text) : snippet(one.pattern),
    // Whole parts stand below the keys.
    boost: one.pattern === null ? 0 : -50,
    detail: one.detail,
    type: one.kind,
    ...(one.explanation === null ? {} : { info: () => explanation(one.explanation ?? '') }),
  }));
  return { from: context.pos - begun.length, options, validFor: /^\w*$/ };
}

async function hovered(view: EditorView, position: number, latest: Latest) {
  const found = await atPlace('hover', placeAt(view.state, position, latest)).catch(ignored);
  const text = found?.hover;
  if (typeof text !== 'string') return null;
  const span = found?.span;
  const pos = span ? positionOf(view.state, span.line, span.column) : position;
  return {
    pos,
    ...(span ? { end: positionOf(view.state, span.line, span.endColumn) } : {}),
    above: true,
    create: () => ({ dom: explanation(text) }),
  };
}

function diagnostics(state: EditorState, findings: readonly Finding[], fileName: string): Diagnostic[] {
  return findings
    .filter((one) => one.fileName === fileName)
    .map((one) => {
      const line = state.doc.line(Math.min(Math.max(one.line, 1), state.doc.lines));
      const indent = line.text.length - line.text.trimStart().length;
      const from = Math.max(positionOf(state, one.line, one.column), line.from + indent);
      return {
        from,
        to: Math.max(line.to, from),
        severity: one.level,
        message: one.hint === null ? one.message : `${one.message}\n${one.hint}`,
        ...(one.rule === null ? {} : { source: one.rule }),
      };
    });
}
