import { Menu } from '@mantine/core';
import { IconChevronDown, IconZoomIn, IconZoomOut } from '@tabler/icons-react';
import { useRef } from 'react';
import { t } from '../i18n/index.ts';
import { setHolding, type Dialog } from './holding.ts';

/** What is opened now and then, so that it takes no room beside what is used all day. */
const OPENS = [
  { name: 'calendar.form.newResource', dialog: { kind: 'resource', id: null } },
  { name: 'calendar.back.list', dialog: { kind: 'cancelled' } },
  { name: 'calendar.limits', dialog: { kind: 'limits' } },
  { name: 'calendar.houseRules.title', dialog: { kind: 'rules' } },
] as const satisfies readonly { readonly name: string; readonly dialog: Dialog }[];

interface MoreMenuProps {
  readonly mayEdit: boolean;
  readonly mayZoomIn: boolean;
  readonly mayZoomOut: boolean;
  readonly onZoom: (by: 1 | -1) => void;
}

export function MoreMenu({ mayEdit, mayZoomIn, mayZoomOut, onZoom }: MoreMenuProps) {
  const button = useRef<HTMLButtonElement>(null);
  const open = (dialog: Dialog): void => {
    // A form gives the focus back to where it was; the item that it was on is gone by then.
    button.current?.focus();
    setHolding({ dialog });
  };
  return (
    <Menu position="bottom-end" shadow="md" withinPortal={false} withInitialFocusPlaceholder={false} menuItemTabIndex={0} transitionProps={{ duration: 0 }} classNames={{ dropdown: 'cal-more' }}>
      <Menu.Target>
        <button ref={button} type="button" className="button cal-more-button">
          {t('calendar.moreMenu')} <IconChevronDown size={14} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {mayEdit ? OPENS.map(({ name, dialog }) => (
          <Menu.Item key={name} onClick={() => open(dialog)}>
            {t(name)}
          </Menu.Item>
        )) : null}
        {mayEdit ? <Menu.Divider /> : null}
        {/* Who wants it nearer mostly wants it nearer still. */}
        <Menu.Item closeMenuOnClick={false} disabled={!mayZoomIn} leftSection={<IconZoomIn size={16} aria-hidden />} onClick={() => onZoom(1)}>
          {t('calendar.zoomIn')}
        </Menu.Item>
        <Menu.Item closeMenuOnClick={false} disabled={!mayZoomOut} leftSection={<IconZoomOut size={16} aria-hidden />} onClick={() => onZoom(-1)}>
          {t('calendar.zoomOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
