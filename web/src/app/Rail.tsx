import { Link } from 'wouter';
import mark from './icon.svg';
import { PAGES } from './pages';
import styles from './Rail.module.css';

/** The pages, at the left; at the bottom on a phone. */
export function Rail({ path }: { path: string }) {
  return (
    <nav className={styles.rail} aria-label="Pages">
      <img className={styles.mark} src={mark} alt="kubus" width="28" height="28" />
      <ul className={styles.pages}>
        {PAGES.map(({ path: to, title, icon: Icon }) => (
          <li key={to}>
            <Link
              className={styles.link}
              href={to}
              aria-current={path.split('/')[1] === to.slice(1) ? 'page' : undefined}
            >
              <Icon aria-hidden="true" />
              {title}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
