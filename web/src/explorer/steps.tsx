import { useGraphiQL, useGraphiQLActions, type GraphiQLPlugin } from '@graphiql/react';
import { Kind, parse } from 'graphql';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { beside } from './beside.ts';
import { picture } from './picture.ts';
import { knownVersion, missing, onKnown, story, variablesOf, type Step } from './story.ts';

function Icon() {
  return (
    <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M6 3h8M6 8h8M6 13h8" />
      <circle cx="2.5" cy="3" r="0.8" /><circle cx="2.5" cy="8" r="0.8" /><circle cx="2.5" cy="13" r="0.8" />
    </svg>
  );
}

/** useOpen opens a step in the editor: in place of another step that was not changed, else in a tab of its own. */
function useOpen() {
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const { addTab, setOperationFacts, stop } = useGraphiQLActions();
  return (step: Step) => {
    stop();
    const present = queryEditor?.getValue().trim() ?? '';
    if (present && !present.startsWith('#') && !story.some((each) => each.document?.trim() === present)) addTab();
    const text = step.document ?? '';
    queryEditor?.setValue(text);
    const documentAST = parse(text); // the editor finds it out by itself, but later than one may run it
    const operations = documentAST.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
    setOperationFacts({ documentAST, operations, operationName: step.name });
    variableEditor?.setValue(JSON.stringify(variablesOf(step), null, 2));
  };
}

function Steps() {
  useSyncExternalStore(onKnown, knownVersion);
  const open = useOpen();
  const [said, setSaid] = useState('');
  useEffect(() => {
    picture().catch((e: Error) => setSaid(e.message));
  }, []);
  const go = (step: Step) => {
    setSaid('');
    if (step.document) {
      open(step);
    } else {
      beside[step.name]!().then(setSaid, (e: Error) => setSaid(e.message));
    }
  };
  return (
    <section className="keepsake-panel" aria-label="Operations">
      <h2 className="keepsake-title">Keepsake, step by step</h2>
      <p className="keepsake-about">Open a step, read it, run it. What an answer gives is filled in where later steps need it.</p>
      <ol className="keepsake-steps">
        {story.map((step) => (
          <li key={step.name}>
            <button type="button" className="graphiql-un-styled" disabled={!step.document && missing(step).length > 0} onClick={() => go(step)}>
              <b>{step.title}</b>
              <span className="keepsake-about">{step.about}</span>
            </button>
          </li>
        ))}
      </ol>
      <p role="status">{said}</p>
    </section>
  );
}

/** The plugin with the ready operations. */
export const STEPS: GraphiQLPlugin = { title: 'Operations', icon: Icon, content: Steps };
