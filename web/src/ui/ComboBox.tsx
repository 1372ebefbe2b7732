import { ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';
import {
  ComboBox as AriaComboBox,
  Button,
  Header,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  ListBoxSection,
  Popover,
  Text,
} from 'react-aria-components';
import fields from './Field.module.css';
import styles from './Listing.module.css';

export interface ComboOption {
  id: string;
  label: string;
  /** What it is found by, and called once it is chosen; without it, the section and the label. */
  text?: string;
  detail?: string;
  icon?: ReactNode;
}

export interface ComboSection {
  title: string;
  options: readonly ComboOption[];
}

export interface ComboBoxProps {
  label?: string;
  'aria-label'?: string;
  sections: readonly ComboSection[];
  value: string | null;
  onChange: (id: string) => void;
  placeholder?: string;
  autoFocus?: boolean;
}

/** One of many options, in sections, found by typing. */
export function ComboBox({ label, sections, value, onChange, placeholder, ...props }: ComboBoxProps) {
  return (
    <AriaComboBox
      {...props}
      className={fields.field ?? ''}
      value={value}
      onChange={(key) => {
        if (key !== null) onChange(String(key));
      }}
      menuTrigger="focus"
    >
      {label !== undefined && <Label className={fields.label ?? ''}>{label}</Label>}
      <div className={fields.group}>
        <Input
          className={`${fields.input} ${fields.withTrailing}`}
          {...(placeholder === undefined ? {} : { placeholder })}
        />
        <Button className={fields.trailing ?? ''}>
          <ChevronDown aria-hidden="true" />
        </Button>
      </div>
      <Popover className={styles.popover ?? ''} offset={4}>
        <ListBox
          className={styles.list ?? ''}
          renderEmptyState={() => <div className={styles.empty}>Nothing has this in its name</div>}
        >
          {sections.map((section) => (
            <ListBoxSection key={section.title} id={section.title}>
              <Header className={styles.section ?? ''}>{section.title}</Header>
              {section.options.map((option) => (
                <ListBoxItem
                  key={option.id}
                  id={option.id}
                  className={styles.item ?? ''}
                  textValue={option.text ?? `${section.title} ${option.label}`}
                >
                  {option.icon}
                  <span className={styles.words}>
                    <Text slot="label">{option.label}</Text>
                    {option.detail !== undefined && (
                      <Text slot="description" className={styles.detail ?? ''}>
                        {option.detail}
                      </Text>
                    )}
                  </span>
                </ListBoxItem>
              ))}
            </ListBoxSection>
          ))}
        </ListBox>
      </Popover>
    </AriaComboBox>
  );
}
