import { Component, type ReactNode } from 'react';
import { wordsOf } from '../api/request';
import type { Exploration } from '../query/query';
import { Button } from '../ui/Button';
import { EmptyState } from '../ui/State';

export interface ViewBoundaryProps {
  exploration: Exploration;
  onClear: () => void;
  children: ReactNode;
}

/** Where a view cannot be drawn, loading the page again would not help: it is in the address. Another one is drawn anew. */
export class ViewBoundary extends Component<ViewBoundaryProps, { failure: unknown }> {
  override state: { failure: unknown } = { failure: undefined };

  static getDerivedStateFromError(failure: unknown) {
    return { failure };
  }

  override componentDidUpdate(before: ViewBoundaryProps) {
    if (this.state.failure !== undefined && before.exploration !== this.props.exploration)
      this.setState({ failure: undefined });
  }

  override render() {
    if (this.state.failure === undefined) return this.props.children;
    return (
      <EmptyState title="This view cannot be shown">
        <p>{wordsOf(this.state.failure)}</p>
        <Button onPress={this.props.onClear}>Start anew</Button>
      </EmptyState>
    );
  }
}
