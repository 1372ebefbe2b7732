import { Users } from 'lucide-react';
import type { Explanation } from '../../api/explain';
import { accessPath } from '../../query/address';
import type { Query } from '../../query/query';
import { LinkButton } from '../../ui/Button';
import styles from './Details.module.css';
import { Lines } from './PlanTab';

/** Which access policies apply to the query of this caller, and what they do; and the way to compare callers. */
export function PoliciesTab({ told, query }: { told: Explanation; query: Query }) {
  return (
    <>
      {told.policies.length === 0 ? (
        <p className={styles.soft}>No access policy applies to this query.</p>
      ) : (
        <Lines title="For this caller" lines={told.policies} />
      )}
      <div>
        <LinkButton size="s" href={accessPath(query)}>
          <Users aria-hidden="true" />
          Compare with another caller's answer
        </LinkButton>
      </div>
    </>
  );
}
