import { ArrowDownUp, Globe, Rows3 } from 'lucide-react';
import { type Direction, groupingKeys, orderOf, type Query } from '../../query/query';
import { type Action, orderKey } from '../../query/reduce';
import { Button } from '../../ui/Button';
import { ComboBox, type ComboOption } from '../../ui/ComboBox';
import { Popup } from '../../ui/Popup';
import { Segmented } from '../../ui/Segmented';
import { Switch } from '../../ui/Switch';
import type { Members } from '../members';
import styles from './Options.module.css';
import { ValueField } from './ValueField';

export interface OptionsProps {
  query: Query;
  members: Members;
  dispatch: (action: Action) => void;
}

/** Order, number of rows, and time zone. */
export function Options({ query, members, dispatch }: OptionsProps) {
  const order = orderOf(query);
  const columns = [
    ...new Set([...groupingKeys(query), ...(query.measures ?? [])].map((key) => orderKey(query, key))),
  ];
  const titleOf = (name: string) => members.byName.get(name)?.title ?? name;
  const zone = query.timezone ?? 'UTC';
  return (
    <>
      <Popup
        label="Order"
        panel={
          columns.length === 0 ? (
            <p className={styles.hint}>There is nothing to put in order yet.</p>
          ) : (
            <ul className={styles.orders}>
              {columns.map((name) => (
                <li key={name} className={styles.order}>
                  <span>{titleOf(name)}</span>
                  <Segmented
                    aria-label={`Order of ${titleOf(name)}`}
                    segments={[
                      { id: 'none', label: '–' },
                      { id: 'asc', label: 'up' },
                      { id: 'desc', label: 'down' },
                    ]}
                    value={order.find(([one]) => one === name)?.[1] ?? 'none'}
                    onChange={(way) => {
                      const rest = order.filter(([one]) => one !== name);
                      dispatch({
                        type: 'setOrder',
                        order: way === 'none' ? rest : [...rest, [name, way as Direction]],
                      });
                    }}
                  />
                </li>
              ))}
            </ul>
          )
        }
      >
        <Button tone="quiet" size="s">
          <ArrowDownUp aria-hidden="true" />
          {order.length === 0 ? 'Order' : `Ordered by ${titleOf(String(order[0]?.[0]))}`}
        </Button>
      </Popup>
      <Popup
        label="Rows"
        panel={
          <>
            <p className={styles.hint}>At most this many rows, after leaving out the first of them.</p>
            <div className={styles.pair}>
              <Count
                label="Limit"
                value={query.limit}
                onChange={(limit) => setCount(dispatch, 'limit', limit)}
              />
              <Count
                label="Offset"
                value={query.offset}
                onChange={(offset) => setCount(dispatch, 'offset', offset)}
              />
            </div>
            <Switch
              isSelected={query.ungrouped ?? false}
              onChange={(isOn) =>
                dispatch({ type: 'setOptions', options: { ungrouped: isOn || undefined } as never })
              }
            >
              Rows as they are, not grouped
            </Switch>
          </>
        }
      >
        <Button tone="quiet" size="s">
          <Rows3 aria-hidden="true" />
          {query.limit === undefined ? 'Rows' : `${query.limit} rows`}
        </Button>
      </Popup>
      <Popup
        label="Time zone"
        panel={
          <ComboBox
            label="Time zone"
            sections={ZONES}
            value={zone}
            onChange={(timezone) => dispatch({ type: 'setOptions', options: { timezone } })}
          />
        }
      >
        <Button tone="quiet" size="s">
          <Globe aria-hidden="true" />
          {zone}
        </Button>
      </Popup>
    </>
  );
}

function Count({
  label,
  value,
  onChange,
}: {
  label: string;
  value: number | undefined;
  onChange: (value: string) => void;
}) {
  return (
    <div>
      <span className={styles.label} aria-hidden="true">
        {label}
      </span>
      <ValueField
        label={label}
        type="number"
        value={value === undefined ? '' : String(value)}
        onChange={onChange}
      />
    </div>
  );
}

function setCount(dispatch: (action: Action) => void, name: 'limit' | 'offset', text: string): void {
  dispatch({
    type: 'setOptions',
    options: { [name]: text === '' ? undefined : Math.max(0, Math.floor(Number(text))) },
  });
}

/** Every zone that this browser knows, by the part of the world it is in. */
const ZONES = zonesByPlace();

function zonesByPlace() {
  const places = new Map<string, ComboOption[]>([['Everywhere', [{ id: 'UTC', label: 'UTC', text: 'UTC' }]]]);
  for (const zone of Intl.supportedValuesOf('timeZone')) {
    const place = zone.split('/')[0] ?? zone;
    if (zone === 'UTC') continue;
    const listed = places.get(place) ?? [];
    const label = zone.replaceAll('_', ' ');
    listed.push({ id: zone, label, text: label });
    places.set(place, listed);
  }
  return [...places].map(([title, options]) => ({ title, options }));
}
