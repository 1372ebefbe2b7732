import { useServer } from '../api/server';
import { EmptyState } from '../ui/State';

export default function ModelPage() {
  const { context } = useServer();
  return (
    <EmptyState title="Model">
      {context === undefined ? 'Connecting' : `Model ${context.modelVersion}`}
    </EmptyState>
  );
}
