import { useServer } from '../api/server';
import { EmptyState } from '../ui/State';

export default function HealthPage() {
  const { context } = useServer();
  return (
    <EmptyState title="Health">
      {context === undefined ? 'Connecting' : `Model ${context.modelVersion}`}
    </EmptyState>
  );
}
