import type { Meta } from '@cubejs-client/core';
import { useCubeQuery } from '@cubejs-client/react';
import { FILTER_NAMES, FILTERED, NO_FILTERS, type FilterName, type Filters } from '../filters';
import { daysOf, PERIODS, type Period, type PeriodName } from '../period';
import { isAnswerable } from '../tile';
import { focusAfter } from '../ui/focus';

// What all tiles are held to. A filter whose dimension the caller may not see is not offered.
export function FilterBar({ meta, filters, onChange }: { meta: Meta; filters: Filters; onChange: (filters: Filters) => void }) {
  const offered = FILTER_NAMES.filter((name) => isAnswerable({ dimensions: [FILTERED[name].member] }, meta));
  const isNarrow = filters.period !== NO_FILTERS.period || Object.keys(filters.values).length > 0;
  return (
    <form className="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
      <PeriodField period={filters.period} onChange={(period) => onChange({ ...filters, period })} />
      {offered.map((name) => (
        <ValueField
          key={name}
          name={name}
          value={filters.values[name]}
          onChange={(value) => {
            const { [name]: _before, ...values } = filters.values;
            onChange({ ...filters, values: value ? { ...values, [name]: value } : values });
          }}
        />
      ))}
      {isNarrow && <button type="button" className="quiet" onClick={(event) => { const { form } = event.currentTarget; focusAfter(() => onChange(NO_FILTERS), () => form?.elements[0]); }}>Reset</button>}
    </form>
  );
}

export function PeriodField({ period, onChange }: { period: Period; onChange: (period: Period) => void }) {
  const today = new Date().toISOString().slice(0, 10);
  const [first, last] = daysOf(period, today);
  return (
    <>
      <label className="field">
        Period
        <select
          value={typeof period === 'string' ? period : 'own'}
          onChange={({ target }) => onChange(target.value === 'own' ? [first, last] : (target.value as PeriodName))}
        >
          {Object.entries(PERIODS).map(([name, label]) => <option key={name} value={name}>{label}</option>)}
          <option value="own">Own dates</option>
        </select>
      </label>
      {typeof period !== 'string' && (
        <>
          <label className="field">
            From
            <input type="date" value={first} max={last} required onChange={({ target }) => target.value && target.value <= last && onChange([target.value, last])} />
          </label>
          <label className="field">
            To
            <input type="date" value={last} min={first} required onChange={({ target }) => target.value && target.value >= first && onChange([first, target.value])} />
          </label>
        </>
      )}
    </>
  );
}

function ValueField({ name, value, onChange }: { name: FilterName; value: string | undefined; onChange: (value: string) => void }) {
  const { member, label, all } = FILTERED[name];
  const { resultSet } = useCubeQuery({ dimensions: [member], order: { [member]: 'asc' }, filters: [{ member, operator: 'set' }] });
  const found = (resultSet?.rawData() ?? []).map((row) => String((row as Record<string, unknown>)[member]));
  // The value of the address is there from the start, and also where it is none of those that there are.
  const values = value === undefined || found.includes(value) ? found : [value, ...found];
  return (
    <label className="field">
      {label}
      <select value={value ?? ''} onChange={({ target }) => onChange(target.value)}>
        <option value="">{all}</option>
        {values.map((one) => <option key={one} value={one}>{one}</option>)}
      </select>
    </label>
  );
}
