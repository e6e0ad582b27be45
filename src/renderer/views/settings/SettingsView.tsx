import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useState, type ReactNode } from 'react';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Heading } from '../../components/Heading.tsx';
import { SearchField } from '../../components/SearchField.tsx';
import { useRoute } from '../../store/route-store.ts';
import { SIZE } from '../../theme/size.ts';
import { About } from './About.tsx';
import { Encryption, ENCRYPTION } from './Encryption.tsx';
import { Keeping } from './Keeping.tsx';
import { NETWORK_LISTS, NetworkLists } from './NetworkLists.tsx';
import { Notifications } from './Notifications.tsx';
import { SETTINGS, settingFits } from './settings-list.tsx';

/** What the section about keeping is found by. */
export const KEEPING = {
  name: 'How long things are kept',
  what: 'Retention: delete old events and sessions, size, archive',
};

export const NOTIFICATIONS = {
  name: 'Notifications',
  what: 'Channels: webhook, syslog, mail, alerts when nobody looks',
};

/** Everything that is a choice, each with what it does; found by typing. */
export function SettingsView(): ReactNode {
  const [wanted] = useRoute((route) => route.rest);
  const [text, setText] = useState(wanted ?? '');
  const [asked, setAsked] = useState(wanted);
  if (asked !== wanted) {
    // `#/settings/Theme`: what the palette or a link leads to.
    setAsked(wanted);
    setText(wanted ?? '');
  }
  const shown = SETTINGS.filter((setting) => settingFits(setting, text));
  return (
    <>
      <Heading title="Settings">
        <SearchField label="Find a setting" value={text} onChange={setText} />
      </Heading>
      <Box
        sx={{
          flex: 1,
          minHeight: 0,
          overflowY: 'auto',
          bgcolor: 'background.paper',
          '& > *': { maxWidth: SIZE.dialog * 1.4 },
        }}
      >
        <Box component="ul" aria-label="Settings" sx={{ m: 0, p: 0, listStyle: 'none' }}>
          {shown.map(({ name, what, Control }) => (
            <Box
              component="li"
              key={name}
              sx={{
                display: 'flex',
                alignItems: 'center',
                gap: 4,
                flexWrap: 'wrap',
                px: 4,
                py: 3,
                '&:not(:first-of-type)': { borderTop: 1, borderColor: 'divider' },
              }}
            >
              <Box sx={{ flex: '1 1 20rem' }}>
                <Typography variant="h3" component="h2">
                  {name}
                </Typography>
                <Typography sx={{ color: 'text.secondary' }}>{what}</Typography>
              </Box>
              <Control label={name} />
            </Box>
          ))}
        </Box>
        {shown.length === 0 &&
        ![KEEPING, ENCRYPTION, NOTIFICATIONS, NETWORK_LISTS].some((one) => settingFits(one, text)) ? (
          <EmptyState title="No setting is called that">
            Try a word of what it does, for instance “address”.
          </EmptyState>
        ) : null}
        {settingFits(KEEPING, text) ? <Keeping /> : null}
        {settingFits(ENCRYPTION, text) ? <Encryption /> : null}
        {settingFits(NETWORK_LISTS, text) ? <NetworkLists /> : null}
        {settingFits(NOTIFICATIONS, text) ? <Notifications /> : null}
        <About />
      </Box>
    </>
  );
}
