import {
  autocompletion,
  type Completion,
  type CompletionContext,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  startCompletion,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, indentOnInput } from '@codemirror/language';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, keymap } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import type { ClaimsRead } from '../api/access';
import { editorLooks } from '../ui/editorLooks';
import styles from './ClaimsField.module.css';
import { firstFault, offered } from './completion';

export interface ClaimsEditorProps {
  text: string;
  /** What is wrong, and where if that is known: units from the beginning. */
  problem: { words: string; at: number | null } | null;
  /** The ids of what names and describes it. */
  labelledBy: string;
  describedBy: string;
  known: ClaimsRead | undefined;
  onChange: (text: string) => void;
  onSave: () => void;
}

/** Claims being written: what the project reads is offered, and what is wrong is told at its place. */
export default function ClaimsEditor(props: ClaimsEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef(props);
  latest.current = props;
  const { text } = props;
  const words = props.problem?.words ?? null;
  const at = props.problem?.at ?? null;

  useEffect(() => {
    if (place.current === null) return;
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({ doc: latest.current.text, extensions: extensions(latest) }),
    });
    view.current = made;
    return () => {
      made.destroy();
      view.current = null;
    };
  }, []);

  // Text that was not typed here, as when it is laid out.
  useEffect(() => {
    const made = view.current;
    if (made === null || made.state.doc.toString() === text) return;
    made.dispatch({ changes: { from: 0, to: made.state.doc.length, insert: text } });
  }, [text]);

  useEffect(() => {
    const made = view.current;
    if (made === null) return;
    made.contentDOM.setAttribute('aria-invalid', String(words !== null));
    if (words === null) {
      made.dispatch(setDiagnostics(made.state, []));
      return;
    }
    const { length } = made.state.doc;
    const from = Math.min(at ?? firstFault(made.state.doc.toString()), length);
    // What is missing at an end is marked at the last thing that is there.
    const span = from === length ? { from: Math.max(length - 1, 0), to: length } : { from, to: from + 1 };
    made.dispatch(setDiagnostics(made.state, [{ ...span, severity: 'error', message: words }]));
  }, [words, at]);

  return <div className={styles.editor} ref={place} />;
}

type Latest = { readonly current: ClaimsEditorProps };

function extensions(latest: Latest): Extension {
  return [
    history(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    lintGutter(),
    json(),
    editorLooks,
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({
      'aria-labelledby': latest.current.labelledBy,
      'aria-describedby': latest.current.describedBy,
    }),
    autocompletion({ override: [(context) => completions(context, latest)] }),
    // Tab is not among them: it leaves the editor.
    keymap.of([
      {
        key: 'Mod-s',
        preventDefault: true,
        run: () => {
          latest.current.onSave();
          return true;
        },
      },
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...historyKeymap,
      ...defaultKeymap,
    ]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) latest.current.onChange(update.state.doc.toString());
    }),
  ];
}

function completions(context: CompletionContext, latest: Latest) {
  const begun = context.matchBefore(/["\w]+$|[{[,:]\s*$/);
  if (latest.current.known === undefined || (!context.explicit && begun === null)) return null;
  const found = offered(latest.current.known, context.state.doc.toString(), context.pos);
  if (found === null) return null;
  const options = found.options.map(({ label, detail, apply }) => ({
    label,
    detail,
    type: 'property',
    apply: (view: EditorView, _: Completion, from: number, to: number) => insert(view, apply, from, to),
  }));
  // A quote that was begun is no part of a name: what fits was looked at already.
  return { from: found.from, to: found.to, options, filter: false };
}

/** What opens an object is closed, with the cursor in it. */
function insert(view: EditorView, text: string, from: number, to: number) {
  const closed = text.endsWith('{') ? `${text}}` : text;
  view.dispatch({
    changes: { from, to, insert: closed },
    selection: { anchor: from + text.length },
    userEvent: 'input.complete',
  });
  if (closed !== text) startCompletion(view);
}
