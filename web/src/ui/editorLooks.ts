/** How editors of text look, in the colours of the theme. Only for what is loaded when it is needed: it brings CodeMirror. */

import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

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
  '.cm-completionIcon-cube::after, .cm-completionIcon-table::after': { color: 'var(--accent)' },
  '.cm-completionIcon-column::after': { color: 'var(--time)' },
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

export const editorLooks: Extension = [syntaxHighlighting(COLOURS), THEME];
