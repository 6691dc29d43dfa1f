// The spoken language for all components below.

import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import type { Catalogue } from './en';
import { makeFormat, type Format } from './format';
import { catalogues, keepLanguage, readLanguage, type Language } from './language';

interface Speech {
  t: Catalogue;
  format: Format;
  language: Language;
  speak(language: Language): void;
}

const Context = createContext<Speech | null>(null);

export function Speaks({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(readLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const speech = useMemo<Speech>(
    () => ({
      t: catalogues[language],
      format: makeFormat(language),
      language,
      speak(next) {
        keepLanguage(next);
        setLanguage(next);
      },
    }),
    [language],
  );
  return <Context value={speech}>{children}</Context>;
}

/** useSpeech gives the texts and how to write values. */
export function useSpeech(): Speech {
  const speech = useContext(Context);
  if (!speech) throw new Error('useSpeech outside of Speaks');
  return speech;
}
