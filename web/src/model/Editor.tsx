import {
  autocompletion,
  type Completion,
  type CompletionContext,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { python } from '@codemirror/lang-python';
import { yaml } from '@codemirror/lang-yaml';
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language';
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
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';
import { atPlace, type Finding, type PlaceInText, type Span } from '../api/model';
import styles from './Editor.module.css';
import { explanation } from './explanation';
import { columnAt, offsetAt } from './places';

export interface EditorProps {
  fileName: string;
  kind: 'yaml' | 'template' | 'python';
  /** The text to begin with. Another one takes the place of what was typed. */
  text: string;
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
  const { fileName, kind, text, theirs, isReadOnly, findings, cursor } = props;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another text is another editor
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
  }, [fileName, kind, text, theirs, isReadOnly]);

  useEffect(() => {
    const made = view.current;
    if (made !== null) made.dispatch(setDiagnostics(made.state, diagnostics(made.state, findings, fileName)));
  }, [findings, fileName]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: in another text the cursor is put anew
  useEffect(() => {
    const made = view.current;
    if (made === null || cursor === null) return;
    const anchor = positionOf(made.state, cursor.line, cursor.column);
    made.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
    made.focus();
  }, [cursor, fileName, text]);

  return <div className={styles.editor} ref={place} />;
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
    syntaxHighlighting(COLOURS),
    THEME,
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
    apply: one.kind === 'key' ? `${one.text}: ` : one.text,
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

const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--dimension)' },
  { tag: [tags.keyword, tags.controlKeyword, tags.modifier], color: 'var(--segment)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--time)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--measure)' },
  { tag: [tags.comment, tags.lineComment, tags.meta], color: 'var(--text-soft)', fontStyle: 'italic' },
  { tag: [tags.function(tags.variableName), tags.className], color: 'var(--accent-text)' },
]);

const THEME = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--surface)', color: 'var(--text)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', fontSize: 'var(--text-s)', lineHeight: '1.6' },
  '.cm-content': { caretColor: 'var(--text)', padding: 'var(--space-2) 0' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--surface-sunken)', color: 'var(--text-soft)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'var(--hover)' },
  '.cm-activeLineGutter': { backgroundColor: 'var(--pressed)', color: 'var(--text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--accent-soft)',
  },
  '.cm-tooltip': {
    border: '1px solid var(--line)',
    borderRadius: 'var(--radius-m)',
    backgroundColor: 'var(--surface-raised)',
    color: 'var(--text)',
    boxShadow: 'var(--shadow-l)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', fontSize: 'var(--text-s)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--accent-soft)',
    color: 'var(--accent-text)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 10px 3px 4px' },
  '.cm-completionIcon': { width: '14px', opacity: '1', fontSize: '9px', lineHeight: '20px' },
  '.cm-completionIcon::after': { content: '"●"', color: 'var(--line-strong)' },
  '.cm-completionIcon-measure::after': { color: 'var(--measure)' },
  '.cm-completionIcon-dimension::after': { color: 'var(--dimension)' },
  '.cm-completionIcon-segment::after': { color: 'var(--segment)' },
  '.cm-completionIcon-cube::after': { color: 'var(--accent)' },
  '.cm-completionDetail': { color: 'var(--text-soft)', fontStyle: 'normal' },
  '.cm-panels': { backgroundColor: 'var(--surface-sunken)', color: 'var(--text)' },
  '.cm-textfield': {
    backgroundColor: 'var(--surface)',
    color: 'var(--text)',
    borderColor: 'var(--line-strong)',
  },
  '.cm-button': { background: 'var(--surface-raised)', color: 'var(--text)', borderColor: 'var(--line)' },
  '.cm-matchingBracket': { backgroundColor: 'var(--accent-soft)', outline: '1px solid var(--accent)' },
  '.cm-searchMatch': { backgroundColor: 'var(--warn-soft)', outline: '1px solid var(--warn)' },
  '.cm-changedLine': { backgroundColor: 'var(--good-soft)' },
  '.cm-deletedChunk': { backgroundColor: 'var(--bad-soft)', color: 'var(--text)' },
  '.cm-deletedChunk *, .cm-changedText': { background: 'none !important', color: 'var(--text) !important' },
});
