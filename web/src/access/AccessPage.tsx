import { useServer } from '../api/server';
import { EmptyState } from '../ui/State';

export default function AccessPage() {
  const { context } = useServer();
  return (
    <EmptyState title="Access">
      {context === undefined ? 'Connecting' : `Model ${context.modelVersion}`}
    </EmptyState>
  );
}
