import type { Explanation } from '../../api/explain';
import styles from './Details.module.css';
import { Lines } from './PlanTab';

/** Which access policies apply to the query of this caller, and what they do. */
export function PoliciesTab({ told }: { told: Explanation }) {
  if (told.policies.length === 0)
    return <p className={styles.soft}>No access policy applies to this query.</p>;
  return <Lines title="For this caller" lines={told.policies} />;
}
