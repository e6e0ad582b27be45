import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import { Part } from '../../components/Part.tsx';
import { useApp } from '../../store/app-store.ts';

/** What the section about encryption is found by. */
export const ENCRYPTION = {
  name: 'Encryption of the mirror',
  what: 'Passphrase, encrypt, decrypt, at rest',
};

/** Whether the mirror is encrypted, and how that is changed: while nothing works on it, so not from here. */
export function Encryption(): ReactNode {
  const about = useApp((state) => state.about);
  if (about === null) return null;
  return (
    <Part title={ENCRYPTION.name}>
      <Typography>
        {about.encrypted
          ? 'The mirror is encrypted. What is exported, and reports, are not.'
          : 'The mirror is not encrypted: who can read this account’s files can read it.'}
      </Typography>
      <Typography sx={{ color: 'text.secondary', mt: 1 }}>
        {about.encrypted
          ? 'Its passphrase is changed with the first command; with the second, after Watchfloor was closed, it is not encrypted any more.'
          : 'Close Watchfloor, and encrypt it with a passphrase:'}
      </Typography>
      {(about.encrypted ? ['passphrase', 'decrypt'] : ['encrypt']).map((command) => (
        <Typography
          key={command}
          variant="mono"
          component="p"
          sx={{ mt: 1, userSelect: 'text', overflowWrap: 'anywhere' }}
        >
          {`npm run watchfloor -- ${command} --profile ${about.profile}`}
        </Typography>
      ))}
    </Part>
  );
}
