// A fault in drawing a page, or a part of it that could not be loaded, does not
// leave people before an empty screen.

import { Component, type ReactNode } from 'react';
import { useSpeech } from '../i18n/context';

export class Boundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? <Failed /> : this.props.children;
  }
}

function Failed() {
  const { t } = useSpeech();
  return (
    <main className="blank" data-testid="gone-failed">
      <h1>{t.gone.failed}</h1>
      <p>{t.errors.INTERNAL}</p>
      <button type="button" className="button main" onClick={() => location.reload()}>
        {t.retry}
      </button>
    </main>
  );
}
