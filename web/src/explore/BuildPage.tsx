import { useServer } from '../api/server';
import { EmptyState } from '../ui/State';

export default function BuildPage() {
  const { context } = useServer();
  return (
    <EmptyState title="Build">
      {context === undefined ? 'Connecting' : `Model ${context.modelVersion}`}
    </EmptyState>
  );
}
