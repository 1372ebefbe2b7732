import type { ReactNode } from 'react';
import { Tabs as AriaTabs, Tab, TabList, TabPanel } from 'react-aria-components';
import styles from './Tabs.module.css';

export interface TabContent<K extends string> {
  id: K;
  label: string;
  content: ReactNode;
}

export interface TabsProps<K extends string> {
  'aria-label': string;
  tabs: readonly TabContent<K>[];
  value: K;
  onChange: (value: K) => void;
}

/** Several views of one thing, one at a time. */
export function Tabs<K extends string>({ tabs, value, onChange, ...props }: TabsProps<K>) {
  return (
    <AriaTabs
      className={styles.tabs ?? ''}
      selectedKey={value}
      onSelectionChange={(key) => {
        const chosen = tabs.find((tab) => tab.id === key);
        if (chosen !== undefined) onChange(chosen.id);
      }}
    >
      <TabList {...props} className={styles.list ?? ''}>
        {tabs.map((tab) => (
          <Tab key={tab.id} id={tab.id} className={styles.tab ?? ''}>
            {tab.label}
          </Tab>
        ))}
      </TabList>
      {tabs.map((tab) => (
        <TabPanel key={tab.id} id={tab.id} className={styles.panel ?? ''}>
          {tab.content}
        </TabPanel>
      ))}
    </AriaTabs>
  );
}
