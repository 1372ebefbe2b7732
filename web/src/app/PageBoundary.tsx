import { Component, type ReactNode } from 'react';
import { wordsOf } from '../api/request';
import { loadAgain } from '../api/server';
import { Button } from '../ui/Button';
import { EmptyState } from '../ui/State';

/** Keeps a page that fails from taking the shell with it, and says what failed. */
export class PageBoundary extends Component<{ children: ReactNode }, { failure: unknown }> {
  override state: { failure: unknown } = { failure: undefined };

  static getDerivedStateFromError(failure: unknown) {
    return { failure };
  }

  override render() {
    if (this.state.failure === undefined) return this.props.children;
    return (
      <EmptyState title="This page failed">
        <p>{wordsOf(this.state.failure)}</p>
        <Button onPress={loadAgain}>Load it again</Button>
      </EmptyState>
    );
  }
}
