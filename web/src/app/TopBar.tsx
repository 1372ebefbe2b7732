import { Moon, Sun } from 'lucide-react';
import { chooseCaller, summary, useCallers } from '../api/callers';
import { useServer } from '../api/server';
import { IconButton } from '../ui/Button';
import { Select } from '../ui/Select';
import { chooseTheme, useTheme } from '../ui/theme';
import { ModelState } from './ModelState';
import styles from './TopBar.module.css';

/** The project, the state of its model, who asks, and the theme. */
export function TopBar() {
  const { context } = useServer();
  const { all, current } = useCallers();
  const theme = useTheme();
  return (
    <header className={styles.bar}>
      <p className={styles.project}>{context?.projectName ?? 'kubus'}</p>
      <ModelState />
      <div className={styles.right}>
        <span className={styles.asks} aria-hidden="true">
          Asks as
        </span>
        <div className={styles.caller}>
          <Select
            aria-label="Asks as"
            options={all.map((caller) => ({
              id: caller.id,
              label: caller.name,
              detail: summary(caller),
            }))}
            value={current.id}
            onChange={chooseCaller}
          />
        </div>
        <IconButton
          label={theme === 'dark' ? 'Use the light theme' : 'Use the dark theme'}
          icon={theme === 'dark' ? <Sun /> : <Moon />}
          onPress={() => chooseTheme(theme === 'dark' ? 'light' : 'dark')}
        />
      </div>
    </header>
  );
}
