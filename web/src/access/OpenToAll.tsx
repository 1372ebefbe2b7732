import { LockOpen } from 'lucide-react';
import { Link } from 'wouter';
import { fetchModel } from '../api/model';
import { useServer } from '../api/server';
import { useFetched } from '../api/useFetched';
import { Button } from '../ui/Button';
import { Code } from '../ui/Code';
import { EmptyState } from '../ui/State';
import styles from './OpenToAll.module.css';

const POLICY = `access_policy:
  - group: manager
  - group: clerk
    member_level: {includes: [count, city]}
    row_level:
      filters:
        - member: city
          operator: equals
          values: ["{ securityContext.city }"]
`;

/** What stands in the place of a matrix in which all cells would be the same: that it is so, and where to change it. */
export function OpenToAll({ members, onShow }: { members: number; onShow: () => void }) {
  const { context } = useServer();
  const { data: model } = useFetched(`${context?.modelVersion}`, fetchModel);
  const first = model?.cubes[0];
  return (
    <EmptyState title="Everybody sees everything" icon={<LockOpen />}>
      <p>
        No policy of this model keeps a member or a row from anybody who is let in. To change that, say in the
        file of a cube or view for whom it is, and what of it:
      </p>
      <div className={styles.policy}>
        <Code label="An access policy" text={POLICY} />
      </div>
      <p>
        {first?.fileName !== undefined && (
          <>
            <Link href={`/model/files?file=${encodeURIComponent(first.fileName)}&line=${first.line ?? 1}`}>
              Open {first.fileName}
            </Link>
            {' · '}
          </>
        )}
        <code>docs/access.md</code> tells all that policies can say.
      </p>
      <Button tone="quiet" onPress={onShow}>
        Show all {members.toLocaleString('en-US')} members
      </Button>
    </EmptyState>
  );
}
